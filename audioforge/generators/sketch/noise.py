"""Noise of a given colour, and random grains."""

# Arithmetic on shape-annotated numpy arrays is Any to mypy.
# mypy: disable-error-code="no-any-return"

from functools import lru_cache

import numpy as np
from jaxtyping import Float
from numpy.random import Generator as Random
from scipy import fft, signal

from audioforge.generators.sketch.timebase import SAMPLE_RATE, Mono


def white(length: int, random: Random) -> Mono:
    """Independent normal samples of RMS 0.3."""
    return 0.3 * random.standard_normal(length)


def coloured(length: int, random: Random, slope_db: float) -> Mono:
    """Noise of RMS 0.3 whose level changes by ``slope_db`` an octave: -3 is pink, -6 brown."""
    padded = fft.next_fast_len(length, real=True)
    spectrum = fft.rfft(random.standard_normal(padded, dtype=np.float32))
    shaped = fft.irfft(spectrum * _slope(padded, slope_db), padded)[:length].astype(np.float64)
    return np.asarray(0.3 * shaped / (np.sqrt(np.mean(shaped**2)) + 1e-12))


@lru_cache(maxsize=16)
def _slope(length: int, slope_db: float) -> Float[np.ndarray, " bin"]:
    hz = np.maximum(fft.rfftfreq(length, 1 / SAMPLE_RATE), 30.0)
    return ((hz / 1_000.0) ** (slope_db / 6.02)).astype(np.float32)


def dust(length: int, random: Random, per_second: float, spread: float = 1.0) -> Mono:
    """Impulses at random times; ``spread`` is the standard deviation of their log level."""
    impulses = np.zeros(length)
    count = random.poisson(max(per_second, 0.0) * length / SAMPLE_RATE)
    level = np.exp(spread * random.standard_normal(count) - spread) * random.choice([-1.0, 1.0], count)
    np.add.at(impulses, random.integers(0, length, count), level)
    return impulses


def grains(impulses: Mono, random: Random, kernels: Float[np.ndarray, "kernel tap"]) -> Mono:
    """Replace each impulse by one of the kernels, drawn at random."""
    choice = random.integers(0, len(kernels), len(impulses))
    total = np.zeros_like(impulses)
    for index, kernel in enumerate(kernels):
        total += signal.oaconvolve(np.where(choice == index, impulses, 0.0), kernel)[: len(impulses)]
    return total
