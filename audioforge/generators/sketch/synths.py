"""Synthesiser voices: one note each, mono, at the level of a soundfont note."""

# Arithmetic on shape-annotated numpy arrays is Any to mypy.
# mypy: disable-error-code="no-any-return"

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.random import Generator as Random

from audioforge.generators.sketch.cue import Cue
from audioforge.generators.sketch.envelopes import decay, fade, points, wander
from audioforge.generators.sketch.filters import lowpass, moving_band
from audioforge.generators.sketch.oscillators import frequency_modulated, saw, sine, square, triangle
from audioforge.generators.sketch.recipes.bells import bell
from audioforge.generators.sketch.timebase import Mono, time_axis, to_samples

Synth: TypeAlias = Callable[[float, float, Random], Mono]


def _flat(hz: float, length: int) -> Mono:
    return np.full(length, hz)


def _detuned(hz: float, length: int, random: Random, cents: tuple[float, ...]) -> Mono:
    voices = [saw(_flat(hz * 2.0 ** (cent / 1200), length), random.uniform()) for cent in cents]
    return np.sum(voices, axis=0) / len(cents) ** 0.5


def bass(hz: float, seconds: float, random: Random) -> Mono:
    """Saw and square an octave apart under a closing filter."""
    length = to_samples(seconds + 0.06)
    raw = saw(_flat(hz, length)) + 0.7 * square(_flat(hz / 2, length))
    shaped = moving_band(raw, 250 + 1_300 * decay(24, 9e-5), 0.9, skirt=1.0)
    return fade(shaped * points(length, (0, 1), (0.7, 0.7), (1, 0.5)), 0.003, 0.05)


def acid(hz: float, seconds: float, random: Random) -> Mono:
    """One saw through a sharp resonant sweep."""
    length = to_samples(seconds + 0.04)
    raw = saw(_flat(hz, length))
    sweep = random.uniform(900, 2_800) * decay(16, 4e-4) + 220
    shaped = moving_band(raw, sweep, 0.8, skirt=1.0) + 2.2 * moving_band(raw, sweep, 0.16)
    return fade(np.tanh(1.4 * shaped), 0.002, 0.03)


def sub(hz: float, seconds: float, random: Random) -> Mono:
    """Driven sine."""
    length = to_samples(seconds + 0.1)
    bend = 1 + 0.5 * decay(length, 0.06)
    return fade(np.tanh(1.8 * sine(hz * bend)) * decay(length, 3.5), 0.004, 0.08)


def wobble(hz: float, seconds: float, random: Random) -> Mono:
    """Detuned saws; a slow wave opens and closes the filter."""
    length = to_samples(seconds + 0.05)
    raw = _detuned(hz, length, random, (-18, 0, 17)) + 0.8 * sine(_flat(hz, length))
    rate = float(random.choice([3, 4, 6, 8]))
    swing = 0.5 - 0.5 * np.cos(2 * np.pi * rate * np.linspace(0, seconds, max(12, int(seconds * 60))))
    return fade(np.tanh(1.6 * moving_band(raw, 160 + 2_400 * swing**1.6, 0.7, skirt=1.0)), 0.005, 0.04)


def chip(hz: float, seconds: float, random: Random) -> Mono:
    """Pulse wave of an old game console."""
    length = to_samples(seconds)
    vibrato = 1 + 0.006 * np.sin(2 * np.pi * 6 * time_axis(length)) * points(length, (0, 0), (0.4, 1), (1, 1))
    sound = square(hz * vibrato, duty=float(random.choice([0.125, 0.25, 0.5])))
    return fade(0.6 * sound * points(length, (0, 1), (1, 0.5)), 0.001, 0.004)


