"""Additive degradations: broadband and banded noise, rumble, hum, whine, buzz, clicks, pops, crackle and wrong bits.

Levels are relative to the clip's active level unless a kind says otherwise.
"""

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

from training.degradations.severity import Waveform, active_rms, at_snr, geometric, linear

_PINK_B = (0.049922035, -0.095993537, 0.050612699, -0.004408786)  # Kellet's pinking filter, -3 dB an octave
_PINK_A = (1.0, -2.494956002, 2.017265875, -0.522189400)


def white_noise(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """White Gaussian noise at 45 to 0 dB below the clip."""
    noise = rng.standard_normal(len(waveform)).astype(np.float32)
    return at_snr(waveform, noise, linear(45, 0, severity), sample_rate)


def pink_noise(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Pink noise (-3 dB an octave) at 40 to -3 dB below the clip."""
    return at_snr(waveform, pink(len(waveform), rng), linear(40, -3, severity), sample_rate)


def band_hiss(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Noise in a random band of one to three octaves between 200 Hz and 12 kHz, at 42 to -3 dB below the clip."""
    low = geometric(200, 4_000, rng.random())
    high = min(12_000.0, 0.45 * sample_rate, low * 2 ** rng.uniform(1, 3))
    sections = butter(2, (low, high), "bandpass", fs=sample_rate, output="sos")
    hiss = np.asarray(sosfilt(sections, rng.standard_normal(len(waveform))), dtype=np.float32)
    return at_snr(waveform, hiss, linear(42, -3, severity), sample_rate)


def pink(samples: int, rng: np.random.Generator) -> Waveform:
    """Pink Gaussian noise of any level."""
    return np.asarray(lfilter(_PINK_B, _PINK_A, rng.standard_normal(samples)), dtype=np.float32)


def following_noise(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Noise under the clip's own envelope at 35 to -3 dB: what an unfinished diffusion sampler leaves behind."""
    size = max(1, sample_rate // 20)
    envelope = np.sqrt(np.convolve(waveform.astype(np.float64) ** 2, np.ones(size) / size, mode="same"))
    noise = rng.standard_normal(len(waveform)) * envelope
    gain = 10 ** (-linear(35, -3, severity) / 20)
    return (waveform + gain * noise).astype(np.float32)


def hum(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Mains hum, 50 or 60 Hz with nine falling harmonics, at 35 to -6 dB below the clip."""
    time = np.arange(len(waveform)) / sample_rate
    mains = float(rng.choice([50.0, 60.0]))
    partials = [
        np.sin(2 * np.pi * (mains * k * time + rng.random())) * rng.uniform(0.3, 1.0) / k**0.7 for k in range(1, 11)
    ]
    return at_snr(waveform, np.sum(partials, axis=0).astype(np.float32), linear(35, -6, severity), sample_rate)


def clicks(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Single-sample to 1 ms clicks, 2 to 40 a second, at -18 to +6 dB of the clip's peak."""
    rate, level = geometric(2, 40, severity), 10 ** (linear(-18, 6, severity) / 20)
    output = waveform.copy()
    peak = float(np.abs(waveform).max())
    for start in rng.integers(0, len(waveform), max(1, round(rate * len(waveform) / sample_rate))):
        width = int(rng.integers(1, max(2, sample_rate // 1000)))
        output[start : start + width] += rng.choice([-1.0, 1.0]) * level * peak * rng.uniform(0.5, 1.0)
    return output


def pops(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Dull thumps of 3 to 20 ms, 1 to 15 a second, at -20 to +3 dB of the clip's peak."""
    output, peak = waveform.copy(), float(np.abs(waveform).max())
    level = 10 ** (linear(-20, 3, severity) / 20)
    for start in rng.integers(
        0, len(waveform), max(1, round(geometric(1, 15, severity) * len(waveform) / sample_rate))
    ):
        time = np.arange(round(rng.uniform(0.003, 0.02) * sample_rate)) / sample_rate
        thump = np.sin(2 * np.pi * geometric(60, 1_500, rng.random()) * time) * np.hanning(len(time))
        gain = level * peak * rng.uniform(0.5, 1.0)
        output[start : start + len(time)] += (gain * thump[: len(waveform) - start]).astype(np.float32)
    return output


def crackle(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Dense vinyl crackle: 30 to 600 decaying ticks a second of heavy-tailed level, band-passed."""
    impulses = np.zeros(len(waveform))
    count = max(1, round(geometric(30, 600, severity) * len(waveform) / sample_rate))
    impulses[rng.integers(0, len(waveform), count)] = rng.standard_t(2.5, count)
    ticks = np.asarray(lfilter([1.0, 0.0, -1.0], [1.0, -1.2, 0.72], impulses))
    loudest = float(np.abs(ticks).max()) or 1.0
    gain = active_rms(waveform, sample_rate) * 10 ** (linear(-6, 18, severity) / 20) / loudest
    return np.asarray(waveform + gain * ticks, dtype=np.float32)


def rumble(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Noise under 60 to 250 Hz, at 30 to -12 dB below the clip: wind on a microphone, traffic."""
    sections = butter(2, rng.uniform(60, 250), fs=sample_rate, output="sos")
    noise = np.asarray(sosfilt(sections, rng.standard_normal(len(waveform))), dtype=np.float32)
    return at_snr(waveform, noise, linear(30, -12, severity), sample_rate)


def whine(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """One to three steady tones between 1.5 and 11 kHz, at 50 to 0 dB below the clip: a switching supply."""
    time = np.arange(len(waveform)) / sample_rate
    tones = [
        np.sin(2 * np.pi * (geometric(1_500, min(11_000, 0.45 * sample_rate), rng.random()) * time + rng.random()))
        for _ in range(rng.integers(1, 4))
    ]
    return at_snr(waveform, np.sum(tones, axis=0).astype(np.float32), linear(50, 0, severity), sample_rate)


def buzz(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Short pulses 60 to 260 times a second, in bursts or on end, at 40 to -3 dB below the clip: a phone nearby."""
    time = np.arange(len(waveform)) / sample_rate
    pulses = (rng.uniform(60, 260) * time + rng.random()) % 1 < rng.uniform(0.02, 0.2)
    burst = np.sin(2 * np.pi * (rng.uniform(1, 5) * time + rng.random())) > rng.choice([-1.0, 0.0])
    return at_snr(waveform, (pulses * burst).astype(np.float32), linear(40, -3, severity), sample_rate)


def bit_errors(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """One random bit of sixteen is wrong in 0.01 to 3 % of the samples."""
    peak = float(np.abs(waveform).max()) or 1.0
    samples = np.round(waveform * (16_383 / peak)).astype(np.int16)
    hit = rng.random(len(samples)) < geometric(1e-4, 0.03, severity)
    flipped = samples ^ (hit.astype(np.int16) << rng.integers(0, 15, len(samples)).astype(np.int16))
    return (flipped * (peak / 16_383)).astype(np.float32)
