"""Things that are struck, burst or break."""

# Arithmetic on shape-annotated numpy arrays is Any to mypy.
# mypy: disable-error-code="no-any-return"

from typing import NamedTuple

import numpy as np

from audioforge.generators.sketch.cue import Cue
from audioforge.generators.sketch.envelopes import decay, fade, points
from audioforge.generators.sketch.filters import bandpass, highpass, lowpass, moving_band
from audioforge.generators.sketch.noise import coloured, dust, white
from audioforge.generators.sketch.oscillators import sine
from audioforge.generators.sketch.space import place
from audioforge.generators.sketch.timebase import Mono, fit_length, time_axis, to_samples


class Material(NamedTuple):
    """How a struck thing rings.

    Attributes:
        base: Hz of the lowest partial.
        partials: Ratios to it.
        t60: Seconds to -60 dB.
        noise: Level of the contact noise.
        corner: Hz up to which the contact noise reaches.
    """

    base: float
    partials: tuple[float, ...]
    t60: float
    noise: float
    corner: float


MATERIALS = {
    "wood": Material(240.0, (1.0, 1.72, 2.54, 3.41, 4.8, 6.3), 0.16, 0.7, 2_200.0),
    "metal": Material(520.0, (1.0, 1.47, 2.09, 2.56, 3.39, 4.08, 5.43, 6.9, 8.7), 1.4, 0.35, 7_000.0),
    "tin": Material(700.0, (1.0, 1.31, 1.93, 2.42, 3.1, 3.97, 4.9, 5.7), 0.35, 0.8, 6_000.0),
    "glass": Material(2_100.0, (1.0, 1.52, 2.32, 2.9, 3.6, 4.5), 0.7, 0.25, 11_000.0),
    "stone": Material(420.0, (1.0, 1.6, 2.7, 3.3), 0.07, 1.3, 4_000.0),
    "plastic": Material(480.0, (1.0, 1.9, 2.8, 4.1), 0.09, 0.9, 3_500.0),
    "flesh": Material(85.0, (1.0, 1.5, 2.2), 0.12, 1.2, 900.0),
    "earth": Material(75.0, (1.0, 1.6), 0.1, 1.4, 700.0),
    "paper": Material(600.0, (1.0, 1.7), 0.03, 2.0, 6_000.0),
    "ice": Material(1_500.0, (1.0, 1.7, 2.6, 3.9), 0.12, 1.2, 9_000.0),
}


def ring(cue: Cue, material: Material, base: float, t60: float) -> Mono:
    """The modes of a struck thing; higher ones start weaker and die sooner."""
    length = to_samples(min(t60 * 1.1 + 0.03, cue.seconds))
    total = np.zeros(length)
    for order, ratio in enumerate(material.partials):
        hz = base * cue.vary(ratio, 0.02)
        if hz > 17_000:
            break
        level = cue.random.uniform(0.5, 1.0) / (1 + 0.45 * order) * (0.55 + 0.9 * cue.force) ** order
        wave = np.sin(2 * np.pi * hz * time_axis(length) + cue.random.uniform(0, 6.28))
        total += level * wave * decay(length, t60 / (1 + 0.35 * order))
    return total / len(material.partials) * 2


def strike(cue: Cue) -> Mono:
    """One blow: contact noise and the modes of the material.

    Options: material, t60 (factor), low (level of a thump).
    """
    material = MATERIALS[cue.material or cue.word("material", "wood")]
    t60 = material.t60 * cue.number("t60", 1.0) * (0.4 + 1.2 * cue.size)
    sound = fade(ring(cue, material, material.base * cue.scale, t60), 0.0005, 0.005)
    contact = white(to_samples(0.05), cue.random) * decay(to_samples(0.05), 0.02 + 0.05 * cue.size)
    contact = lowpass(contact, material.corner * (0.5 + cue.force)) * material.noise * 2.0
    low = cue.number("low", 0.4 * cue.size) * thump(cue, 95.0 * cue.scale**0.5, 0.25)
    total = np.zeros(max(len(sound), len(contact), len(low)))
    for part in (sound, contact, low):
        place(total, part, 0)
    return total


def thump(cue: Cue, hz: float, t60: float) -> Mono:
    """Low sine that falls in pitch."""
    length = to_samples(min(t60 * 1.2, cue.seconds))
    curve = hz * (1.0 + 1.2 * decay(length, t60 * 0.35))
    return fade(sine(curve) * decay(length, t60), 0.001, 0.01)


