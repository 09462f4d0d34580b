"""Clips played equally loud: what is louder is taken for better, so level must not vote.

Loudness is integrated and K-weighted (ITU-R BS.1770-4, by pyloudnorm). Every clip is brought to ``TARGET_LUFS`` by one
gain over its whole length, except that its sample peak stays under ``CEILING_DBFS``: nothing is compressed or limited,
so a clip of short hard hits stays quieter, and ``gain_db`` says by how much. A clip shorter than a block of the
measure (0.4 s) is measured repeated; a mono clip is measured as it is heard, from both speakers.
"""

import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import soundfile

from reward_models.audio import AudioBatch, AudioError

TARGET_LUFS = -23.0
CEILING_DBFS = -1.0
BLOCK_SECONDS = 0.4

Frames = npt.NDArray[np.float64]


class Gain(NamedTuple):
    """Gain in dB, and how far below the target the ceiling left the clip, in dB (0 where it reached it)."""

    gain_db: float
    short_db: float


def matching_gain(frames: Frames, sample_rate: int) -> Gain:
    """The gain that makes a clip as loud as the others.

    Args:
        frames: ``(time, channel)``, full scale [-1, 1].
        sample_rate: Hz.

    Returns:
        No gain for a clip without sound.
    """
    from pyloudnorm import Meter

    peak = float(np.abs(frames).max(initial=0.0))
    if peak == 0.0:
        return Gain(0.0, 0.0)
    block = int(np.ceil(BLOCK_SECONDS * sample_rate)) + 1
    heard = np.repeat(frames, 2, axis=1) if frames.shape[1] == 1 else frames
    repeated = np.resize(heard, (max(block, len(heard)), heard.shape[1]))
    loudness = float(Meter(sample_rate, block_size=BLOCK_SECONDS).integrated_loudness(repeated))
    if not np.isfinite(loudness):  # all below the measure's absolute gate of -70 LUFS
        return Gain(0.0, 0.0)
    wanted, headroom = TARGET_LUFS - loudness, CEILING_DBFS - 20 * float(np.log10(peak))
    return Gain(min(wanted, headroom), max(0.0, wanted - headroom))


def matched_wav(path: Path) -> bytes:
    """A clip as WAV at matched loudness, without its name or tags; more than two channels are mixed to one.

    Raises:
        AudioError: If the file can't be read, is empty, or isn't finite.
    """
    audio = AudioBatch.load([path])
    if audio.waveform.shape[1] > 2:
        audio = audio.mono()
    frames = audio.clip(0).numpy().T.astype(np.float64)
    if not len(frames) or not np.isfinite(frames).all():
        raise AudioError(f"{path} can't be played: it is empty or holds samples that are no numbers.")
    frames *= 10 ** (matching_gain(frames, audio.sample_rate).gain_db / 20)
    file = io.BytesIO()
    soundfile.write(file, np.clip(frames, -1, 1), audio.sample_rate, format="WAV", subtype="PCM_16")
    return file.getvalue()
