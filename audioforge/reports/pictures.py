"""A clip as a picture and as a player's source, both as ``data:`` addresses for pages that stand alone."""

import base64
import io
from functools import cache

import numpy as np
import numpy.typing as npt
import soundfile
import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from reward_models.audio import AudioBatch

N_FFT, HOP_LENGTH, MELS = 2048, 512, 96
PICTURE_RATE = 44_100
DYNAMIC_RANGE_DB = 75.0
_VIRIDIS = ("440154", "482878", "3e4989", "31688e", "26828e", "1f9e89", "35b779", "6ece58", "b5de2b", "fde725")
"""Anchors of matplotlib's viridis: even in lightness, readable without colour vision."""


def mel_picture(audio: AudioBatch, index: int, *, small: bool = False) -> str:
    """Mel spectrogram of one clip, 75 dB below its own peak, low pitches at the bottom.

    Args:
        audio: Holds the clip.
        index: Which.
        small: Lossy, for pages with many pictures: about 6 KB instead of 70.

    Returns:
        PNG (``small``: WebP) as a ``data:`` address.
    """
    power = _mel_power(audio.select([index]).mono().resample(PICTURE_RATE).clip(0)[0])
    decibels = 10 * torch.log10(power.clamp_min(1e-12))
    level = ((decibels - decibels.max()) / DYNAMIC_RANGE_DB + 1).clamp(0, 1)
    image = Image.fromarray((level.flip(0) * 255).byte().numpy(), mode="L")
    image = image.resize((480, 2 * MELS), Image.Resampling.BILINEAR).convert("P")
    image.putpalette(_palette().tobytes())
    file = io.BytesIO()
    if small:
        image.convert("RGB").save(file, "WEBP", quality=60, method=6)
        return _address("image/webp", file.getvalue())
    image.save(file, "PNG", optimize=True)
    return _address("image/png", file.getvalue())


def player_source(audio: AudioBatch, index: int, *, compression: float | None = None) -> str:
    """One clip as MP3, which every browser plays.

    Args:
        audio: Holds the clip.
        index: Which.
        compression: 0 (large) to 1 (small) at a variable rate; the encoder's own fixed rate by default.

    Returns:
        MP3 as a ``data:`` address.
    """
    clip = audio.select([index])
    # A clip with NaN has a status and no score, and can still be looked at; the encoder would end the process.
    heard = torch.nan_to_num(clip.waveform, nan=0.0, posinf=1.0, neginf=-1.0)
    clip = AudioBatch(heard, clip.sample_rate, clip.lengths)
    samples = clip.resample(PICTURE_RATE).clip(0)[:2].clamp(-1, 1).numpy().T
    file = io.BytesIO()
    mode = None if compression is None else "VARIABLE"
    options = {"compression_level": compression, "bitrate_mode": mode}
    soundfile.write(file, samples, PICTURE_RATE, format="MP3", subtype="MPEG_LAYER_III", **options)
    return _address("audio/mpeg", file.getvalue())


def _address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _mel_power(samples: Float[Tensor, " time"]) -> Float[Tensor, "mel frame"]:
    spectrum = torch.stft(
        samples, N_FFT, HOP_LENGTH, window=torch.hann_window(N_FFT), pad_mode="constant", return_complex=True
    )
    return _mel_filters() @ spectrum.abs().square()


@cache
def _mel_filters() -> Float[Tensor, "mel frequency"]:
    from transformers.audio_utils import mel_filter_bank

    filters = mel_filter_bank(N_FFT // 2 + 1, MELS, 30.0, 18_000.0, PICTURE_RATE, norm="slaney", mel_scale="slaney")
    return torch.from_numpy(filters.T).float()


@cache
def _palette() -> npt.NDArray[np.uint8]:
    anchors = np.array([[int(code[i : i + 2], 16) for i in (0, 2, 4)] for code in _VIRIDIS], dtype=np.float64)
    places = np.linspace(0, len(anchors) - 1, 256)
    channels = [np.interp(places, np.arange(len(anchors)), anchors[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=1).round().astype(np.uint8)
