"""Memoryless degradations of the waveform: clipping, overdrive, folding, rectifying, coarse steps, companding."""

import numpy as np

from training.degradations.severity import Waveform, geometric, linear


def hard_clip(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Clips at a level that is passed by 0.5 to 60 % of the sounding samples."""
    level = _level_passed_by(waveform, geometric(0.005, 0.6, severity))
    return np.clip(waveform, -level, level)


def soft_clip(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Overdrive: hyperbolic tangent with its knee at a level that is passed by 2 to 80 % of the sounding samples."""
    knee = _level_passed_by(waveform, geometric(0.02, 0.8, severity))
    return np.asarray(np.tanh(waveform / knee), dtype=np.float32)


def wave_fold(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """What passes a level is folded back; the level is passed by 0.5 to 60 % of the sounding samples."""
    level = _level_passed_by(waveform, geometric(0.005, 0.6, severity))
    return (level * (1 - np.abs((waveform / level + 1) % 4 - 2))).astype(np.float32)


def dead_zone(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Crossover distortion: a level that 10 to 80 % of the sounding samples fall short of is taken off them all."""
    level = _level_passed_by(waveform, 1 - geometric(0.1, 0.8, severity))
    return (np.sign(waveform) * np.maximum(np.abs(waveform) - level, 0)).astype(np.float32)


def rectified(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """The lower half of the wave is shrunk, then folded up: 0.9 of it down to -0.8."""
    return np.where(waveform < 0, linear(0.9, -0.8, severity) * waveform, waveform).astype(np.float32)


def bit_crush(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Rounds to 10 down to 2 bits of the clip's peak."""
    step = float(np.abs(waveform).max()) / 2 ** (linear(10, 2, severity) - 1) or 1.0
    return (np.round(waveform / step) * step).astype(np.float32)


def mu_law(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Mu-law companding to 8 down to 2 bits."""
    peak = float(np.abs(waveform).max()) or 1.0
    levels = 2 ** (linear(8, 2, severity) - 1)
    squeezed = np.sign(waveform) * np.log1p(255 * np.abs(waveform) / peak) / np.log(256)
    rounded = np.round(squeezed * levels) / levels
    expanded = np.sign(rounded) * peak * np.expm1(np.abs(rounded) * np.log(256)) / 255
    return np.asarray(expanded, dtype=np.float32)


def _level_passed_by(waveform: Waveform, share: float) -> float:
    """The amplitude that ``share`` of the samples above 1 % of the peak exceed."""
    amplitude = np.abs(waveform)
    sounding = amplitude[amplitude > 0.01 * amplitude.max()]
    return float(np.quantile(sounding, 1 - share)) if len(sounding) else 1.0
