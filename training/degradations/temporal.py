"""Degradations in time: dropouts, stutter, reverb, wow and flutter, wandering speed and level, chopping."""

import numpy as np
from scipy.signal import fftconvolve

from training.degradations.severity import Waveform, geometric, linear


def dropouts(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Gaps of 5 to 80 ms that take 2 to 60 % of the clip."""
    gate = np.ones(len(waveform), dtype=np.float32)
    mean_gap = geometric(0.005, 0.08, severity) * sample_rate
    count = max(1, round(geometric(0.02, 0.6, severity) * len(waveform) / mean_gap))
    for start in rng.integers(0, len(waveform), count):
        gate[start : start + max(1, round(mean_gap * rng.uniform(0.5, 1.5)))] = 0.0
    return waveform * gate


def stutter(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Short fragments (15 to 90 ms) caught in a loop, over 8 to 80 % of the clip."""
    output, time = waveform.copy(), 0
    share = geometric(0.08, 0.8, severity)
    while time < len(output):
        fragment = max(1, round(rng.uniform(0.015, 0.09) * sample_rate))
        stuck = round(rng.uniform(0.1, 0.3) * sample_rate)
        if rng.random() < share:
            output[time : time + stuck] = np.resize(output[time : time + fragment], stuck)[: len(output) - time]
        time += stuck
    return output


def reverb(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Diffuse exponential reverb, 0.4 to 4 s, at -18 to +12 dB of the direct sound."""
    seconds = geometric(0.4, 4.0, severity)
    time = np.arange(max(2, round(seconds * sample_rate))) / sample_rate
    tail = rng.standard_normal(len(time)) * 10 ** (-3 * time / seconds)
    tail *= 10 ** (linear(-18, 12, severity) / 20) / np.sqrt((tail**2).sum())
    return np.asarray(waveform + fftconvolve(waveform, tail)[: len(waveform)], dtype=np.float32)


def wow_flutter(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Speed wobble at 1 to 12 Hz, 0.2 to 12 % deep."""
    time = np.arange(len(waveform)) / sample_rate
    rate, depth = rng.uniform(1.0, 12.0), geometric(0.002, 0.12, severity)
    shift = depth / (2 * np.pi * rate) * np.sin(2 * np.pi * (rate * time + rng.random()))
    return np.interp(time + shift, time, waveform).astype(np.float32)


def unsteady(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Speed that wanders at random up to 30 times a second, 0.3 to 12 % off: a worn tape, without any period."""
    knots = max(4, round(len(waveform) / sample_rate * geometric(4, 30, rng.random())))
    speed = np.interp(np.arange(len(waveform)), np.linspace(0, len(waveform), knots), rng.uniform(-1, 1, knots))
    shift = np.cumsum(speed - speed.mean()) * geometric(0.003, 0.12, severity)
    return np.interp(np.arange(len(waveform)) + shift, np.arange(len(waveform)), waveform).astype(np.float32)


def tremble(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Level that wanders at random 5 to 40 times a second, 1 to 30 dB deep: a bad contact."""
    knots = max(4, round(len(waveform) / sample_rate * geometric(5, 40, rng.random())))
    level = np.interp(np.arange(len(waveform)), np.linspace(0, len(waveform), knots), rng.uniform(-1, 0, knots))
    return (waveform * 10 ** (level * geometric(1, 30, severity) / 20)).astype(np.float32)


def chopping(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Fast gating at 15 to 50 Hz, from a shallow dip to full silence in half of the time."""
    time = np.arange(len(waveform)) / sample_rate
    closed = np.sin(2 * np.pi * (rng.uniform(15, 50) * time + rng.random())) > 0
    return (waveform * np.where(closed, 1 - geometric(0.1, 1.0, severity), 1.0)).astype(np.float32)
