"""From a severity in [0, 1] to a physical parameter, and the levels that parameters refer to.

Convention of this package: severity 0 is the mildest step of a kind (just audible on sparse material, often inaudible
on dense material), 1 ruins the clip. Equal severities of different kinds need not sound equally bad: how much a clip
was really damaged is measured afterwards, by ``training.audible_damage``.
"""

import numpy as np
import numpy.typing as npt

Waveform = npt.NDArray[np.float32]
"""One channel, ``(time,)``, full scale [-1, 1]."""

ACTIVE_BELOW_PEAK_DB = 40.0
"""Frames further below the loudest don't count towards a clip's level: a drum hit's silent tail isn't its level."""


def linear(mild: float, harsh: float, severity: float) -> float:
    """``mild`` at severity 0, ``harsh`` at 1, straight between."""
    return mild + (harsh - mild) * severity


def geometric(mild: float, harsh: float, severity: float) -> float:
    """``mild`` at severity 0, ``harsh`` at 1, by equal ratios between (both above 0)."""
    return float(mild * (harsh / mild) ** severity)


def active_rms(waveform: Waveform, sample_rate: int) -> float:
    """Root mean square over the 20 ms frames within ``ACTIVE_BELOW_PEAK_DB`` of the loudest; 0 for silence."""
    size = max(1, sample_rate // 50)
    count = max(1, len(waveform) // size)
    frames = np.resize(waveform, (count, min(size, len(waveform))))
    power = (frames.astype(np.float64) ** 2).mean(axis=1)
    active = power[power >= power.max() * 10 ** (-ACTIVE_BELOW_PEAK_DB / 10)]
    return float(np.sqrt(active.mean()))


def at_snr(waveform: Waveform, noise: Waveform, snr_db: float, sample_rate: int) -> Waveform:
    """``waveform`` plus ``noise`` scaled to ``snr_db`` below the waveform's active level."""
    noise_rms = float(np.sqrt(np.mean(noise.astype(np.float64) ** 2))) or 1.0
    gain = active_rms(waveform, sample_rate) / noise_rms * 10 ** (-snr_db / 20)
    return (waveform + gain * noise).astype(np.float32)
