"""Building blocks of the computed sounds: coloured noise, filters, slow wander, envelopes, echoes.

Times are in seconds, frequencies in Hz; every random choice comes from the generator that is passed in.
"""

import numpy as np
from scipy import signal

from training.references.sounds import SAMPLE_RATE, Samples

Rng = np.random.Generator


def count(seconds: float) -> int:
    """Samples in a length."""
    return round(seconds * SAMPLE_RATE)


def clock(seconds: float) -> Samples:
    """Time of each sample."""
    return np.arange(count(seconds)) / SAMPLE_RATE


def noise(seconds: float, rng: Rng, slope: float = 0.0) -> Samples:
    """Gaussian noise of unit deviation whose power falls with ``frequency ** -slope`` (0 white, 1 pink, 2 brown)."""
    spectrum = np.fft.rfft(rng.standard_normal(count(seconds)))
    frequency = np.fft.rfftfreq(count(seconds), 1 / SAMPLE_RATE)
    spectrum *= np.maximum(frequency, 20.0) ** (-slope / 2)
    shaped = np.fft.irfft(spectrum, count(seconds))
    return shaped / shaped.std()


def band(samples: Samples, low: float | None, high: float | None, order: int = 2) -> Samples:
    """Butterworth band-, low- or high-pass."""
    edges = [edge for edge in (low, high) if edge is not None]
    kind = "bandpass" if len(edges) == 2 else ("lowpass" if low is None else "highpass")
    sections = signal.butter(order, edges if len(edges) == 2 else edges[0], kind, fs=SAMPLE_RATE, output="sos")
    return signal.sosfilt(sections, samples, axis=0)


def resonance(samples: Samples, frequency: float, quality: float) -> Samples:
    """A two-pole peak, of gain 1 at its centre."""
    return signal.lfilter(*signal.iirpeak(frequency, quality, fs=SAMPLE_RATE), samples, axis=0)


def wander(seconds: float, rng: Rng, low: float, high: float, rate: float = 0.5) -> Samples:
    """A smooth random curve between two values that turns about ``rate`` times a second."""
    points = max(4, int(seconds * rate) + 3)
    knots = rng.uniform(low, high, points)
    place = np.linspace(0, points - 1, count(seconds))
    left = place.astype(int).clip(0, points - 2)
    blend = (1 - np.cos(np.pi * (place - left))) / 2
    return knots[left] * (1 - blend) + knots[left + 1] * blend


def swept_noise(seconds: float, rng: Rng, centre: Samples, width: float = 0.6) -> Samples:
    """Noise whose band follows ``centre``; made of short overlapping windows with a Gaussian band on a log axis."""
    source = noise(seconds, rng)
    size, hop = 2048, 512
    window = signal.windows.hann(size, sym=False)
    frequency = np.maximum(np.fft.rfftfreq(size, 1 / SAMPLE_RATE), 20.0)
    out = np.zeros(len(source) + size)
    padded = np.pad(source, (0, size))
    for start in range(0, len(source), hop):
        gain = np.exp(-0.5 * (np.log(frequency / centre[start]) / width) ** 2)
        out[start : start + size] += np.fft.irfft(np.fft.rfft(padded[start : start + size] * window) * gain) * window
    return out[: len(source)] / 1.5


def oscillator(frequency: Samples | float, seconds: float, phase: float = 0.0) -> Samples:
    """A sine whose frequency may change."""
    curve = np.broadcast_to(np.asarray(frequency, dtype=float), (count(seconds),))
    return np.sin(2 * np.pi * np.cumsum(curve) / SAMPLE_RATE + phase)


def saw(frequency: Samples | float, seconds: float, harmonics: int = 24) -> Samples:
    """A sawtooth of few harmonics, so that it does not alias."""
    curve = np.broadcast_to(np.asarray(frequency, dtype=float), (count(seconds),))
    phase = 2 * np.pi * np.cumsum(curve) / SAMPLE_RATE
    top = int(min(harmonics, 18_000 // max(curve.max(), 1.0)))
    return np.sum([np.sin(k * phase) / k for k in range(1, max(top, 1) + 1)], axis=0) * 0.6


def decay(seconds: float, time: float, attack: float = 0.002) -> Samples:
    """Fast rise, then exponential fall with the given time constant."""
    t = clock(seconds)
    return np.minimum(t / attack, 1.0) * np.exp(-t / time)


def swell(seconds: float, rise: float, fall: float) -> Samples:
    """Raised-cosine fade in and out."""
    t = clock(seconds)
    up = np.clip(t / max(rise, 1e-4), 0, 1)
    down = np.clip((seconds - t) / max(fall, 1e-4), 0, 1)
    return np.sin(np.pi / 2 * up) ** 2 * np.sin(np.pi / 2 * down) ** 2


def place(out: Samples, piece: Samples, at: float, gain: float = 1.0) -> None:
    """Add ``piece`` into ``out`` at a time; what does not fit is cut."""
    start = count(at)
    stop = min(len(out), start + len(piece))
    if start < stop:
        out[start:stop] += gain * piece[: stop - start]


def stereo(left: Samples, right: Samples) -> Samples:
    """Two channels."""
    return np.stack([left, right], axis=1)


def spread(mono: Samples, rng: Rng, seconds: float = 1.2, wet: float = 0.3) -> Samples:
    """A stereo room: the dry sound in the middle, exponentially dying noise as the echo on each side."""
    t = clock(seconds)
    tails = [rng.standard_normal(len(t)) * np.exp(-6.9 * t / seconds) for _ in range(2)]
    sides = [signal.fftconvolve(mono, band(tail, 120, 7_000))[: len(mono)] for tail in tails]
    peak = max(np.abs(side).max() for side in sides) + 1e-9
    dry = mono * (1 - wet)
    return stereo(*(dry + wet * np.abs(mono).max() * side / peak for side in sides))
