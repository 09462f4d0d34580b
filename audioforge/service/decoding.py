"""Bytes of a caller → samples, in memory, with every limit checked on the header before a sample is decoded.

A clip past a limit ends its request (413). A clip that can't be decoded is a status beside the others' scores.
"""

import io
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import soundfile
import torch

from audioforge.clips import Clips
from audioforge.service.bodies import ScoreRequest
from audioforge.service.errors import too_big
from audioforge.service.settings import ServiceSettings
from audioforge.status import OK, ClipStatus, Status
from reward_models.audio import AudioBatch

FORMATS = ("WAV", "WAVEX", "RF64", "FLAC", "OGG", "MP3")
"""libsndfile reads more; these are what callers have, and the best tested."""
MAX_CHANNELS = 8
SAMPLE_RATES = (4_000, 192_000)
"""Hz. Beyond lie slips and headers made up to fill the memory."""


def decode_clips(
    asked: ScoreRequest, settings: ServiceSettings, take: Callable[[int], None] = lambda samples: None
) -> list[Clips]:
    """Each clip of a request on its own, so that its scores don't depend on what it was sent with.

    Args:
        asked: The request.
        settings: Limits.
        take: Told how many samples (all channels) are about to be decoded; raises where there is no room.

    Raises:
        ServiceError: 413 if a clip is longer than allowed, or all together hold too many samples; and as ``take`` does.
    """
    left = settings.max_samples
    clips = []
    for index, data in enumerate(asked.audio):
        audio, status = _decoded(data, index, _Limits(settings.max_seconds, left, take))
        left -= audio.waveform.numel()
        clips.append(Clips(audio, [asked.requests[index]], categories=[asked.categories[index]], status=[status]))
    return clips


class _Limits(NamedTuple):
    seconds: float
    samples: int
    take: Callable[[int], None]


def _decoded(data: bytes, index: int, limits: _Limits) -> tuple[AudioBatch, ClipStatus]:
    try:
        with soundfile.SoundFile(_Memory(data)) as file:
            wrong = _refusal(file)
            if wrong:
                return _unreadable(index, wrong)
            frames = _checked_frames(file, index, limits)
            limits.take(frames * file.channels)
            samples = file.read(frames, dtype="float32", always_2d=True)
            rate = int(file.samplerate)
    except (soundfile.SoundFileError, RuntimeError, OSError) as error:
        why = getattr(error, "error_string", type(error).__name__)  # the whole message names an address in memory
        return _unreadable(index, f"{len(data)} bytes that can't be read as audio ({why})")
    waveform = torch.from_numpy(np.ascontiguousarray(samples.T))[None]
    return AudioBatch(waveform, rate, torch.tensor([waveform.shape[2]])), OK


class _Memory(io.BytesIO):
    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Broken headers make libsndfile seek before the start, which must not raise inside its callback."""
        return super().seek(max(0, offset) if whence == 0 else offset, whence)


def _refusal(file: soundfile.SoundFile) -> str:
    low, high = SAMPLE_RATES
    if file.format not in FORMATS:
        return f"{file.format} audio"
    if not low <= file.samplerate <= high:
        return f"audio at {file.samplerate} Hz (expected {low} to {high})"
    if not 1 <= file.channels <= MAX_CHANNELS:
        return f"audio of {file.channels} channels (expected at most {MAX_CHANNELS})"
    return ""


def _checked_frames(file: soundfile.SoundFile, index: int, limits: _Limits) -> int:
    frames = int(file.frames)
    if frames > limits.seconds * file.samplerate:
        seconds = frames / file.samplerate
        raise too_big(
            f"clip {index} lasts {seconds:.1f} s by its header, at most {limits.seconds:g} s are taken: cut it."
        )
    if frames * file.channels > limits.samples:
        raise too_big(f"the clips up to clip {index} hold too many samples together: send fewer in a request.")
    return frames


def _unreadable(index: int, what: str) -> tuple[AudioBatch, ClipStatus]:
    reason = f"clip {index} is {what}: give wav, flac, ogg or mp3"
    return AudioBatch.from_arrays([np.zeros((1, 0), np.float32)], 48_000), ClipStatus(Status.UNREADABLE, reason)