def lead(hz: float, seconds: float, random: Random) -> Mono:
    """Two saws with vibrato."""
    length = to_samples(seconds + 0.08)
    vibrato = 1 + 0.008 * np.sin(2 * np.pi * 5.5 * time_axis(length)) * points(length, (0, 0), (0.4, 1), (1, 1))
    raw = saw(hz * vibrato) + 0.8 * saw(1.005 * hz * vibrato, 0.3)
    return fade(0.6 * lowpass(raw, 5_500), 0.008, 0.07)


def supersaw(hz: float, seconds: float, random: Random) -> Mono:
    """Seven detuned saws."""
    length = to_samples(seconds + 0.12)
    return fade(0.7 * lowpass(_detuned(hz, length, random, (-24, -14, -6, 0, 7, 15, 23)), 9_000), 0.006, 0.11)


def poly(hz: float, seconds: float, random: Random) -> Mono:
    """Analogue chord voice: two saws, a pulse, filter that opens a little."""
    length = to_samples(seconds + 0.15)
    raw = _detuned(hz, length, random, (-7, 6)) + 0.5 * square(_flat(hz, length), duty=0.35)
    corner = 700 + 2_600 * decay(20, 2.5e-4)
    return fade(0.6 * moving_band(raw, corner, 1.0, skirt=1.0), 0.006, 0.14)


def pluck(hz: float, seconds: float, random: Random) -> Mono:
    """Short saw whose filter shuts at once."""
    length = to_samples(min(seconds + 0.3, 0.9))
    raw = _detuned(hz, length, random, (-6, 5))
    corner = hz * 1.5 + 5_000 * decay(24, 2.2e-4)
    return fade(moving_band(raw, corner, 0.9, skirt=1.0) * decay(length, 0.8), 0.002, 0.05)


def pad(hz: float, seconds: float, random: Random) -> Mono:
    """Soft detuned saws that drift, slow to come and go."""
    length = to_samples(seconds + 0.5)
    drift = 1 + 0.0025 * wander(length, random, 0.9)
    raw = saw(hz * drift) + saw(1.006 * hz * drift, 0.4) + triangle(_flat(hz, length))
    corner = 900 * 2.0 ** (0.8 * wander(16, random, 900))
    return fade(0.5 * moving_band(raw, corner, 1.1, skirt=1.0), min(0.5, seconds / 3), 0.5)


def glass(hz: float, seconds: float, random: Random) -> Mono:
    """FM bell."""
    length = to_samples(max(seconds, 1.2) + 0.8)
    return fade(
        0.7 * frequency_modulated(_flat(hz, length), 3.5, 2.4 * decay(length, 1.2)) * decay(length, 2.2), 0.002, 0.1
    )


def didgeridoo(hz: float, seconds: float, random: Random) -> Mono:
    """Low buzz whose mouth moves."""
    length = to_samples(seconds)
    raw = saw(hz * (1 + 0.01 * wander(length, random, 3)))
    mouth = 650 * 2.0 ** (0.9 * wander(max(12, int(seconds * 8)), random, 30_000))
    return fade(moving_band(raw, mouth, 0.35, skirt=0.5) + 0.4 * lowpass(raw, 220), 0.06, 0.1)


def bowl(hz: float, seconds: float, random: Random) -> Mono:
    """Singing bowl."""
    return bell(Cue(6.0, random, options={"body": "bowl", "hz": hz, "t60": 6.0, "slow": 0.02, "beat": 1.4}))


def gong(hz: float, seconds: float, random: Random) -> Mono:
    """Gong: dense partials that bloom."""
    return bell(Cue(6.0, random, options={"body": "gong", "hz": hz * 1.6, "t60": 6.0, "slow": 0.04, "beat": 3.0}))


SYNTHS: dict[str, Synth] = {
    "bass": bass,
    "acid": acid,
    "sub": sub,
    "wobble": wobble,
    "chip": chip,
    "lead": lead,
    "supersaw": supersaw,
    "poly": poly,
    "pluck": pluck,
    "pad": pad,
    "bell": glass,
    "didgeridoo": didgeridoo,
    "bowl": bowl,
    "gong": gong,
}
