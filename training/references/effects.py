"""Computed effects: impacts, sweeps, alarms, interface sounds, mechanisms."""

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
)
from training.references.sounds import Samples


def whoosh(rng: Rng, seconds: float) -> Samples:
    """Air that rushes past from one side to the other."""
    t = clock(seconds) / seconds
    shape = np.sin(np.pi * t) ** 3
    air = swept_noise(seconds, rng, 300 + 2_800 * np.sin(np.pi * t) ** 2, 0.5) * shape
    return stereo(air * np.sqrt(1 - t), air * np.sqrt(t))


def riser(rng: Rng, seconds: float) -> Samples:
    """Noise and a tone that climb until they stop."""
    t = clock(seconds) / seconds
    sweep = swept_noise(seconds, rng, 200 * 40**t, 0.5) * t**1.5
    tone = saw(90 * 8**t, seconds, 12) * t**2 * 0.25
    return spread(sweep + tone, rng, 1.0, 0.25)


def downer(rng: Rng, seconds: float) -> Samples:
    """A tone that falls into the bass."""
    t = clock(seconds) / seconds
    tone = saw(900 * 0.04**t, seconds, 16) * (1 - t) ** 0.7
    return spread(
        band(tone, 30, 6_000) + swept_noise(seconds, rng, 4_000 * 0.05**t, 0.4) * (1 - t) * 0.4, rng, 1.2, 0.3
    )


def boom(rng: Rng, seconds: float) -> Samples:
    """A cinematic hit: sub drop, body and long room."""
    sub = oscillator(38 + 70 * np.exp(-clock(seconds) * 9), seconds) * decay(seconds, seconds / 4)
    body = band(noise(seconds, rng, 1.2), 60, 1_800) * decay(seconds, 0.18) * 0.7
    return spread(sub + body, rng, 2.8, 0.45)


def metal_hit(rng: Rng, seconds: float) -> Samples:
    """A struck sheet of metal."""
    ratios = np.sort(rng.uniform(1, 14, 16))
    ring = sum(oscillator(190 * r, seconds, rng.uniform(0, 6)) * decay(seconds, 1.1 / r**0.5) / r**0.4 for r in ratios)
    return spread(ring * 0.2 + band(noise(seconds, rng), 2_000, 12_000) * decay(seconds, 0.02) * 0.6, rng, 1.4, 0.3)


def wood_knock(rng: Rng, seconds: float) -> Samples:
    """Three raps on a wooden door."""
    out = np.zeros(count(seconds))
    for at in (0.05, 0.33, 0.61):
        hit = noise(0.25, rng) * decay(0.25, 0.012)
        rap = resonance(hit, 165, 4) + resonance(hit, 390, 6) * 0.7 + resonance(hit, 910, 8) * 0.3
        place(out, rap, at, float(rng.uniform(0.8, 1.0)))
    return spread(out, rng, 0.5, 0.25)


def footsteps(rng: Rng, seconds: float, gravel: bool) -> Samples:
    """Walking, on gravel or on a hard floor."""
    out = np.zeros(count(seconds))
    for at in np.arange(0.1, seconds - 0.3, 0.52):
        if gravel:
            grain = np.abs(band(noise(0.28, rng), None, 60)) * swell(0.28, 0.05, 0.2)
            step = band(noise(0.28, rng), 900, 9_000) * grain * 2
        else:
            hit = noise(0.2, rng) * decay(0.2, 0.006)
            step = resonance(hit, 240, 3) * 1.5 + band(hit, 1_500, 6_000) * 0.4
        place(out, step, at + rng.uniform(-0.02, 0.02), float(rng.uniform(0.7, 1.0)))
    return spread(out, rng, 0.7, 0.2)


def glass_break(rng: Rng, seconds: float) -> Samples:
    """A crack and falling shards."""
    out = np.zeros(count(seconds))
    place(out, band(noise(0.15, rng), 1_500, 14_000) * decay(0.15, 0.03), 0.0, 1.0)
    for at in 0.02 + rng.exponential(0.22, 70):
        frequency = rng.uniform(2_200, 9_500)
        place(
            out,
            oscillator(frequency, 0.2) * decay(0.2, rng.uniform(0.01, 0.06), 5e-4),
            at,
            float(rng.uniform(0.05, 0.3)),
        )
    return spread(out, rng, 0.6, 0.2)


def water_drop(rng: Rng, seconds: float) -> Samples:
    """Single drips into a basin."""
    out = np.zeros(count(seconds))
    for at in (0.1, 0.95, 1.7):
        place(out, oscillator(620 + 1_500 * clock(0.15) * rng.uniform(3, 6), 0.15) * decay(0.15, 0.03, 0.002), at, 0.8)
    return spread(out, rng, 1.2, 0.35)


