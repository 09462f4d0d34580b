"""Computed outdoor scenes: rain, wind, water, fire, insects, birds."""

import numpy as np

from training.references.signals import (
    Rng,
    band,
    clock,
    count,
    decay,
    noise,
    oscillator,
    place,
    resonance,
    spread,
    stereo,
    swell,
    swept_noise,
    wander,
)
from training.references.sounds import Samples


def _drops(seconds: float, rng: Rng, rate: float, low: float, high: float) -> Samples:
    out = np.zeros(count(seconds))
    for at in rng.uniform(0, seconds, rng.poisson(rate * seconds)):
        frequency = np.exp(rng.uniform(np.log(low), np.log(high)))
        length = 0.03
        drop = oscillator(frequency * (1 + 0.4 * clock(length) / length), length) * decay(length, 0.004, 0.0004)
        place(out, drop, at, min(float(rng.pareto(2.5)), 4.0) * 0.05)
    return out


def rain(rng: Rng, seconds: float, heaviness: float) -> Samples:
    """Steady rain; ``heaviness`` 0 is a drizzle of single drops, 1 a downpour."""
    sides = []
    for _ in range(2):
        bed = band(noise(seconds, rng, 0.3), 400 + 500 * (1 - heaviness), 12_000)
        body = band(noise(seconds, rng, 1.0), 80, 600) * heaviness * 0.3
        drops = _drops(seconds, rng, 60 + 200 * heaviness, 1_500, 7_000)
        sides.append(bed * (0.05 + 0.2 * heaviness) * wander(seconds, rng, 0.85, 1.1, 0.7) + body + drops)
    return stereo(*sides)


def rain_on_roof(rng: Rng, seconds: float) -> Samples:
    """Drops that ring a hollow surface."""
    hits = _drops(seconds, rng, 90, 300, 1_200)
    tin = resonance(hits, 820, 12) * 4 + resonance(hits, 1_530, 14) * 2
    hiss = band(noise(seconds, rng, 0.6), 1_000, 8_000) * 0.02
    return spread(hits * 0.5 + tin + hiss, rng, 0.5, 0.25)


def thunder(rng: Rng, seconds: float, near: bool) -> Samples:
    """A crack (if near) and a long rumble."""
    rumble = band(noise(seconds, rng, 2.0), 25, 180 if near else 110)
    rolls = decay(seconds, seconds / 3.5, 0.15 if not near else 0.01) * wander(seconds, rng, 0.3, 1.0, 2.5)
    out = rumble / rumble.std() * 0.25 * rolls
    if near:
        place(out, band(noise(0.6, rng, 0.5), 150, 6_000) * decay(0.6, 0.09) * 0.5, 0.05)
    return spread(out, rng, 2.0, 0.4)


def thunderstorm(rng: Rng, seconds: float) -> Samples:
    """Rain with a roll of thunder in it."""
    wet = rain(rng, seconds, 0.7)
    roll = thunder(rng, seconds, near=False)
    return wet * (0.1 / np.std(wet)) * 0.5 + roll * (0.8 / np.abs(roll).max())


def wind(rng: Rng, seconds: float, howl: float) -> Samples:
    """Gusts; ``howl`` adds a whistling resonance that follows them."""
    strength = wander(seconds, rng, 0.15, 1.0, 0.6)
    sides = []
    for _ in range(2):
        body = swept_noise(seconds, rng, 220 + 500 * strength, 0.7) * strength
        whistle = swept_noise(seconds, rng, 500 + 500 * strength, 0.05) * strength**2
        low = band(noise(seconds, rng, 1.8), 30, 160) * 0.25 * strength
        sides.append(body + low + whistle * howl * 2.0)
    return stereo(*sides)


def leaves(rng: Rng, seconds: float) -> Samples:
    """Wind in trees: bright rustle that swells with the gusts."""
    gust = wander(seconds, rng, 0.1, 1.0, 0.7) ** 1.5
    flicker = [wander(seconds, rng, 0.5, 1.0, 14.0) for _ in range(2)]
    rustle = [band(noise(seconds, rng, 0.4), 1_800, 9_000) * gust * f for f in flicker]
    low = swept_noise(seconds, rng, 180 + 250 * gust, 0.6) * gust * 0.5
    return stereo(rustle[0] * 0.5 + low, rustle[1] * 0.5 + low)


def waves(rng: Rng, seconds: float, period: float, size: float) -> Samples:
    """Surf: each wave builds, breaks and draws back over the shingle."""
    sides = [np.zeros(count(seconds)) for _ in range(2)]
    starts = np.arange(-period * 0.3, seconds, period) + rng.uniform(-0.1, 0.1)
    for side in sides:
        for start in starts:
            length = period * 1.15
            shape = swell(length, length * 0.45, length * 0.55)
            wash = swept_noise(length, rng, 300 + 2_800 * size * shape, 0.9) * shape
            hiss = band(noise(length, rng), 3_500, 11_000) * np.roll(shape, count(length * 0.12)) * 0.08
            skip = max(0, count(-start))
            place(side, (wash + hiss)[skip:], max(start, 0.0))
        side += band(noise(seconds, rng, 1.8), 30, 200) * 0.12 * size
    return stereo(*sides)


def stream(rng: Rng, seconds: float) -> Samples:
    """A brook: many rising bubbles over a soft rush."""
    out = np.zeros(count(seconds))
    for at in rng.uniform(0, seconds, int(110 * seconds)):
        length = rng.uniform(0.02, 0.08)
        frequency = np.exp(rng.uniform(np.log(350), np.log(2_200)))
        bubble = oscillator(frequency * (1 + 0.5 * clock(length) / length), length) * decay(length, length / 4, 0.003)
        place(out, bubble, at, float(rng.uniform(0.02, 0.18)))
    rush = [band(noise(seconds, rng, 0.8), 400, 5_000) * 0.05 for _ in range(2)]
    return spread(out, rng, 0.5, 0.3) + stereo(*rush)


