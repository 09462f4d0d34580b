"""Computed rooms, machines and music-like textures: hums, traffic, drones, pads, bells."""

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
    saw,
    spread,
    stereo,
    swell,
    swept_noise,
    wander,
)
from training.references.sounds import Samples


def pitch(midi: float) -> float:
    """Frequency of a MIDI note."""
    return float(440.0 * 2 ** ((midi - 69) / 12))


def room_tone(rng: Rng, seconds: float) -> Samples:
    """A quiet room: low air and a trace of mains hum."""
    hum = sum(oscillator(50 * k, seconds, rng.uniform(0, 6)) * 0.012 / k for k in (1, 2, 4))
    return stereo(*(band(noise(seconds, rng, 1.5), 30, 2_500) * 0.08 + hum for _ in range(2)))


def ventilation(rng: Rng, seconds: float) -> Samples:
    """An air conditioner: filtered rush with a blade tone."""
    blade = oscillator(118, seconds) * 0.05 * wander(seconds, rng, 0.7, 1.0, 1.5) + oscillator(236, seconds) * 0.02
    return stereo(*(band(noise(seconds, rng, 1.0), 90, 3_500) * 0.12 + blade for _ in range(2)))


def server_room(rng: Rng, seconds: float) -> Samples:
    """Fans of many machines: broad rush and several steady whines."""
    whine = sum(
        oscillator(f, seconds, rng.uniform(0, 6)) * g
        for f, g in ((348, 0.03), (522, 0.02), (1_184, 0.012), (2_410, 0.006))
    )
    return stereo(*(band(noise(seconds, rng, 0.5), 200, 9_000) * 0.1 + whine for _ in range(2)))


def engine_room(rng: Rng, seconds: float, base: float) -> Samples:
    """A ship's hum: beating low partials and slow filtered air."""
    partials = sum(
        oscillator(base * k * (1 + rng.uniform(-0.004, 0.004)), seconds, rng.uniform(0, 6)) / k
        for k in (1, 1.01, 2, 3, 4, 6)
    )
    air = [swept_noise(seconds, rng, wander(seconds, rng, 250, 600, 0.4), 0.5) * 0.25 for _ in range(2)]
    return stereo(*(partials * 0.2 + side for side in air))


def traffic(rng: Rng, seconds: float) -> Samples:
    """A city street: constant rumble and passing cars that move across."""
    sides = [band(noise(seconds, rng, 1.5), 40, 900) * 0.12 for _ in range(2)]
    for at in rng.uniform(-1, seconds - 1.5, 4):
        length, pan = 3.0, np.linspace(0, 1, count(3.0))
        pan = pan if rng.uniform() < 0.5 else pan[::-1]
        shape = swell(length, 1.3, 1.5)
        motor = saw(rng.uniform(55, 95) * (1.06 - 0.1 * clock(length) / length), length, 10) * 0.15
        car = (band(noise(length, rng, 0.9), 150, 3_500) * 0.25 + band(motor, None, 700)) * shape
        skip = max(0, count(-at))
        place(sides[0], (car * (1 - pan))[skip:], max(at, 0.0))
        place(sides[1], (car * pan)[skip:], max(at, 0.0))
    return stereo(*sides)


def train(rng: Rng, seconds: float) -> Samples:
    """Inside a carriage: rumble and the paired clack of the rails."""
    out = band(noise(seconds, rng, 1.5), 35, 700) * 0.12 + band(noise(seconds, rng, 0.8), 1_000, 5_000) * 0.012
    for start in np.arange(0.2, seconds, 0.86):
        for offset in (0.0, 0.13):
            place(out, resonance(noise(0.12, rng), 310, 3) * decay(0.12, 0.02), start + offset, 0.7)
    return spread(out, rng, 0.4, 0.2)


def vinyl(rng: Rng, seconds: float) -> Samples:
    """Surface noise of a record: hiss, rumble, ticks."""
    out = band(noise(seconds, rng, 0.6), 500, 9_000) * 0.02 + band(noise(seconds, rng, 1.6), 20, 90) * 0.03
    for at in rng.uniform(0, seconds, int(18 * seconds)):
        place(
            out,
            band(noise(0.01, rng), 800, 9_000) * decay(0.01, 0.0008, 1e-4),
            at,
            min(float(rng.pareto(2.2)), 4.0) * 0.06,
        )
    return spread(out, rng, 0.2, 0.1)


def drone(rng: Rng, seconds: float, root: int, intervals: tuple[float, ...], brightness: float) -> Samples:
    """Detuned saws on a chord through a slowly moving low-pass."""
    sides = []
    for _ in range(2):
        voices = sum(
            saw(pitch(root + i) * (1 + rng.uniform(-0.003, 0.003)), seconds, 20) * wander(seconds, rng, 0.4, 1.0, 0.5)
            for i in intervals
        )
        dark, light = band(voices, None, 350), band(voices, None, 350 + 4_000 * brightness)
        mix = wander(seconds, rng, 0.0, 1.0, 0.4)
        sides.append((dark * (1 - mix) + light * mix) / len(intervals))
    return stereo(*sides) * swell(seconds, 0.6, 0.6)[:, None]