def siren(rng: Rng, seconds: float) -> Samples:
    """An emergency vehicle: a tone that wails up and down."""
    curve = 950 + 400 * np.sin(2 * np.pi * 0.5 * clock(seconds) - np.pi / 2)
    return spread(band(saw(curve, seconds, 8), 300, 5_000) * 0.5, rng, 1.5, 0.35)


def alarm(rng: Rng, seconds: float) -> Samples:
    """An alarm clock: groups of four beeps."""
    t = clock(seconds)
    gate = ((t % 1.0) < 0.5) & ((t % 0.125) < 0.07)
    tone = oscillator(2_050, seconds) + 0.3 * oscillator(4_100, seconds) + 0.1 * oscillator(6_150, seconds)
    return spread(tone * band(gate.astype(float), None, 400) * 0.5, rng, 0.3, 0.1)


def dial_tone(rng: Rng, seconds: float) -> Samples:
    """A busy line."""
    t = clock(seconds)
    tone = (oscillator(480, seconds) + oscillator(620, seconds)) * band((t % 1.0 < 0.5).astype(float), None, 200)
    return band(tone * 0.4 + noise(seconds, rng) * 0.002, 300, 3_400)


def clock_tick(rng: Rng, seconds: float) -> Samples:
    """A wall clock."""
    out = np.zeros(count(seconds))
    for index, at in enumerate(np.arange(0.1, seconds - 0.1, 0.5)):
        hit = noise(0.06, rng) * decay(0.06, 0.002, 2e-4)
        place(out, resonance(hit, 2_300 if index % 2 else 2_900, 9) + resonance(hit, 820, 5) * 0.6, at, 1.0)
    return spread(out, rng, 0.5, 0.2)


def engine(rng: Rng, seconds: float, accelerates: bool) -> Samples:
    """A motor, idling or revving up."""
    t = clock(seconds) / seconds
    speed = 28 + (70 * t**1.5 if accelerates else 0.6 * np.sin(2 * np.pi * 3 * t))
    firing = saw(speed * 2, seconds, 30) + 0.5 * saw(speed, seconds, 30)
    rough = band(noise(seconds, rng, 0.8), 80, 2_500) * (1 + oscillator(speed * 2, seconds)) * 0.15
    return spread(band(np.tanh(firing * 1.5), 40, 1_800) * 0.6 + rough, rng, 0.4, 0.15)


def notification(rng: Rng, seconds: float, notes: tuple[float, ...]) -> Samples:
    """Soft struck tones, one after another."""
    out = np.zeros(count(seconds))
    for index, frequency in enumerate(notes):
        length = seconds - 0.12 * index
        tone = oscillator(frequency, length) + 0.25 * oscillator(frequency * 3.98, length) * decay(length, 0.05)
        place(out, tone * decay(length, 0.25, 0.004), 0.12 * index, 0.6)
    return spread(out, rng, 0.8, 0.2)


def buzzer(rng: Rng, seconds: float) -> Samples:
    """A wrong answer: a rough low square."""
    tone = np.tanh(4 * (saw(110, seconds, 30) + saw(116, seconds, 30)))
    return band(tone, 80, 5_000) * swell(seconds, 0.01, 0.05) * 0.6 + noise(seconds, rng) * 1e-4


def zap(rng: Rng, seconds: float) -> Samples:
    """A falling frequency-modulated laser shot."""
    fall = 3_200 * np.exp(-clock(seconds) * 11) + 160
    tone = np.sin(2 * np.pi * np.cumsum(fall) / 44_100 + 3 * oscillator(fall * 0.5, seconds))
    return spread(tone * decay(seconds, 0.16, 0.001), rng, 0.6, 0.2)


def electric_spark(rng: Rng, seconds: float) -> Samples:
    """Sputtering arcs over a mains hum."""
    gate = (rng.uniform(size=count(seconds) // 441 + 1) < 0.3).repeat(441)[: count(seconds)]
    arcs = band(noise(seconds, rng), 1_200, 14_000) * band(gate.astype(float), None, 500)
    hum = np.tanh(3 * oscillator(100, seconds)) * 0.15
    return spread(arcs * 0.5 + hum * (0.4 + gate * 0.6), rng, 0.3, 0.1)


def applause(rng: Rng, seconds: float) -> Samples:
    """Many clapping hands in a hall."""
    sides = [np.zeros(count(seconds)) for _ in range(2)]
    for _ in range(45):
        rate, pan, tone = rng.uniform(0.18, 0.32), rng.uniform(0, 1), rng.uniform(800, 2_400)
        clap = resonance(noise(0.05, rng) * decay(0.05, 0.006, 5e-4), tone, 1.5) * rng.uniform(0.2, 1.0)
        for at in np.arange(rng.uniform(0, rate), seconds, rate):
            when = at + rng.uniform(-0.03, 0.03)
            place(sides[0], clap, max(when, 0.0), 1 - pan)
            place(sides[1], clap, max(when, 0.0), pan)
    return stereo(*sides) * 0.6 + spread(sides[0] + sides[1], rng, 1.6, 0.6) * 0.4
