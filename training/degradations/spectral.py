"""Degradations of the short-time spectrum, as neural generators and denoisers leave them."""

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d
from scipy.signal import istft, lfilter, stft

from training.degradations.severity import Waveform, geometric, linear

Spectrum = npt.NDArray[np.complexfloating]
"""``(frequency, frame)``."""


def spectral_holes(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Silences 5 to 85 % of small time–frequency tiles: the gargle of a starved codec."""
    spectrum = _forward(waveform, 1024)
    kept = rng.random((-(-spectrum.shape[0] // 6), -(-spectrum.shape[1] // 3))) >= geometric(0.05, 0.85, severity)
    mask = np.repeat(np.repeat(kept, 6, axis=0), 3, axis=1)[: spectrum.shape[0], : spectrum.shape[1]]
    return _backward(spectrum * mask, 1024, len(waveform))


def musical_noise(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """An over-eager denoiser: bins 40 to 6 dB under their frame's peak go, but for random survivors."""
    spectrum = _forward(waveform, 1024)
    level = np.abs(spectrum)
    threshold = level.max(axis=0, keepdims=True) * 10 ** (-linear(40, 6, severity) / 20)
    return _backward(spectrum * ((level >= threshold) | (rng.random(level.shape) < 0.05)), 1024, len(waveform))


def phase_noise(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Phases disturbed by 0.3 rad up to a full turn: the roughness of a vocoder that guesses phase."""
    size = int(rng.choice([512, 1024, 2048]))
    spectrum = _forward(waveform, size)
    wobble = geometric(0.3, np.pi, severity) * rng.uniform(-1, 1, spectrum.shape)
    return _backward(spectrum * np.exp(1j * wobble), size, len(waveform))


def smeared(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Magnitudes averaged over 3 to 40 frames: transients washed out, as by an over-regularised decoder."""
    spectrum = _forward(waveform, 1024)
    level = uniform_filter1d(np.abs(spectrum), round(geometric(3, 40, severity)), axis=1)
    return _backward(level * np.exp(1j * np.angle(spectrum)), 1024, len(waveform))


def blurred_bands(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Magnitudes averaged over 3 to 80 bins with the old phase: partials dissolve into whisper, as from coarse mels."""
    spectrum = _forward(waveform, 2048)
    level = uniform_filter1d(np.abs(spectrum), round(geometric(3, 80, severity)), axis=0)
    wobble = linear(0.2, 1.0, severity) * rng.uniform(-np.pi, np.pi, spectrum.shape)
    return _backward(level * np.exp(1j * (np.angle(spectrum) + wobble)), 2048, len(waveform))


def coarse_levels(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Magnitudes rounded to steps of 3 to 30 dB below the loudest: a quantiser that was given too few bits."""
    spectrum = _forward(waveform, 1024)
    level = np.abs(spectrum)
    step, peak = geometric(3, 30, severity), float(level.max()) or 1.0
    decibels = 20 * np.log10(np.maximum(level / peak, 1e-6))
    rounded = 10 ** (np.round(decibels / step) * step / 20) * peak
    return _backward(np.where(level > 0, rounded, 0.0) * np.exp(1j * np.angle(spectrum)), 1024, len(waveform))


def held_frames(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Magnitudes held over 2 to 24 frames of 8 ms: a decoder whose pictures come too seldom."""
    spectrum = _forward(waveform, 1024)
    hold = round(geometric(2, 24, severity))
    level = np.abs(spectrum)[:, np.arange(spectrum.shape[1]) // hold * hold]
    return _backward(level * np.exp(1j * np.angle(spectrum)), 1024, len(waveform))


def metallic(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Ringing resonances: two feedback combs at 120 to 900 Hz, feedback 0.3 to 0.97."""
    output = waveform.astype(np.float64)
    for _ in range(2):
        delay = round(sample_rate / rng.uniform(120, 900))
        feedback = np.zeros(delay + 1)
        feedback[0], feedback[-1] = 1.0, -geometric(0.3, 0.97, severity)
        output = np.asarray(lfilter([1.0], feedback, output))
    return np.asarray(output, dtype=np.float32)


def ghost_tones(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Checkerboard artefacts of strided decoders: copies shifted to multiples of a fixed rate, at -40 to -3 dB."""
    time = np.arange(len(waveform)) / sample_rate
    gain = 10 ** (linear(-40, -3, severity) / 20)
    base = float(rng.uniform(1_000, 4_000))
    carrier = np.sum([np.cos(2 * np.pi * base * k * time) for k in (1, 2, 3)], axis=0)
    return np.asarray(waveform * (1 + gain * carrier), dtype=np.float32)


def _forward(waveform: Waveform, size: int) -> Spectrum:
    padded = np.pad(waveform, (0, max(0, size - len(waveform))))
    spectrum: Spectrum = stft(padded, nperseg=size, noverlap=size - size // 4)[2]
    return spectrum


def _backward(spectrum: Spectrum, size: int, samples: int) -> Waveform:
    waveform = istft(spectrum, nperseg=size, noverlap=size - size // 4)[1]
    return np.asarray(np.pad(waveform, (0, max(0, samples - len(waveform))))[:samples], dtype=np.float32)
