"""Sounds that are bad without any clean original: what a policy finds when a reward can be fooled.

Noise of all colours, still tones, clicks, babble. They have no reference, so their damage is set, not measured: to
``GARBAGE_DAMAGE_DB``, what a clip under noise of its own level has. ``HELD_OUT_GARBAGE`` is only tested on.
"""

from collections.abc import Callable

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

from training.degradations.noise import pink
from training.degradations.severity import Waveform, geometric

GARBAGE_DAMAGE_DB = 20.0
"""About the median ``audible_damage`` of the harshest white noise over clean clips."""

Make = Callable[[int, int, np.random.Generator], Waveform]


def white(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """White noise."""
    return rng.standard_normal(samples).astype(np.float32)


def pink_static(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """Pink noise."""
    return pink(samples, rng)


def brown(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """Brown noise, -6 dB an octave."""
    return np.asarray(lfilter([1.0], [1.0, -0.998], rng.standard_normal(samples)), dtype=np.float32)


def blue(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """Blue noise, +6 dB an octave."""
    return np.diff(rng.standard_normal(samples + 1)).astype(np.float32)


def band_noise(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """Noise in a random band of one to four octaves."""
    low = geometric(60, 4_000, rng.random())
    high = min(0.45 * sample_rate, low * 2 ** rng.uniform(1, 4))
    sections = butter(2, (low, high), "bandpass", fs=sample_rate, output="sos")
    return np.asarray(sosfilt(sections, rng.standard_normal(samples)), dtype=np.float32)


def shaped_noise(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """Still noise with a random smooth spectrum."""
    knots = rng.uniform(-30, 0, 8)
    size = samples // 2 + 1
    gain = 10 ** (np.interp(np.log2(np.linspace(1, 512, size)), np.linspace(0, 9, 8), knots) / 20)
    return np.fft.irfft(np.fft.rfft(rng.standard_normal(samples)) * gain, samples).astype(np.float32)


def gated_noise(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """Noise switched on and off at a fixed rate."""
    time = np.arange(samples) / sample_rate
    gate = np.sin(2 * np.pi * geometric(1, 30, rng.random()) * time) > rng.uniform(-0.5, 0.5)
    return (rng.standard_normal(samples) * gate).astype(np.float32)


def swelling_noise(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """Noise under a slow sine envelope."""
    time = np.arange(samples) / sample_rate
    swell = 1 + rng.uniform(0.3, 1.0) * np.sin(2 * np.pi * geometric(0.3, 8, rng.random()) * time)
    return (shaped_noise(samples, sample_rate, rng) * swell).astype(np.float32)


def sine(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """A still sine, 60 Hz to 8 kHz."""
    return np.sin(2 * np.pi * geometric(60, 8_000, rng.random()) * np.arange(samples) / sample_rate).astype(np.float32)


def square(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """A still square wave."""
    return np.sign(np.sin(2 * np.pi * geometric(40, 2_000, rng.random()) * np.arange(samples) / sample_rate)).astype(
        np.float32
    )


def sine_stack(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """Three to twelve still sines that have nothing to do with each other."""
    stack = [sine(samples, sample_rate, rng) for _ in range(int(rng.integers(3, 13)))]
    return np.mean(stack, axis=0).astype(np.float32)


def sweep(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """An exponential sine sweep."""
    low, high = np.sort(geometric(60, 12_000, 1.0) ** rng.uniform(0.45, 1.0, 2))
    rate = geometric(1, float(high / low), 1.0)
    phase = np.cumsum(low * rate ** (np.arange(samples) / samples)) * 2 * np.pi / sample_rate
    return np.sin(phase).astype(np.float32)


def click_train(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """Equal clicks at a fixed rate of 1 to 60 a second."""
    waveform = np.zeros(samples, dtype=np.float32)
    waveform[:: max(1, round(sample_rate / geometric(1, 60, rng.random())))] = 1.0
    return waveform


def random_clicks(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """Clicks at random times."""
    waveform = np.zeros(samples, dtype=np.float32)
    count = max(1, round(geometric(2, 400, rng.random()) * samples / sample_rate))
    waveform[rng.integers(0, samples, count)] = rng.uniform(-1, 1, count)
    return waveform


def offset(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """A constant with a trace of noise: what a dead decoder gives."""
    return (0.5 + 10 ** rng.uniform(-4, -2) * rng.standard_normal(samples)).astype(np.float32)


def babble(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """Two to eight buzzing voices with random formants that say nothing."""
    voices = [_voice(samples, sample_rate, rng) for _ in range(int(rng.integers(2, 9)))]
    return np.sum(voices, axis=0).astype(np.float32)


def _voice(samples: int, sample_rate: int, rng: np.random.Generator) -> Waveform:
    pitch = rng.uniform(90, 250) * 2 ** (0.2 * np.cumsum(rng.standard_normal(samples)) / np.sqrt(sample_rate))
    pulses = np.diff(np.floor(np.cumsum(pitch) / sample_rate), prepend=0.0)
    voice = np.zeros(samples)
    for start in range(0, samples, round(0.15 * sample_rate)):
        stop = min(samples, start + round(0.15 * sample_rate))
        syllable = pulses[start:stop] * rng.uniform(0, 1)
        for formant in (rng.uniform(250, 900), rng.uniform(900, 2_500), rng.uniform(2_300, 3_500)):
            pole = 0.97 * np.exp(2j * np.pi * formant / sample_rate)
            syllable = lfilter([1.0], [1.0, -2 * pole.real, abs(pole) ** 2], syllable)
        voice[start:stop] = syllable
    return voice.astype(np.float32)


_ALL: tuple[Make, ...] = (
    white, pink_static, brown, blue, band_noise, shaped_noise, gated_noise, swelling_noise, sine, square, sine_stack,
    sweep, click_train, random_clicks, offset, babble,
)  # fmt: skip

GARBAGE: dict[str, Make] = {make.__name__: make for make in _ALL}
"""Every kind of garbage by name."""

HELD_OUT_GARBAGE = ("pink_static", "blue", "square", "gated_noise", "random_clicks", "babble")
"""Only tested on."""


def garbage(kind: str, samples: int, sample_rate: int, *, seed: int) -> Waveform:
    """One bad clip ``(time,)`` with a peak of 0.5, deterministic in its seed."""
    waveform = GARBAGE[kind](samples, sample_rate, np.random.default_rng(seed))
    return waveform * np.float32(0.5 / max(float(np.abs(waveform).max()), 1e-9))
