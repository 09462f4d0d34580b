"""Degradations of the band: low-pass, high-pass, telephone band, aliasing, wrong tilt, shelves, combs, resonances."""

import numpy as np
import soxr
from scipy.signal import butter, sosfiltfilt

from training.degradations.severity import Waveform, geometric, linear


def low_pass(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Fourth-order low-pass, corner 11 kHz down to 500 Hz."""
    return _filtered(waveform, sample_rate, "lowpass", geometric(11_000, 500, severity))


def high_pass(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Fourth-order high-pass, corner 100 Hz up to 3 kHz: a clip without its body."""
    return _filtered(waveform, sample_rate, "highpass", geometric(100, 3_000, severity))


def telephone(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Band-pass that closes from 60–10 000 Hz to 700–1 800 Hz."""
    low, high = geometric(60, 700, severity), geometric(10_000, 1_800, severity)
    return _filtered(_filtered(waveform, sample_rate, "highpass", low), sample_rate, "lowpass", high)


def aliasing(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Sample-and-hold at 16 kHz down to 1 kHz without any filter: images and folded partials."""
    held_rate = geometric(16_000, 1_000, severity)
    position = np.floor(np.arange(len(waveform)) * held_rate / sample_rate) * sample_rate / held_rate
    return np.asarray(waveform[np.minimum(np.round(position).astype(np.int64), len(waveform) - 1)])


def low_rate(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Down to a rate of 22 kHz to 2 kHz and back by linear interpolation: dull, with faint images."""
    rate = round(geometric(22_000, 2_000, severity))
    low = soxr.resample(waveform, sample_rate, rate, quality="LQ")
    restored = np.interp(np.arange(len(waveform)) * rate / sample_rate, np.arange(len(low)), low)
    return np.asarray(restored, dtype=np.float32)


def tilt(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Spectral tilt about 1 kHz, muffled or shrill by chance, of 1 to 8 dB an octave."""
    slope = linear(1, 8, severity) * float(rng.choice([-1.0, 1.0]))
    spectrum = np.fft.rfft(waveform)
    octaves = np.log2(np.maximum(np.fft.rfftfreq(len(waveform), 1 / sample_rate), 40.0) / 1_000)
    return np.fft.irfft(spectrum * 10 ** (slope * octaves / 20), len(waveform)).astype(np.float32)


def resonances(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Three narrow peaks or notches of 6 to 36 dB between 150 Hz and 9 kHz: a bad room, a broken filter."""
    hertz = np.maximum(np.fft.rfftfreq(len(waveform), 1 / sample_rate), 1.0)
    gain = np.zeros(len(hertz))
    for _ in range(3):
        octaves = np.log2(hertz / geometric(150, min(9_000, 0.4 * sample_rate), rng.random()))
        gain += float(rng.choice([-1.0, 1.0])) * linear(6, 36, severity) * np.exp(-0.5 * (octaves / 0.12) ** 2)
    return np.fft.irfft(np.fft.rfft(waveform) * 10 ** (gain / 20), len(waveform)).astype(np.float32)


def combed(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """A copy 0.2 to 8 ms late, upright or inverted, at -20 to 0 dB: two microphones too far apart."""
    delay = max(1, round(geometric(0.0002, 0.008, rng.random()) * sample_rate))
    gain = float(rng.choice([-1.0, 1.0])) * 10 ** (linear(-20, 0, severity) / 20)
    late = np.pad(waveform, (delay, 0))[: len(waveform)]
    return np.asarray(waveform + gain * late, dtype=np.float32)


def shelved(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """All above, or all below, 200 Hz to 5 kHz is lifted or lowered by 4 to 30 dB."""
    hertz = np.maximum(np.fft.rfftfreq(len(waveform), 1 / sample_rate), 1.0)
    side = 1 / (1 + (hertz / geometric(200, 5_000, rng.random())) ** (4 * rng.choice([-1, 1])))
    gain = float(rng.choice([-1.0, 1.0])) * linear(4, 30, severity) * side
    return np.fft.irfft(np.fft.rfft(waveform) * 10 ** (gain / 20), len(waveform)).astype(np.float32)


def _filtered(waveform: Waveform, sample_rate: int, kind: str, corner_hz: float) -> Waveform:
    corner = min(corner_hz, 0.45 * sample_rate)
    sections = butter(2, corner, kind, fs=sample_rate, output="sos")  # forward and back: fourth order, no delay
    return np.asarray(sosfiltfilt(sections, waveform, padlen=min(len(waveform) - 1, 500)), dtype=np.float32)
