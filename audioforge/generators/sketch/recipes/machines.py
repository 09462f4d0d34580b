"""Engines, motors, rotors and trains: pulse trains whose rate moves."""

# Arithmetic on shape-annotated numpy arrays is Any to mypy.
# mypy: disable-error-code="no-any-return"

import numpy as np

from audioforge.generators.sketch.cue import Cue
from audioforge.generators.sketch.envelopes import wander
from audioforge.generators.sketch.filters import bandpass, high_shelf, lowpass, moving_band, resonance
from audioforge.generators.sketch.noise import coloured, white
from audioforge.generators.sketch.oscillators import phase, saw, sine
from audioforge.generators.sketch.recipes.impacts import strike
from audioforge.generators.sketch.space import place
from audioforge.generators.sketch.timebase import Mono, time_axis, to_samples


def _course(cue: Cue) -> Mono:
    """Factor on the rate along the clip: "steady", "rev", "start" or "pass" (of which the level also changes)."""
    at = np.linspace(0, 1, cue.length)
    kind = cue.word("course", "steady")
    if kind == "rev":
        return 1 + 0.9 * np.clip(np.sin(2 * np.pi * at * max(1.0, cue.seconds / 2.2)), 0, 1) ** 0.7
    if kind == "start":
        return 0.35 + 0.65 * np.clip(at * 2.5, 0, 1)
    if kind == "pass":
        return 1.12 - 0.24 / (1 + np.exp(-14 * (at - 0.5)))
    return 1 + 0.03 * wander(cue.length, cue.random, 1.5)


def _nearness(cue: Cue) -> Mono | float:
    if cue.word("course", "steady") != "pass":
        return 1.0
    at = np.linspace(-1, 1, cue.length)
    return np.asarray(0.12 + 0.88 / (1 + (3.2 * at) ** 2))


def motor(cue: Cue) -> Mono:
    """Firing engine or whirring motor.

    Options: hz (firings a second), rough (0..1), noise (level), corner (Hz), whine (Hz of a gear's tone, 0 for
    none), sharp (how short each firing is), course ("steady", "rev", "start", "pass").
    """
    length = cue.length
    course = _course(cue)
    rough = cue.number("rough", 0.3)
    hz = (
        cue.number("hz", 70) * cue.scale**0.7 * cue.speed * course * (1 + 0.06 * rough * wander(length, cue.random, 40))
    )
    cycles = phase(hz)
    firing = np.exp(-cue.number("sharp", 4.0) * (cycles % 1.0)) - 0.2
    # A second, slower cycle makes every other firing uneven, as cylinders are.
    firing *= 1 + rough * np.sin(np.pi * cycles) + 0.5 * rough * wander(length, cue.random, 25)
    air = cue.number("noise", 0.4) * coloured(length, cue.random, -2) * (0.5 + firing)
    corner = cue.number("corner", 1_800) * (0.7 + 0.6 * cue.force)
    body = lowpass(firing + air, corner) + 0.3 * resonance(firing, 2.2 * cue.number("hz", 70) + 60, 90)
    whine = cue.number("whine", 0)
    if whine:
        body += cue.number("gear", 0.12) * saw(whine * course * cue.pitch)
    return np.tanh(1.4 * body) * _nearness(cue)


def rotor(cue: Cue) -> Mono:
    """Helicopter or propeller: blades chop the air. Options: hz (blades a second), engine (Hz), corner (Hz)."""
    length = cue.length
    course = _course(cue)
    cycles = phase(cue.number("hz", 12) * cue.speed * course)
    chop = np.exp(-5 * (cycles % 1.0))
    air = lowpass(coloured(length, cue.random, -2.5), cue.number("corner", 1_600))
    thud = lowpass(chop - 0.2, 160) * 1.6
    engine = 0.15 * lowpass(saw(cue.number("engine", 95) * course), 1_200)
    return (air * (0.15 + 1.6 * chop) + thud + engine) * _nearness(cue)


def jet(cue: Cue) -> Mono:
    """Turbine. Options: whine (Hz), course."""
    length = cue.length
    course = _course(cue)
    roar = high_shelf(coloured(length, cue.random, -3), 3_000, 4)
    rumble = 1.3 * lowpass(coloured(length, cue.random, -5), 300)
    hz = cue.number("whine", 2_600) * course * cue.pitch
    whine = 0.06 * (sine(hz) + 0.7 * sine(1.33 * hz) + 0.4 * sine(2.02 * hz))
    return (roar + rumble + whine) * _nearness(cue)


def train(cue: Cue) -> Mono:
    """Rumble and the double knock of rail joints. Options: joints (a second), chuff (1 for steam)."""
    length = cue.length
    rumble = 1.1 * lowpass(coloured(length, cue.random, -4), 500) + 0.25 * bandpass(
        white(length, cue.random), 800, 4_000
    )
    rate = cue.number("joints", 1.4) * cue.speed
    if cue.number("chuff", 0):
        beat = np.exp(-4 * (time_axis(length) * rate * 3 % 1.0))
        return 0.4 * rumble + 1.6 * bandpass(white(length, cue.random), 250, 3_500) * beat
    total = rumble * (0.8 + 0.2 * wander(length, cue.random, 3))
    for at in np.arange(0.1, cue.seconds, 1 / rate):
        for late in (0.0, 0.13, 0.3, 0.43):
            knock = strike(Cue(0.4, cue.random, 0.75, 0.5, options={"material": "metal", "t60": 0.08, "low": 1.0}))
            place(total, 0.5 * knock, to_samples(at + late / rate))
    return total * _nearness(cue)


def hum(cue: Cue) -> Mono:
    """Mains or appliance hum. Options: hz, harmonics (count), noise (level), slope (dB an octave of the noise)."""
    length = cue.length
    base = cue.number("hz", 100) * cue.pitch
    at = time_axis(length)
    total = np.zeros(length)
    for order in range(1, int(cue.number("harmonics", 6)) + 1):
        level = cue.random.uniform(0.4, 1.0) / order
        total += level * np.sin(2 * np.pi * base * order * at + cue.random.uniform(0, 6.28))
    noise = cue.number("noise", 0.3) * coloured(length, cue.random, cue.number("slope", -4))
    return 0.3 * total * (1 + 0.05 * wander(length, cue.random, 2)) + noise


def machine(cue: Cue) -> Mono:
    """Factory rhythm: hum, hisses and metal strokes in a cycle.

    Options: period (s), material, base (factor on pitch).
    """
    length = cue.length
    total = 0.5 * hum(cue)
    period = cue.number("period", 0.7) / cue.speed
    for at in np.arange(0.05, cue.seconds, period):
        blow = strike(
            Cue(0.8, cue.random, 0.65, 0.6, options={"material": cue.word("material", "metal"), "t60": 0.3, "low": 0.8})
        )
        place(total, 0.8 * blow, to_samples(at))
        steam = bandpass(white(to_samples(0.18), cue.random), 2_000, 9_000) * np.linspace(1, 0, to_samples(0.18))
        place(total, 0.5 * steam, to_samples(at + 0.5 * period))
    return total[:length]


def skid(cue: Cue) -> Mono:
    """Tyres that slide: noisy, wavering squeal. Options: hz."""
    length = to_samples(min(1.3, cue.seconds))
    centre = cue.number("hz", 1_100) * cue.pitch * (1 + 0.2 * wander(32, cue.random, 900))
    squeal = (
        moving_band(white(length, cue.random), centre, 0.07) * 9
        + moving_band(white(length, cue.random), centre * 2.1, 0.1) * 4
    )
    return squeal * np.minimum(1, 4 * np.linspace(1, 0, length))
