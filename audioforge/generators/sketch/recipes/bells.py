"""Bells, clocks and other things that ring for long."""

# Arithmetic on shape-annotated numpy arrays is Any to mypy.
# mypy: disable-error-code="no-any-return"

import numpy as np

from audioforge.generators.sketch.cue import Cue
from audioforge.generators.sketch.envelopes import decay, fade
from audioforge.generators.sketch.filters import bandpass
from audioforge.generators.sketch.noise import white
from audioforge.generators.sketch.space import place
from audioforge.generators.sketch.timebase import Mono, time_axis, to_samples

# Partials of a tuned church bell: hum, prime, tierce, quint, nominal, and two above.
CHURCH = (0.5, 1.0, 1.2, 1.5, 2.0, 2.62, 3.0, 4.1)
BAR = (1.0, 2.76, 5.4, 8.93)
BOWL = (1.0, 2.71, 5.15, 8.2)
GONG = (1.0, 1.32, 1.73, 2.17, 2.6, 3.11, 3.67, 4.25, 5.1, 6.2)
PARTIALS = {"church": CHURCH, "bar": BAR, "bowl": BOWL, "gong": GONG}


def bell(cue: Cue) -> Mono:
    """One stroke.

    Options: body ("church", "bar", "bowl", "gong"), hz, t60 (s), beat (Hz of slow beating), slow (s of attack).
    """
    base = cue.number("hz", 520) * cue.scale * cue.vary(1.0, 0.06)
    t60 = cue.number("t60", 3.0) * (0.6 + 0.8 * cue.size)
    length = to_samples(min(t60 * 1.1, cue.seconds))
    at = time_axis(length)
    total = np.zeros(length)
    for order, ratio in enumerate(PARTIALS[cue.word("body", "church")]):
        beat = cue.number("beat", 0.8) * cue.random.uniform(0.3, 1.0)
        pair = np.sin(2 * np.pi * base * ratio * at) + 0.6 * np.sin(2 * np.pi * (base * ratio + beat) * at)
        total += pair * decay(length, t60 / (1 + 0.5 * order)) / (1 + 0.4 * order)
    strike = bandpass(white(length, cue.random), 1_500, 8_000) * decay(length, 0.03)
    return fade(0.3 * total + 0.5 * strike, max(cue.number("slow", 0.001), 0.001), 0.05)


def chimes(cue: Cue) -> Mono:
    """Wind chimes or a bar of chimes swept once. Options: rate (a second), sweep (1 for a run of notes), hz."""
    total = np.zeros(cue.length)
    scale = np.array([0, 2, 4, 7, 9, 12, 14, 16, 19, 21, 24])
    sweep = cue.number("sweep", 0) > 0
    count = 22 if sweep else max(3, int(cue.number("rate", 4) * cue.speed * cue.seconds))
    for index in range(count):
        note = scale[::-1][index * len(scale) // count] if sweep else cue.random.choice(scale)
        hz = cue.number("hz", 1_050) * cue.pitch * 2.0 ** (note / 12) * cue.vary(1, 0.01)
        at = index * 0.055 if sweep else cue.random.uniform(0, cue.seconds)
        inner = Cue(2.0, cue.random, options={"body": "bar", "hz": hz, "t60": 1.6, "beat": 1.5})
        place(total, cue.random.uniform(0.2, 0.7) * bell(inner), to_samples(at))
    return total


def tick(cue: Cue) -> Mono:
    """One tick of a clock or metronome. Options: hz, t60 (s)."""
    length = to_samples(0.12)
    hz = cue.number("hz", 2_600) * cue.scale**0.5 * cue.vary(1.0, 0.02)
    at = time_axis(length)
    ring = np.sin(2 * np.pi * hz * at) + 0.6 * np.sin(2 * np.pi * hz * 1.63 * at)
    noise = white(length, cue.random) * decay(length, 0.01)
    return ring * decay(length, cue.number("t60", 0.03)) + 1.5 * noise
