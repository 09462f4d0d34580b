"""Tones from a frequency curve in Hz (one value a sample)."""

# Arithmetic on shape-annotated numpy arrays is Any to mypy.
# mypy: disable-error-code="no-any-return"

import numpy as np

from audioforge.generators.sketch.timebase import SAMPLE_RATE, Mono


def phase(hz: Mono, start: float = 0.0) -> Mono:
    """Cycles since the start."""
    return start + np.cumsum(hz) / SAMPLE_RATE


def sine(hz: Mono, start: float = 0.0) -> Mono:
    """Sine tone."""
    return np.sin(2 * np.pi * phase(hz, start))


def saw(hz: Mono, start: float = 0.0) -> Mono:
    """Saw tone, its step rounded (polyBLEP) to keep aliases low."""
    cycles = phase(hz, start)
    position = cycles - np.floor(cycles)
    step = np.clip(hz / SAMPLE_RATE, 1e-6, 0.5)
    return 2 * position - 1 - _rounding(position, step)


def square(hz: Mono, start: float = 0.0, duty: float = 0.5) -> Mono:
    """Pulse tone that is high for the share ``duty`` of a cycle."""
    return 0.5 * (saw(hz, start) - saw(hz, start + duty)) + (duty - 0.5)


def triangle(hz: Mono, start: float = 0.0) -> Mono:
    """Triangle tone."""
    cycles = phase(hz, start)
    return 4 * np.abs(cycles - np.floor(cycles + 0.5)) - 1


def tone(wave: str, hz: Mono, start: float = 0.0) -> Mono:
    """Tone by name: sine, triangle, saw or square."""
    return {"sine": sine, "triangle": triangle, "saw": saw, "square": square}[wave](hz, start)


def pulses(hz: Mono, start: float = 0.0) -> Mono:
    """One unit impulse a cycle."""
    cycles = np.floor(phase(hz, start))
    return np.diff(cycles, prepend=cycles[:1]).clip(0.0, 1.0)


def frequency_modulated(hz: Mono, ratio: float, depth: Mono) -> Mono:
    """Sine carrier whose phase a sine at ``ratio`` times its frequency moves by ``depth`` radians."""
    cycles = phase(hz)
    return np.sin(2 * np.pi * cycles + depth * np.sin(2 * np.pi * ratio * cycles))


def _rounding(position: Mono, step: Mono) -> Mono:
    rounding = np.zeros_like(position)
    early, late = position < step, position > 1 - step
    ratio = position[early] / step[early]
    rounding[early] = ratio + ratio - ratio**2 - 1
    ratio = (position[late] - 1) / step[late]
    rounding[late] = ratio**2 + ratio + ratio + 1
    return rounding
