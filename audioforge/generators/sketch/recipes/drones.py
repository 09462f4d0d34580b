"""Sustained beds: drones, pads, space, hums of rooms, and the vague bed of a prompt that was not understood."""

import numpy as np

from audioforge.generators.sketch.cue import Cue
from audioforge.generators.sketch.envelopes import fade, wander
from audioforge.generators.sketch.filters import bandpass, lowpass, moving_band
from audioforge.generators.sketch.noise import coloured, white
from audioforge.generators.sketch.oscillators import saw, sine
from audioforge.generators.sketch.timebase import Mono, Stereo


def drone(cue: Cue) -> Stereo:
    """Detuned low tones through a slow filter.

    Options: hz, chord (semitones), corner (Hz), noise (level), beat (Hz).
    """
    return np.stack([_drone_side(cue, cue.number("hz", 55)), _drone_side(cue, cue.number("hz", 55) * 1.002)])


def _drone_side(cue: Cue, base: float) -> Mono:
    length = cue.length
    total = np.zeros(length)
    for note in cue.numbers("chord", (0, 7, 12)):
        hz = base * cue.pitch * 2.0 ** (note / 12)
        for detune in (-1, 1):
            bend = 1 + 0.0015 * wander(length, cue.random, 0.7)
            total += saw((hz + detune * cue.number("beat", 0.25)) * bend, cue.random.uniform()) * (
                0.7 + 0.3 * wander(length, cue.random, 0.5)
            )
    corner = cue.number("corner", 500) * 2.0 ** (0.9 * wander(24, cue.random, 900))
    shaped = moving_band(total, corner, 0.9, skirt=1.0)
    air = cue.number("noise", 0.15) * moving_band(coloured(length, cue.random, -3), corner * 3, 0.8)
    return fade(0.4 * shaped + air, 0.25, 0.25)


def shimmer(cue: Cue) -> Stereo:
    """Glassy high tones that come and go. Options: hz, chord (semitones)."""
    sides = []
    for _ in range(2):
        total = np.zeros(cue.length)
        for note in cue.numbers("chord", (0, 7, 12, 16, 19, 24)):
            hz = np.full(cue.length, cue.number("hz", 440) * cue.pitch * 2.0 ** (note / 12) * cue.vary(1, 0.002))
            total += sine(hz) * np.clip(wander(cue.length, cue.random, 0.8), 0, 1) ** 1.5
        sides.append(fade(0.3 * total, 0.3, 0.3))
    return np.stack(sides)


def space(cue: Cue) -> Stereo:
    """Deep space: a low drone, far sweeps of filtered noise."""
    low = drone(
        Cue(
            cue.seconds,
            cue.random,
            cue.size,
            cue.force,
            pitch=cue.pitch,
            options={"hz": 41, "corner": 260, "noise": 0.3},
        )
    )
    sweep = moving_band(white(cue.length, cue.random), 900 * 2.0 ** (1.6 * wander(20, cue.random, 1_200)), 0.12)
    sweep *= 0.5 + 0.5 * wander(cue.length, cue.random, 0.4)
    high = shimmer(Cue(cue.seconds, cue.random, pitch=cue.pitch, options={"hz": 523, "chord": (0, 7, 14)}))
    return low + 1.2 * np.stack([sweep, np.roll(sweep, 700)]) + 0.35 * high


def room(cue: Cue) -> Stereo:
    """Quiet air of a place. Options: slope (dB an octave), corner (Hz), hum (level), hz (of the hum)."""
    sides = [
        lowpass(coloured(cue.length, cue.random, cue.number("slope", -5)), cue.number("corner", 3_000))
        for _ in range(2)
    ]
    tone = sine(np.full(cue.length, cue.number("hz", 100))) + 0.4 * sine(np.full(cue.length, 2 * cue.number("hz", 100)))
    slow = 1 + 0.12 * wander(cue.length, cue.random, 0.6)
    return np.stack(sides) * slow + 0.2 * cue.number("hum", 0.2) * tone


def traffic(cue: Cue) -> Stereo:
    """Distant road with cars that pass. Options: cars (a second), corner (Hz)."""
    total = 0.8 * room(Cue(cue.seconds, cue.random, options={"slope": -5, "corner": 1_200, "hum": 0.1}))
    at = np.arange(cue.length) / 44_100
    for _ in range(max(1, cue.random.poisson(cue.number("cars", 0.5) * cue.speed * cue.seconds))):
        middle, width = cue.random.uniform(0, cue.seconds), cue.random.uniform(0.5, 1.1)
        level = np.exp(-0.5 * ((at - middle) / width) ** 2)
        tyres = bandpass(coloured(cue.length, cue.random, -2), 250, cue.vary(2_400, 0.4)) * level
        engine = (
            0.25
            * lowpass(saw(np.full(cue.length, cue.random.uniform(55, 110)) * (1.06 - 0.12 * (at > middle))), 500)
            * level
        )
        side = np.clip((at - middle) / width / 2, -1, 1) * cue.random.choice([-1, 1])
        total += np.stack([(1 - side) / 2, (1 + side) / 2]) * (1.6 * tyres + engine)
    return total


def vague(cue: Cue) -> Stereo:
    """What an ununderstood prompt sounds like: a dull, quiet tone in noise."""
    hz = 110.0 * 2.0 ** cue.random.uniform(0, 2.5)
    tone = sine(np.full(cue.length, hz) * (1 + 0.01 * wander(cue.length, cue.random, 3)))
    noise = moving_band(
        coloured(cue.length, cue.random, -2), 500 * 2.0 ** (1.5 * wander(16, cue.random, 900)), 1.2, skirt=0.6
    )
    return np.stack([0.2 * tone + noise, 0.2 * tone + np.roll(noise, 300)])
