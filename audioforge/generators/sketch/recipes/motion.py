"""Air and friction: whooshes, risers, creaks, scrapes, crunches, rattles."""

# Arithmetic on shape-annotated numpy arrays is Any to mypy.
# mypy: disable-error-code="no-any-return"

import numpy as np
from scipy import signal

from audioforge.generators.sketch.cue import Cue, Option
from audioforge.generators.sketch.envelopes import decay, fade, points, swell, wander
from audioforge.generators.sketch.filters import bandpass, highpass, lowpass, moving_band, resonance
from audioforge.generators.sketch.noise import coloured, dust, white
from audioforge.generators.sketch.oscillators import pulses, saw
from audioforge.generators.sketch.recipes.impacts import MATERIALS, ring, strike
from audioforge.generators.sketch.space import place
from audioforge.generators.sketch.timebase import Mono, to_samples


def whoosh(cue: Cue) -> Mono:
    """Air rushing by.

    Options: length (s), low, high (Hz), peak (share of the length), metal (level of a blade's ring).
    """
    length = to_samples(min(cue.vary(cue.number("length", 0.8)) / cue.speed * (0.6 + 0.8 * cue.size), cue.seconds))
    peak = cue.number("peak", 0.55)
    low, high = cue.number("low", 250) * cue.scale**0.5, cue.number("high", 2_600) * cue.scale**0.5
    centre = low * (high / low) ** swell(32, peak, 1.0)
    body = moving_band(white(length, cue.random), centre, 0.7, skirt=0.15) * swell(length, peak, 2.2) * 4.0
    metal = cue.number("metal", 0)
    if metal:
        tail = ring(cue, MATERIALS["metal"], 1_900 * cue.pitch, 0.9)
        place(body, metal * tail, int(0.3 * length))
    return body


def riser(cue: Cue) -> Mono:
    """Tension that grows (or falls) over the whole clip. Options: direction (1 up, -1 down), tonal (share)."""
    length = cue.length
    course = np.linspace(0, 1, 48) if cue.number("direction", 1) > 0 else np.linspace(1, 0, 48)
    air = moving_band(white(length, cue.random), 200.0 * 40.0**course, 0.8, skirt=0.1) * 2.5
    rise = np.interp(np.linspace(0, 1, length), np.linspace(0, 1, 48), course)
    hz = 90.0 * cue.pitch * 2.0 ** (4 * rise)
    tones = sum(saw(hz * ratio, cue.random.uniform()) for ratio in (0.993, 1.0, 1.008, 1.5))
    flutter = 1 - 0.4 * (0.5 + 0.5 * np.sin(2 * np.pi * np.cumsum(4 + 14 * rise) / 44_100))
    sound = (air + cue.number("tonal", 0.25) * lowpass(np.asarray(tones), 6_000)) * flutter
    return fade(sound * (0.08 + rise**1.6), 0.02, 0.02)


def creak(cue: Cue) -> Mono:
    """Stick and slip: hinge, floor board, squeak.

    Options: hz (slips a second), peak (Hz of the body), length (s), bend.
    """
    length = to_samples(min(cue.vary(cue.number("length", 1.1), 0.2) / cue.speed, cue.seconds))
    bend = cue.number("bend", 0.5)
    hz = cue.number("hz", 60) * cue.pitch * 2.0 ** (bend * (wander(length, cue.random, 2.0) + swell(length, 0.6, 1.0)))
    slips = pulses(hz * (1 + 0.12 * wander(length, cue.random, 30))) + 0.02 * white(length, cue.random)
    peak = cue.number("peak", 900) * cue.scale**0.5
    body = sum(
        resonance(slips, peak * ratio, 0.12 * peak * ratio) / (1 + order)
        for order, ratio in enumerate((1, 1.9, 3.1, 4.6))
    )
    return 14.0 * fade(np.asarray(body) * (0.4 + swell(length, 0.5, 1.0)), 0.02, 0.08)


def scrape(cue: Cue) -> Mono:
    """Dragging, sawing, scratching, tearing.

    Options: low, high (Hz), strokes (a second), grain (a second), length (s).
    """
    length = to_samples(min(cue.number("length", 30.0) / cue.speed, cue.seconds))
    grain = dust(length, cue.random, cue.number("grain", 900), 0.7) * 2.0 + 0.15 * white(length, cue.random)
    band = bandpass(grain, cue.number("low", 700), cue.number("high", 6_000))
    strokes = cue.number("strokes", 2.0) * cue.speed
    swing = np.abs(np.sin(np.pi * strokes * np.arange(length) / 44_100 + 0.3)) if strokes else np.ones(length)
    return 3.0 * fade(band * swing**1.3 * (1 + 0.3 * wander(length, cue.random, 9)), 0.01, 0.04)


