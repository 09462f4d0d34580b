"""Rain, thunder, wind and fire."""

# Arithmetic on shape-annotated numpy arrays is Any to mypy.
# mypy: disable-error-code="no-any-return"

import numpy as np

from audioforge.generators.sketch.cue import Cue
from audioforge.generators.sketch.envelopes import decay, points, wander
from audioforge.generators.sketch.filters import bandpass, highpass, lowpass, moving_band
from audioforge.generators.sketch.noise import coloured, dust, grains, white
from audioforge.generators.sketch.timebase import Mono, Stereo, to_samples


def rain(cue: Cue) -> Stereo:
    """Drops over a hiss, independent on both sides. Options: drops (a second), hiss (level), roof (0..1 tin roof)."""
    return np.stack([_rain_side(cue), _rain_side(cue)])


def _rain_side(cue: Cue) -> Mono:
    length = cue.length
    kernels = np.zeros((6, to_samples(0.012)))
    for row in kernels:
        centre = cue.random.uniform(1_800, 7_500) * (1 - 0.45 * cue.number("roof", 0)) * cue.pitch
        row += bandpass(white(len(row), cue.random), centre * 0.7, centre * 1.4) * decay(len(row), 0.008)
    drops = dust(length, cue.random, cue.number("drops", 500) * (0.3 + 1.4 * cue.force) * cue.speed, 0.9)
    pattering = 7.0 * grains(drops, cue.random, kernels)
    hiss = highpass(coloured(length, cue.random, -0.5), 900) * cue.number("hiss", 0.5) * (0.35 + 1.3 * cue.force)
    low = lowpass(coloured(length, cue.random, -4), 500) * (0.3 + 0.6 * cue.force)
    return pattering + hiss + low


def thunder(cue: Cue) -> Mono:
    """One roll. Options: crack (0 far to 1 overhead)."""
    length = to_samples(min(4.5, cue.seconds))
    crack = cue.number("crack", 0.35) * (0.5 + cue.force)
    rolls = np.zeros(length)
    for at in np.sort(cue.random.exponential(0.35, 6)) * min(1.0, length / 44_100 / 3):
        start = min(to_samples(at), length - 1)
        rolls[start:] += cue.random.uniform(0.4, 1.0) * decay(length - start, cue.random.uniform(1.2, 3.2))
    rumble = lowpass(coloured(length, cue.random, -5), 220) * rolls * 2.5 * (1 + 0.5 * wander(length, cue.random, 12))
    body = (
        moving_band(coloured(length, cue.random, -2), np.geomspace(2_200, 110, 12), 1.1, skirt=1.0)
        * decay(length, 1.8)
        * 1.3
    )
    snap = highpass(white(length, cue.random), 700) * decay(length, 0.35) * (1 + dust(length, cue.random, 300)) * crack
    return np.tanh(rumble + body * (0.4 + crack) + snap)


def wind(cue: Cue) -> Mono:
    """Gusts and a whistle. Options: hz (centre), howl (level of the whistle), hiss (level of air in leaves)."""
    length = cue.length
    gust = 0.5 + 0.5 * wander(length, cue.random, 0.55 * cue.speed)
    knots = np.interp(np.linspace(0, length - 1, 48), np.arange(length), gust)
    centre = cue.number("hz", 420) * cue.scale**0.5 * 2.0 ** (1.1 * (knots - 0.5) * (0.5 + cue.force))
    body = moving_band(coloured(length, cue.random, -2), centre, 0.8, skirt=0.9) * (0.25 + gust**1.5)
    howl = (
        moving_band(white(length, cue.random), centre * 1.9, 0.05) * 9
        + moving_band(white(length, cue.random), centre * 2.9, 0.05) * 5
    )
    leaves = bandpass(white(length, cue.random), 2_500, 9_000) * gust**2
    return 2.0 * body + cue.number("howl", 0.3) * (0.4 + cue.force) * howl * gust**2 + cue.number("hiss", 0.05) * leaves


def fire(cue: Cue) -> Mono:
    """Crackle over a low roar. Options: crackles (a second), roar (level)."""
    length = cue.length
    kernels = np.zeros((8, to_samples(0.02)))
    for row in kernels:
        centre = np.exp(cue.random.uniform(np.log(900), np.log(8_000)))
        row += bandpass(white(len(row), cue.random), centre * 0.6, centre * 1.7) * decay(
            len(row), cue.random.uniform(0.003, 0.016)
        )
    bursts = np.clip(1.2 + 1.4 * wander(length, cue.random, 2.5), 0.15, 3)
    snaps = grains(dust(length, cue.random, cue.number("crackles", 38) * cue.speed, 1.1), cue.random, kernels) * bursts
    roar = lowpass(coloured(length, cue.random, -4), 500) * (1 + 0.35 * wander(length, cue.random, 7))
    flutter = bandpass(coloured(length, cue.random, -3), 200, 1_500) * np.clip(wander(length, cue.random, 11), 0, 1)
    return 26.0 * snaps + cue.number("roar", 0.35) * (0.5 + cue.force) * (roar + 0.5 * flutter)


def ignite(cue: Cue) -> Mono:
    """A flame starts, a fire ball passes, a rocket leaves. Options: length (s), hz."""
    length = to_samples(min(cue.number("length", 1.4), cue.seconds))
    knots = cue.number("hz", 900) * np.array([0.4, 1.6, 1.1, 0.7, 0.4])
    body = moving_band(coloured(length, cue.random, -2), knots, 1.1, skirt=0.8)
    flicker = 1 + 0.5 * wander(length, cue.random, 22)
    return np.tanh(4.0 * body * flicker * points(length, (0, 0), (0.12, 1), (0.5, 0.6), (1, 0)))
