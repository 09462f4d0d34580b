"""Amplitude and control curves."""

# Arithmetic on shape-annotated numpy arrays is Any to mypy.
# mypy: disable-error-code="no-any-return"

import numpy as np
from numpy.random import Generator as Random

from audioforge.generators.sketch.timebase import Mono, time_axis, to_samples


def decay(length: int, t60: float) -> Mono:
    """Exponential fall by 60 dB in ``t60`` seconds."""
    return np.exp(-6.908 / max(t60, 1e-4) * time_axis(length))


def fade(sound: Mono, attack: float = 0.002, release: float = 0.01) -> Mono:
    """Ramp both ends, so that a cut does not click; seconds."""
    shaped = sound.copy()
    rise, fall = min(to_samples(attack), len(sound)), min(to_samples(release), len(sound))
    shaped[:rise] *= np.linspace(0.0, 1.0, rise)
    shaped[len(sound) - fall :] *= np.linspace(1.0, 0.0, fall)
    return shaped


def points(length: int, *knots: tuple[float, float]) -> Mono:
    """Straight lines through ``(position in [0, 1], value)``."""
    positions, values = zip(*knots, strict=True)
    return np.interp(np.linspace(0.0, 1.0, length), positions, values)


def wander(length: int, random: Random, hz: float) -> Mono:
    """Smooth random curve in about [-1, 1] that turns some ``hz`` times a second."""
    knots = max(4, int(length / 44_100 * hz) + 4)
    values = random.uniform(-1.0, 1.0, knots)
    # Sixteen points a turn are smooth enough; the rest is interpolated.
    position = np.linspace(1.0, knots - 2.0, min(length, 16 * knots))
    whole = position.astype(int)
    turn = 0.5 - 0.5 * np.cos(np.pi * (position - whole))
    curve = values[whole] * (1.0 - turn) + values[whole + 1] * turn
    return np.interp(np.linspace(0.0, 1.0, length), np.linspace(0.0, 1.0, len(curve)), curve)


def swell(length: int, peak: float = 0.5, sharpness: float = 2.0) -> Mono:
    """Rises to 1 at ``peak`` (share of the length) and falls again."""
    return points(length, (0.0, 0.0), (float(np.clip(peak, 0.02, 0.98)), 1.0), (1.0, 0.0)) ** sharpness


def sustain(length: int, attack: float, release: float) -> Mono:
    """Full level between a rise and a fall; seconds."""
    return fade(np.ones(length), attack, release)