def waterfall(rng: Rng, seconds: float) -> Samples:
    """A broad, steady roar."""
    sides = [
        band(noise(seconds, rng, 0.7), 100, 9_000) * wander(seconds, rng, 0.9, 1.05, 2.0)
        + band(noise(seconds, rng, 1.6), 40, 300) * 0.6
        for _ in range(2)
    ]
    return stereo(*sides)


def fire(rng: Rng, seconds: float) -> Samples:
    """Crackles over a breathing rumble."""
    out = band(noise(seconds, rng, 1.4), 60, 900) * 0.08 * wander(seconds, rng, 0.5, 1.0, 3.0)
    for at in rng.uniform(0, seconds, rng.poisson(28 * seconds)):
        length = rng.uniform(0.003, 0.02)
        snap = band(noise(0.03, rng), rng.uniform(600, 2_500), rng.uniform(4_000, 11_000)) * decay(
            0.03, length / 3, 3e-4
        )
        place(out, snap, at, min(float(rng.pareto(2.0)), 3.0) * 0.1)
    return spread(out, rng, 0.3, 0.15)


def crickets(rng: Rng, seconds: float) -> Samples:
    """A summer night: several pulsing chirps at their own pitch and place."""
    sides = [band(noise(seconds, rng, 1.0), 200, 3_000) * 0.006 for _ in range(2)]
    for _ in range(5):
        pitch, rate, pan = rng.uniform(3_900, 5_200), rng.uniform(1.6, 3.2), rng.uniform(0.1, 0.9)
        t = clock(seconds) + rng.uniform(0, 1)
        chirp = ((t * rate) % 1 < 0.4) * np.maximum(np.sin(2 * np.pi * 32 * t), 0) ** 2
        song = oscillator(pitch, seconds) * band(chirp, None, 300) * rng.uniform(0.05, 0.2)
        sides[0] += song * (1 - pan)
        sides[1] += song * pan
    return stereo(*sides)


def frogs(rng: Rng, seconds: float) -> Samples:
    """A pond at dusk: croaks of a few frogs over soft insects."""
    out = band(noise(seconds, rng, 0.5), 3_500, 6_500) * 0.01
    for _ in range(4):
        pitch, gap = rng.uniform(280, 620), rng.uniform(0.7, 1.6)
        for at in np.arange(rng.uniform(0, gap), seconds - 0.4, gap) + rng.uniform(-0.08, 0.08):
            croak = resonance(noise(0.3, rng) * (np.sin(2 * np.pi * 38 * clock(0.3)) > 0.2), pitch, 6) * swell(
                0.3, 0.06, 0.12
            )
            place(out, croak, max(at, 0.0), float(rng.uniform(0.15, 0.4)))
    return spread(out, rng, 0.8, 0.25)


def birdsong(rng: Rng, seconds: float, birds: int) -> Samples:
    """Phrases of quick whistled sweeps, each bird with its own motif."""
    sides = [band(noise(seconds, rng, 1.2), 150, 4_000) * 0.006 for _ in range(2)]
    for _ in range(birds):
        base, sweep, pan = rng.uniform(2_300, 5_200), rng.uniform(-900, 1_300), rng.uniform(0.1, 0.9)
        notes, gap, at = int(rng.integers(2, 7)), rng.uniform(1.0, 2.4), rng.uniform(0, 1.2)
        length = rng.uniform(0.05, 0.16)
        while at < seconds:
            for index in range(notes):
                t = clock(length) / length
                tone = oscillator(base + sweep * t + 250 * np.sin(9 * t + index), length) * swell(length, 0.02, 0.03)
                gain = float(rng.uniform(0.1, 0.2))
                place(sides[0], tone, at + index * length * 1.35, gain * (1 - pan))
                place(sides[1], tone, at + index * length * 1.35, gain * pan)
            at += notes * length * 1.35 + gap * rng.uniform(0.7, 1.3)
    wet = spread(sides[0] + sides[1], rng, 1.2, 0.5)
    return stereo(*sides) + wet * 0.4


def cave(rng: Rng, seconds: float) -> Samples:
    """Sparse drips in a long echo."""
    out = np.zeros(count(seconds))
    for at in 0.1 + np.cumsum(rng.uniform(0.35, 1.1, 20)) - 0.35:
        length, frequency = 0.12, rng.uniform(700, 1_900)
        place(
            out,
            oscillator(frequency * (1 + clock(length) * 4), length) * decay(length, 0.025, 0.001),
            at,
            float(rng.uniform(0.3, 0.8)),
        )
    air = band(noise(seconds, rng, 1.6), 40, 400) * 0.01
    return spread(out + air, rng, 3.0, 0.6)


def underwater(rng: Rng, seconds: float) -> Samples:
    """Muffled rumble with slow bubbles."""
    bed = [band(noise(seconds, rng, 1.6), 30, 350) * 0.2 * wander(seconds, rng, 0.6, 1.0, 0.6) for _ in range(2)]
    out = np.zeros(count(seconds))
    for start in rng.uniform(0, seconds, int(2 * seconds)):
        for index in range(int(rng.integers(2, 7))):
            length, frequency = 0.07, rng.uniform(180, 700)
            place(
                out,
                oscillator(frequency * (1 + 6 * clock(length)), length) * swell(length, 0.01, 0.05),
                start + index * 0.06,
                0.12,
            )
    return stereo(*bed) + spread(band(out, None, 900), rng, 1.0, 0.3)
