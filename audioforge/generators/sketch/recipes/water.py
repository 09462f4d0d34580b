"""Water: bubbles are sines that rise and die; everything else is many of them, and noise."""

# Arithmetic on shape-annotated numpy arrays is Any to mypy.
# mypy: disable-error-code="no-any-return"

import numpy as np

from audioforge.generators.sketch.cue import Cue
from audioforge.generators.sketch.envelopes import decay, fade, points, swell, wander
from audioforge.generators.sketch.filters import bandpass, highpass, lowpass, moving_band
from audioforge.generators.sketch.noise import coloured, dust, grains, white
from audioforge.generators.sketch.oscillators import sine
from audioforge.generators.sketch.space import place
from audioforge.generators.sketch.timebase import Mono, to_samples


def bubble(cue: Cue, hz: float, t60: float) -> Mono:
    """One bubble, after van den Doel's model: a decaying sine that rises."""
    length = to_samples(t60 * 1.2)
    curve = hz * (1 + cue.random.uniform(0.1, 0.9) * points(length, (0, 0), (1, 1)))
    return fade(sine(curve) * decay(length, t60), 0.0015, 0.003)


def _bank(cue: Cue, low: float, high: float, t60: float) -> np.ndarray:
    length = to_samples(t60 * 1.3)
    bank = np.zeros((8, length))
    for row, hz in enumerate(np.geomspace(low, high, 8)):
        place(bank[row], bubble(cue, hz * cue.scale * cue.vary(1, 0.2), cue.vary(t60 * (low / hz) ** 0.3, 0.3)), 0)
    return bank


def bubbles(cue: Cue) -> Mono:
    """Stream of bubbles. Options: rate (a second), low, high (Hz), t60 (s), noise (level of the rush)."""
    bank = _bank(cue, cue.number("low", 350), cue.number("high", 2_200), cue.number("t60", 0.06))
    rate = cue.number("rate", 60) * cue.speed * (0.5 + cue.force)
    total = grains(dust(cue.length, cue.random, rate, 0.8), cue.random, bank)
    rush = bandpass(coloured(cue.length, cue.random, -2), 300, 5_000) * (1 + 0.4 * wander(cue.length, cue.random, 5))
    return 1.5 * total + cue.number("noise", 0.1) * rush


def drip(cue: Cue) -> Mono:
    """One drop into water. Options: hz."""
    first = bubble(cue, cue.number("hz", 1_100) * cue.scale * cue.vary(1, 0.25), 0.09)
    total = np.zeros(to_samples(0.3))
    place(total, 0.3 * bubble(cue, 2_600 * cue.scale, 0.03), 0)
    place(total, first, to_samples(0.025))
    return total


def splash(cue: Cue) -> Mono:
    """Something falls into water. Options: length (s)."""
    length = to_samples(min(cue.number("length", 1.1) * (0.5 + cue.size), cue.seconds))
    centre = np.geomspace(900, 2_800, 8) * cue.scale**0.5
    wash = moving_band(white(length, cue.random), centre, 1.2, skirt=0.4) * decay(length, 0.9 * length / 44_100)
    wash *= points(length, (0, 0), (0.02, 1), (0.1, 0.55), (0.22, 0.9), (1, 0.3))
    tail = Cue(length / 44_100, cue.random, cue.size, cue.force, options={"rate": 70, "noise": 0.0})
    return 3.0 * wash + 0.9 * bubbles(tail) * points(length, (0, 0), (0.3, 1), (1, 0.1))


def stream(cue: Cue) -> Mono:
    """Running water, from trickle to waterfall. Options: rush (0 trickle to 1 waterfall)."""
    rush = cue.number("rush", 0.4)
    length = cue.length
    roar = coloured(length, cue.random, -2.5 - rush) * (1 + 0.15 * wander(length, cue.random, 2))
    gurgle = Cue(
        cue.seconds,
        cue.random,
        cue.size,
        cue.force,
        cue.speed,
        cue.pitch,
        options={"rate": 90, "noise": 0.0, "t60": 0.05},
    )
    spray = highpass(white(length, cue.random), 3_500) * (0.7 + 0.3 * wander(length, cue.random, 6))
    return rush * 1.1 * highpass(roar, 120) + (1 - rush) * 1.4 * bubbles(gurgle) + 0.18 * spray + 0.1 * roar


def pour(cue: Cue) -> Mono:
    """Filling a vessel: the pitch of the air above the water rises. Options: length (s)."""
    length = to_samples(min(cue.number("length", 2.6), cue.seconds))
    inner = Cue(
        length / 44_100, cue.random, cue.size, cue.force, options={"rate": 160, "low": 500, "high": 2_600, "noise": 0.5}
    )
    source = bubbles(inner)
    rise = moving_band(source, np.geomspace(450, 1_400, 12) * cue.scale**0.5, 0.25) * 2
    return fade(source + rise, 0.05, 0.15)


def waves(cue: Cue) -> Mono:
    """Surf. Options: period (s), calm (0..1)."""
    length = cue.length
    period = cue.number("period", 3.6) / cue.speed
    start = cue.random.uniform(0.0, 0.5)
    turn = (np.arange(length) / 44_100 / period + start) % 1.0
    level = np.interp(turn, (0, 0.45, 0.6, 1.0), (0.12, 1.0, 0.75, 0.12)) ** (1.6 - 0.8 * cue.number("calm", 0.3))
    every = max(8, int(cue.seconds * 12))
    bright = np.interp(np.linspace(0, length - 1, every), np.arange(length), level)
    wash = moving_band(coloured(length, cue.random, -2), 350 + 2_600 * bright**1.5, 1.3, skirt=0.9)
    foam = highpass(white(length, cue.random), 2_500) * level**2.5
    deep = lowpass(coloured(length, cue.random, -6), 160) * (0.4 + level)
    return 1.6 * wash * level + 0.25 * foam + 0.7 * deep


def flush(cue: Cue) -> Mono:
    """Toilet flush: a rush that swells and drains with gurgles."""
    length = to_samples(min(4.0, cue.seconds))
    level = swell(length, 0.25, 1.0)
    rush = moving_band(white(length, cue.random), np.array([600, 1_600, 1_100, 500, 300]), 1.0, skirt=0.6) * level * 3
    gurgle = bubbles(Cue(length / 44_100, cue.random, 0.7, options={"rate": 50, "low": 150, "high": 700, "noise": 0}))
    return rush + gurgle * points(length, (0, 0.2), (0.6, 0.5), (0.85, 1.2), (1, 0))
