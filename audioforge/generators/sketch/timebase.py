"""The one sample rate of the sketch generator, and seconds to samples.

Inside the sketch package a sound is a float64 array, ``(time,)`` when mono and ``(2, time)`` when stereo, nominally
within [-1, 1]; the mixer sets the final level, so a voice only has to be right relative to its own kind.
"""

from typing import TypeAlias

import numpy as np
from jaxtyping import Float

SAMPLE_RATE = 44_100
"""Hz."""

Mono: TypeAlias = Float[np.ndarray, " time"]
Stereo: TypeAlias = Float[np.ndarray, "2 time"]


def to_samples(seconds: float) -> int:
    """Length in samples, at least one."""
    return max(1, round(seconds * SAMPLE_RATE))


def time_axis(length: int) -> Mono:
    """Seconds since the start, one value a sample."""
    return np.arange(length) / SAMPLE_RATE


def fit_length(sound: Float[np.ndarray, "*channel time"], length: int) -> Float[np.ndarray, "*channel length"]:
    """Cut the end off or append silence."""
    if sound.shape[-1] >= length:
        return sound[..., :length]
    padding = [(0, 0)] * (sound.ndim - 1) + [(0, length - sound.shape[-1])]
    return np.pad(sound, padding)