def boom(cue: Cue) -> Mono:
    """Deep hit with a long tail, as in film trailers. Options: t60 (s), hz."""
    t60 = cue.number("t60", 2.2) * (0.5 + cue.size)
    length = to_samples(min(t60 * 1.1, cue.seconds))
    low = fit_length(thump(cue, cue.number("hz", 48.0) * cue.scale**0.3, t60), length)
    air = moving_band(coloured(length, cue.random, -3.0), np.geomspace(2_500, 120, 12), 1.2, skirt=0.8)
    hit = fit_length(strike(cue), length)
    return np.tanh(1.5 * low + 1.1 * air * decay(length, t60 * 0.6) + 0.5 * hit)


def explosion(cue: Cue) -> Mono:
    """Burst, rumble and falling debris. Options: t60 (s), debris (level), hz (where the fire starts)."""
    t60 = cue.number("t60", 2.4) * (0.4 + 1.2 * cue.size)
    length = to_samples(min(t60 * 1.15, cue.seconds))
    corner = np.geomspace(cue.number("hz", 6_000) * (0.6 + cue.force), 90, 16)
    fire = moving_band(coloured(length, cue.random, -1.5), corner, 1.3, skirt=1.0) * decay(length, t60 * 0.7)
    rumble = lowpass(coloured(length, cue.random, -6.0), 140) * decay(length, t60) * 2.2
    crackle = bandpass(dust(length, cue.random, 260), 900, 6_000) * points(length, (0, 0), (0.12, 1), (0.7, 0))
    blast = np.zeros(length)
    place(blast, 1.4 * thump(cue, 60 * cue.scale**0.3, 0.5), 0)
    return np.tanh(2.2 * (fire * 1.6 + rumble + blast)) + cue.number("debris", 0.5) * crackle


def gunshot(cue: Cue) -> Mono:
    """Sharp crack and its echo. Options: t60 (s) of the echo, hz of the crack."""
    length = to_samples(min(1.2, cue.seconds))
    crack = white(length, cue.random) * decay(length, 0.06 + 0.06 * cue.size) * 4.0
    corner = np.geomspace(cue.number("hz", 9_000), 350, 10)
    body = moving_band(coloured(length, cue.random, -2.0), corner, 1.0, skirt=1.0)
    body *= decay(length, cue.number("t60", 0.5) * (0.6 + 0.8 * cue.size)) * 1.3
    low = np.zeros(length)
    place(low, thump(cue, 110 * cue.scale**0.5, 0.12), 0)
    return np.tanh(2.0 * (crack + body + low))


def shatter(cue: Cue) -> Mono:
    """A break: one hard blow, then pieces that fall. Options: material, pieces, spread (s)."""
    material = MATERIALS[cue.word("material", "glass")]
    spread = cue.number("spread", 0.9)
    length = to_samples(min(spread * 1.6, cue.seconds))
    total = np.zeros(length)
    burst = highpass(white(length, cue.random), material.corner * 0.3) * decay(length, 0.25) * 1.2
    total += burst
    for _ in range(int(cue.number("pieces", 36))):
        start = int(cue.random.exponential(spread * 0.3) * 44_100)
        base = material.base * cue.scale * cue.random.uniform(0.7, 2.6)
        place(total, cue.random.uniform(0.1, 0.7) * ring(cue, material, base, cue.vary(0.16, 0.6)), start)
    return total


def punch(cue: Cue) -> Mono:
    """Blow on a body: dull smack and thump."""
    length = to_samples(min(0.3, cue.seconds))
    smack = bandpass(white(length, cue.random), 250, 2_600) * decay(length, 0.09) * 3.0
    low = np.zeros(length)
    place(low, 1.6 * thump(cue, 95 * cue.scale**0.5, 0.18), 0)
    return np.tanh(1.5 * (smack + low))


def pop(cue: Cue) -> Mono:
    """Cork, bubble wrap or a pop of the mouth. Options: hz, noise."""
    length = to_samples(0.12)
    curve = cue.number("hz", 420) * cue.scale * (1 + 1.6 * points(length, (0, 0), (0.25, 1), (1, 1)))
    body = sine(curve) * decay(length, 0.07)
    return fade(body + cue.number("noise", 0.4) * white(length, cue.random) * decay(length, 0.02), 0.001)
