"""Loudness of a layer, and keeping peaks in bounds."""

import numpy as np

from audioforge.generators.sketch.timebase import Stereo

_FRAME = 8_820


def loudness(sound: Stereo) -> float:
    """RMS of the loud parts: the 90th percentile over frames of 0.2 s."""
    count = max(1, sound.shape[1] // _FRAME)
    power = np.mean(sound**2, axis=0)
    frames = [float(part.mean()) for part in np.array_split(power, count)]
    return float(np.sqrt(np.percentile(frames, 90)))


def at_loudness(sound: Stereo, target: float) -> Stereo:
    """Scaled to a loudness, its peaks bent to at most about 1; silence stays silent."""
    level = loudness(sound)
    return soften_peaks(sound * (target / level)) if level > 1e-7 else sound


def soften_peaks(sound: Stereo, knee: float = 0.6) -> Stereo:
    """Leave what is below the knee, bend the rest towards 1."""
    loud = np.abs(sound) > knee
    peaks = sound[loud]
    bent = sound.copy()
    bent[loud] = np.sign(peaks) * (knee + (1 - knee) * np.tanh((np.abs(peaks) - knee) / (1 - knee)))
    return bent


def at_peak(sound: Stereo, peak: float) -> Stereo:
    """Scaled so that the largest sample is ``peak``; silence stays silent."""
    largest = float(np.abs(sound).max(initial=0.0))
    return sound * (peak / largest) if largest > 1e-9 else sound