def pad(rng: Rng, seconds: float, chords: tuple[tuple[int, ...], ...], brightness: float) -> Samples:
    """A soft chord pad: detuned partials, slow attack, chords that melt into each other."""
    length = seconds / len(chords)
    mono = np.zeros(count(seconds))
    for index, chord in enumerate(chords):
        span = min(length * 1.5, seconds - index * length)
        for note in chord:
            for detune in (-0.06, 0.0, 0.07):
                tone = band(saw(pitch(note + detune), span, 16), None, 500 + 3_500 * brightness)
                place(mono, tone * swell(span, length * 0.4, length * 0.5), index * length, 0.12)
    chorus = np.roll(mono, count(0.013)) * wander(seconds, rng, 0.4, 0.9, 0.8)
    return spread(mono, rng, 2.5, 0.45) * 0.8 + stereo(mono, chorus) * 0.2


def glass(rng: Rng, seconds: float, root: int) -> Samples:
    """Rubbed glass: pure partials that swell one after another."""
    out = np.zeros(count(seconds))
    for start in np.arange(-0.3, seconds - 1, 0.7):
        length = rng.uniform(1.5, 3.5)
        frequency = pitch(root + int(rng.choice([0, 2, 5, 7, 9, 12, 14])))
        tone = oscillator(frequency * (1 + 0.002 * np.sin(2 * np.pi * 5 * clock(length))), length)
        place(
            out,
            (tone + 0.2 * oscillator(frequency * 2.76, length)) * swell(length, length / 3, length / 2),
            max(0.0, start),
            0.2,
        )
    return spread(out, rng, 3.0, 0.5)


def voices(rng: Rng, seconds: float, chord: tuple[int, ...]) -> Samples:
    """A choir-like vowel: saws with vibrato through three formants."""
    t = clock(seconds)
    source = sum(
        saw(
            pitch(note + rng.uniform(-0.1, 0.1))
            * (1 + 0.006 * np.sin(2 * np.pi * rng.uniform(4.5, 6) * t + rng.uniform(0, 6))),
            seconds,
            30,
        )
        for note in chord
        for _ in range(3)
    )
    vowel = sum(resonance(source, f, q) * g for f, q, g in ((640, 6, 1.0), (1_100, 9, 0.6), (2_700, 12, 0.25)))
    return spread(vowel * swell(seconds, 0.9, 1.0), rng, 2.6, 0.45)


def bells(rng: Rng, seconds: float, notes: tuple[int, ...], gap: float, ring: float) -> Samples:
    """Struck metal: inharmonic partials, at random moments."""
    out = np.zeros(count(seconds))
    at = 0.1
    while at < seconds - 0.3:
        frequency = pitch(int(rng.choice(notes)))
        length = min(ring * 4, seconds - at)
        bell = sum(
            oscillator(frequency * ratio, length) * decay(length, ring / (1 + index * 0.6), 0.003) / (index + 1)
            for index, ratio in enumerate((1.0, 2.0, 2.76, 4.07, 5.42))
        )
        place(out, bell, at, float(rng.uniform(0.2, 0.5)))
        at += gap * rng.uniform(0.4, 1.6)
    return spread(out, rng, 2.5, 0.4)


def tension(rng: Rng, seconds: float) -> Samples:
    """A dissonant cluster that rises slowly."""
    t = clock(seconds) / seconds
    cluster = sum(saw(pitch(note) * (1 + 0.06 * t**2), seconds, 14) for note in (49, 50, 52.5, 55, 56))
    scrape = swept_noise(seconds, rng, 900 + 2_500 * t, 0.1) * t
    return spread(band(cluster, 80, 2_600) * (0.3 + 0.7 * t) * 0.2 + scrape * 0.3, rng, 2.0, 0.4)


def tape_texture(rng: Rng, seconds: float) -> Samples:
    """A worn loop: a wobbling chord behind hiss."""
    wow = 1 + 0.006 * np.sin(2 * np.pi * 0.7 * clock(seconds)) + 0.002 * wander(seconds, rng, -1, 1, 6)
    chord = sum(
        oscillator(pitch(note) * wow, seconds) + 0.3 * oscillator(2 * pitch(note) * wow, seconds)
        for note in (53, 57, 60, 64)
    )
    hiss = noise(seconds, rng, 0.3) * 0.03
    return spread(band(chord * 0.2 * wander(seconds, rng, 0.5, 1.0, 1.5), 150, 3_000) + hiss, rng, 1.5, 0.3)