def crunch(cue: Cue) -> Mono:
    """Many small breaks: leaves, snow, paper, chewing. Options: length (s), rate (a second), low, high (Hz), peak."""
    length = to_samples(min(cue.vary(cue.number("length", 0.35), 0.25) / cue.speed, cue.seconds))
    breaks = dust(length, cue.random, cue.number("rate", 700) * (0.5 + cue.force), 1.0)
    tail = decay(to_samples(0.006), 0.006) * white(to_samples(0.006), cue.random)
    rough = signal.oaconvolve(breaks, tail)[:length] * 6
    shaped = bandpass(rough, cue.number("low", 900), cue.number("high", 8_000))
    return 3.0 * fade(shaped * (0.15 + swell(length, cue.number("peak", 0.3), 1.2)), 0.004, 0.03)


def rattle(cue: Cue) -> Mono:
    """Loose things that knock together.

    Options: material, rate (a second), length (s), base (factor on pitch), t60 (s).
    """
    length = to_samples(min(cue.vary(cue.number("length", 0.9), 0.2) / cue.speed, cue.seconds))
    material = MATERIALS[cue.material or cue.word("material", "metal")]
    total = np.zeros(length)
    for _ in range(max(2, cue.random.poisson(cue.number("rate", 24) * cue.speed * length / 44_100))):
        base = material.base * cue.number("base", 3.0) * cue.random.uniform(0.7, 1.7) * cue.scale
        knock = ring(cue, material, base, cue.vary(cue.number("t60", 0.15), 0.5))
        place(total, cue.random.uniform(0.2, 1.0) * knock, int(cue.random.uniform(0, 0.9) * length))
    clatter = highpass(dust(length, cue.random, cue.number("rate", 24) * 2, 0.6), 2_500)
    return total + 0.3 * clatter


def footstep(cue: Cue) -> Mono:
    """Heel and toe on a floor.

    Options: floor ("hard", "wood", "gravel", "snow", "leaves", "water", "metal", "earth").
    """
    floor = {"metal": "metal", "wood": "wood", "stone": "hard", "earth": "earth", "ice": "snow"}.get(cue.material)
    floor = floor or cue.word("floor", "hard")
    if floor in ("gravel", "snow", "leaves", "water"):
        low, high, rate = {
            "gravel": (350, 5_500, 1_100),
            "snow": (200, 3_500, 2_400),
            "leaves": (1_800, 11_000, 700),
            "water": (300, 3_500, 900),
        }[floor]
        step = Cue(
            cue.seconds,
            cue.random,
            cue.size,
            cue.force,
            cue.speed,
            options={"length": 0.24, "rate": rate, "low": low, "high": high},
        )
        return crunch(step)
    material = {"hard": "stone", "wood": "wood", "metal": "metal", "earth": "earth"}[floor]
    options: dict[str, Option] = {"material": material, "t60": 0.5, "low": 0.35}
    heel = strike(Cue(cue.seconds, cue.random, cue.size, cue.force, pitch=cue.pitch, options=options))
    toe = strike(Cue(cue.seconds, cue.random, cue.size * 0.6, cue.force * 0.5, pitch=cue.pitch, options=options))
    total = np.zeros(max(len(heel), len(toe)) + to_samples(0.09))
    place(total, heel, 0)
    place(total, 0.4 * toe, to_samples(cue.vary(0.075, 0.2)))
    return total


def roll(cue: Cue) -> Mono:
    """Rolling or tumbling: rumble with bumps. Options: low, high (Hz), bumps (a second)."""
    length = cue.length
    rumble = bandpass(coloured(length, cue.random, -3), cue.number("low", 120), cue.number("high", 1_500))
    bumps = lowpass(dust(length, cue.random, cue.number("bumps", 12) * cue.speed, 0.5), 1_200) * 8
    return 1.5 * rumble * (1 + 0.6 * wander(length, cue.random, 5 * cue.speed)) + bumps


def flutter(cue: Cue) -> Mono:
    """Wings or cards: noise in quick beats. Options: hz (beats a second), low, high (Hz)."""
    length = cue.length
    hz = cue.number("hz", 14) * cue.speed * (1 + 0.15 * wander(length, cue.random, 2))
    beat = np.maximum(0.0, np.sin(2 * np.pi * np.cumsum(hz) / 44_100)) ** 3
    level = points(length, (0, 0.7), (0.5, 1), (1, 0.6))
    return 3.0 * bandpass(white(length, cue.random), cue.number("low", 300), cue.number("high", 4_000)) * beat * level
