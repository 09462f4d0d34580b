"""Degradations in time: gaps, stutter, echoes, wandering speed and level, gates and compressors, loose grains."""

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


def tremolo(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Level that swings evenly 2 to 10 times a second, 1 to 25 dB deep."""
    time = np.arange(len(waveform)) / sample_rate
    level = (np.sin(2 * np.pi * (rng.uniform(2, 10) * time + rng.random())) - 1) / 2
    return (waveform * 10 ** (level * geometric(1, 25, severity) / 20)).astype(np.float32)


def squashed(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """A compressor that pumps: the level over 5 to 300 ms is evened out by 15 to 95 %."""
    size = max(1, round(geometric(0.005, 0.3, rng.random()) * sample_rate))
    power = np.convolve(waveform.astype(np.float64) ** 2, np.ones(size) / size)[: len(waveform)]
    level = np.sqrt(power + 1e-6 * power.max() + 1e-12)
    return (waveform * level ** -linear(0.15, 0.95, severity)).astype(np.float32)


def gated(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """A noise gate that cuts tails: 10 ms further than 45 down to 3 dB under the loudest are shut."""
    size = max(1, sample_rate // 100)
    count = -(-len(waveform) // size)
    level = np.sqrt((np.pad(waveform, (0, count * size - len(waveform))).reshape(count, size) ** 2).mean(1))
    gate = np.repeat(level >= level.max() * 10 ** (-linear(45, 3, severity) / 20), size)[: len(waveform)]
    return (waveform * np.convolve(gate, np.hanning(66) / np.hanning(66).sum(), mode="same")).astype(np.float32)


def doubled(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """A second voice 3 to 40 ms late that drifts by up to 3 ms, at -20 to 0 dB: a cheap chorus or flanger."""
    time = np.arange(len(waveform)) / sample_rate
    drift = 0.003 * np.sin(2 * np.pi * (rng.uniform(0.2, 4.0) * time + rng.random()))
    late = np.interp(time - geometric(0.003, 0.04, rng.random()) + drift, time, waveform, left=0.0)
    return np.asarray(waveform + late * 10 ** (linear(-20, 0, severity) / 20), dtype=np.float32)


def loose_grains(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Overlapping grains of 20 to 120 ms that come up to 1 to 60 ms too early or late: a bad time stretcher."""
    hop = max(1, round(geometric(0.01, 0.06, rng.random()) * sample_rate))
    away = geometric(0.001, 0.06, severity) * sample_rate
    window, padded = np.hanning(2 * hop + 1)[:-1], np.pad(waveform, 4 * hop + round(away))
    output = np.zeros(len(waveform) + 4 * hop)
    for start in range(0, len(waveform) + hop, hop):
        begin = start + 3 * hop + round(away) + round(rng.uniform(-away, away))
        output[start : start + 2 * hop] += window * padded[begin : begin + 2 * hop]
    return output[hop : hop + len(waveform)].astype(np.float32)


def shuffled(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Pieces of 20 to 150 ms change places with their neighbours, 3 to 80 % of them."""
    size = max(1, round(geometric(0.02, 0.15, rng.random()) * sample_rate))
    output = waveform.copy()
    for start in range(0, len(waveform) - 2 * size, 2 * size):
        if rng.random() < geometric(0.03, 0.8, severity):
            output[start : start + 2 * size] = np.roll(waveform[start : start + 2 * size], size)
    return output


def lost_packets(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Packets of 10 to 40 ms lost, 2 to 60 %, and covered up by what came before them at 0.7 of its level."""
    size = max(1, round(rng.uniform(0.01, 0.04) * sample_rate))
    output = waveform.copy()
    for start in range(size, len(waveform), size):
        if rng.random() < geometric(0.02, 0.6, severity):
            kept = output[start : start + size]
            kept[:] = 0.7 * output[start - size : start][: len(kept)]
    return output


def echoed(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Distinct echoes every 60 to 350 ms, each at 0.1 to 0.9 of the one before."""
    delay, gain = round(rng.uniform(0.06, 0.35) * sample_rate), linear(0.1, 0.9, severity)
    output = waveform.copy()
    for start in range(delay, len(waveform), delay):
        piece = output[start : start + delay]
        piece += gain * output[start - delay : start][: len(piece)]
    return output
