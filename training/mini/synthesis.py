"""Procedural sounds with exact captions: weather, machines, signals, sweeps and drones made of noise and oscillators.

Each maker draws its parameters and returns a waveform; ``SOUNDS`` says what a maker's sounds are called. Labels are
those of the recorded clips where one exists, so both teach the same word.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, fftconvolve, sosfilt

from training.mini.records import SAMPLE_RATE, Recording, Waveform

Rng = np.random.Generator
Maker = Callable[[Rng], Waveform]


@dataclass(frozen=True)
class Sound:
    """What a maker makes."""

    maker: Maker
    label: str
    category: str
    phrases: tuple[str, ...]


def seconds_axis(seconds: float) -> Waveform:
    """Time of each sample."""
    return np.arange(round(seconds * SAMPLE_RATE), dtype=np.float64) / SAMPLE_RATE


def noise(rng: Rng, count: int, *, colour: float = 0.0) -> Waveform:
    """Noise whose power falls by ``colour * 3`` dB an octave (0 white, 1 pink, 2 brown), peak 1."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / SAMPLE_RATE), 20.0)
    shaped = np.fft.irfft(spectrum * frequency ** (-colour / 2), count)
    return shaped / np.abs(shaped).max()


def band(signal: Waveform, low: float, high: float) -> Waveform:
    """Second-order band pass."""
    return sosfilt(butter(2, [low, min(high, 15_500.0)], "bandpass", fs=SAMPLE_RATE, output="sos"), signal)


def wander(rng: Rng, count: int, rate: float) -> Waveform:
    """Smooth random curve in [0, 1] with about ``rate`` turns a second."""
    knots = max(4, int(count / SAMPLE_RATE * rate) + 3)
    return np.interp(np.linspace(0, knots - 1, count), np.arange(knots), rng.uniform(0, 1, knots))


def grains(rng: Rng, count: int, rate: float, grain: Waveform, *, spread: float = 1.0) -> Waveform:
    """``rate`` copies a second of a grain, at random times and levels."""
    impulses = np.zeros(count)
    hits = rng.poisson(rate * count / SAMPLE_RATE)
    impulses[rng.integers(0, count, hits)] = rng.uniform(1 - spread, 1, hits) * rng.choice([-1, 1], hits)
    return fftconvolve(impulses, grain)[:count]


def decaying(rng: Rng, frequency: float, decay: float) -> Waveform:
    """A struck, decaying sine."""
    time = seconds_axis(min(6 * decay, 5.0))
    return np.sin(2 * np.pi * frequency * time + rng.uniform(0, 6)) * np.exp(-time / decay)


def swept(start: float, stop: float, seconds: float) -> Waveform:
    """Phase of an exponential sweep."""
    frequency = start * (stop / start) ** (seconds_axis(seconds) / seconds)
    return 2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE


def rain(rng: Rng) -> Waveform:
    """Hiss of many drops and single ones in front."""
    count = round(rng.uniform(3, 6) * SAMPLE_RATE)
    hiss = band(noise(rng, count, colour=rng.uniform(0.2, 0.9)), rng.uniform(300, 900), rng.uniform(7000, 14000))
    drop = band(rng.standard_normal(300), 1500, 9000) * np.exp(-np.arange(300) / rng.uniform(20, 80))
    return hiss * rng.uniform(0.4, 1) + grains(rng, count, rng.uniform(30, 400), drop) * rng.uniform(0.1, 0.6)


def wind(rng: Rng) -> Waveform:
    """Brown noise in gusts, with a whistle now and then."""
    count = round(rng.uniform(4, 6) * SAMPLE_RATE)
    gust = 0.25 + wander(rng, count, 0.8) ** 2
    low = band(noise(rng, count, colour=1.3), 60, rng.uniform(500, 1500)) * gust
    pitch = rng.uniform(400, 1000)
    return low + rng.uniform(0, 0.4) * band(noise(rng, count), pitch, pitch * 1.15) * gust**2 * 3


def waves(rng: Rng) -> Waveform:
    """Noise that swells and breaks."""
    time = seconds_axis(rng.uniform(4.5, 6))
    swell = (0.5 - 0.5 * np.cos(2 * np.pi * (time / rng.uniform(2.5, 6) + rng.uniform()))) ** rng.uniform(1, 2.5)
    low = band(noise(rng, len(time), colour=1.0), 80, 3500) * (0.2 + swell)
    return low + band(noise(rng, len(time), colour=0.3), 1500, 11000) * swell**2 * 0.7


def fire(rng: Rng) -> Waveform:
    """Crackles over a low roar."""
    count = round(rng.uniform(3, 6) * SAMPLE_RATE)
    crack = rng.standard_normal(240) * np.exp(-np.arange(240) / rng.uniform(8, 60))
    roar = band(noise(rng, count, colour=1.5), 60, 700) * (0.6 + 0.4 * wander(rng, count, 4))
    return rng.uniform(0.1, 0.6) * roar + grains(rng, count, rng.uniform(6, 40), crack, spread=0.95) * 0.4


def thunder(rng: Rng) -> Waveform:
    """A crack and a long rumble."""
    time = seconds_axis(rng.uniform(3, 6))
    rumble = band(noise(rng, len(time), colour=1.6), 30, 300) * np.exp(-time / rng.uniform(1, 2.5))
    rumble = rumble * (0.3 + wander(rng, len(time), 5))
    crack = band(noise(rng, len(time), colour=0.7), 200, 6000) * np.exp(-time / rng.uniform(0.05, 0.4))
    return rumble / np.abs(rumble).max() + rng.uniform(0, 1) * crack


def stream(rng: Rng) -> Waveform:
    """Many short rising bubbles over soft noise."""
    count = round(rng.uniform(4, 6) * SAMPLE_RATE)
    water = band(noise(rng, count, colour=0.6), 400, 6000) * (0.6 + 0.4 * wander(rng, count, 6)) * 0.5
    for _ in range(5):
        start = rng.uniform(400, 1600)
        grain = np.sin(swept(start, start * rng.uniform(1.2, 1.8), 0.05)) * np.hanning(1600)
        water = water + grains(rng, count, rng.uniform(3, 10), grain) * 0.2
    return water


def bubbles(rng: Rng) -> Waveform:
    """Single rising blips."""
    count = round(rng.uniform(1.5, 5) * SAMPLE_RATE)
    total = np.zeros(count)
    for _ in range(4):
        start = rng.uniform(200, 900)
        grain = np.sin(swept(start, start * rng.uniform(1.5, 3), 0.09)) * np.hanning(2880)
        total = total + grains(rng, count, rng.uniform(1, 4), grain, spread=0.5)
    return total


def crickets(rng: Rng) -> Waveform:
    """Trilled high tones."""
    time = seconds_axis(rng.uniform(3, 6))
    total = 0.02 * noise(rng, len(time), colour=0.5)
    for _ in range(rng.integers(1, 4)):
        pitch, trill, chirp = rng.uniform(3200, 5600), rng.uniform(25, 60), rng.uniform(0.8, 3)
        pulses = np.clip(np.sin(2 * np.pi * trill * time), 0, 1) * (
            np.sin(2 * np.pi * chirp * time + rng.uniform(0, 6)) > 0
        )
        total = total + np.sin(2 * np.pi * pitch * time) * pulses * rng.uniform(0.3, 1)
    return total


def birds(rng: Rng) -> Waveform:
    """Whistled glides."""
    count = round(rng.uniform(3, 6) * SAMPLE_RATE)
    total = 0.02 * noise(rng, count, colour=0.8)
    for _ in range(rng.integers(3, 9)):
        start, length = rng.uniform(2200, 5500), rng.uniform(0.05, 0.25)
        glide = np.sin(
            swept(start, start * rng.uniform(0.7, 1.5), length)
            + 2 * np.sin(2 * np.pi * rng.uniform(15, 50) * seconds_axis(length))
        )
        call = np.tile(
            np.concatenate([glide * np.hanning(len(glide)), np.zeros(round(0.05 * SAMPLE_RATE))]), rng.integers(1, 6)
        )
        start_at = rng.integers(0, count - 1)
        stop = min(count, start_at + len(call))
        total[start_at:stop] += call[: stop - start_at] * rng.uniform(0.3, 1)
    return total


def drone(rng: Rng, *, low: float, high: float, cutoff: tuple[float, float]) -> Waveform:
    """Detuned partials under a slowly moving filter."""
    time = seconds_axis(rng.uniform(4, 7))
    root = rng.uniform(low, high)
    total = np.zeros(len(time))
    for ratio in rng.choice([1, 1.005, 1.5, 2, 2.01, 3, 4, 1.2], rng.integers(3, 7)):
        pitch = root * ratio * (1 + 0.002 * wander(rng, len(time), 0.5))
        total += 2 * ((np.cumsum(pitch) / SAMPLE_RATE + rng.uniform()) % 1.0) - 1
    filtered = band(total, 30, rng.uniform(*cutoff)) + rng.uniform(0, 0.15) * noise(rng, len(time), colour=1.2)
    return filtered * (0.5 + 0.5 * wander(rng, len(time), 0.4)) * np.minimum(1, time / rng.uniform(0.2, 1.5))


def dark_drone(rng: Rng) -> Waveform:
    """Low drone under a closed filter."""
    return drone(rng, low=32, high=80, cutoff=(180, 500))


def bright_drone(rng: Rng) -> Waveform:
    """Higher drone under an open filter."""
    return drone(rng, low=110, high=330, cutoff=(2500, 9000))


def pad(rng: Rng) -> Waveform:
    """A soft chord."""
    time = seconds_axis(rng.uniform(4, 6))
    root, minor = rng.uniform(110, 330), rng.uniform() < 0.5
    chord = [1, 1.189 if minor else 1.26, 1.498, 2]
    total = sum(
        np.sin(2 * np.pi * root * ratio * detune * time + rng.uniform(0, 6)) / harmonic
        for ratio in chord
        for detune in (0.997, 1.004)
        for harmonic in (1,)
    )
    return total * np.minimum(1, time / rng.uniform(0.5, 2)) * np.minimum(1, (time[-1] - time) / 0.8)


def riser(rng: Rng) -> Waveform:
    """Noise and tone that climb and grow."""
    seconds = rng.uniform(1.5, 5)
    time = seconds_axis(seconds)
    tone = np.sin(swept(rng.uniform(80, 300), rng.uniform(1500, 5000), seconds))
    hiss = np.diff(noise(rng, len(time) + 1)) * (time / seconds)
    return (rng.uniform(0.1, 0.8) * tone + rng.uniform(0.3, 1) * hiss) * (time / seconds) ** rng.uniform(1, 3)


def downlifter(rng: Rng) -> Waveform:
    """Noise and tone that fall and fade."""
    return riser(rng)[::-1].copy()


def sweep_up(rng: Rng) -> Waveform:
    """A tone that slides up."""
    seconds = rng.uniform(0.3, 3)
    return np.sin(swept(rng.uniform(80, 400), rng.uniform(1200, 6000), seconds))


def sweep_down(rng: Rng) -> Waveform:
    """A tone that slides down."""
    seconds = rng.uniform(0.3, 3)
    return np.sin(swept(rng.uniform(1200, 6000), rng.uniform(80, 400), seconds))


def impact(rng: Rng) -> Waveform:
    """Low boom, burst and tail."""
    time = seconds_axis(rng.uniform(1.5, 4))
    boom = np.sin(2 * np.pi * (rng.uniform(28, 55) * time + 3 * (1 - np.exp(-time / 0.05)))) * np.exp(
        -time / rng.uniform(0.4, 1.2)
    )
    burst = band(noise(rng, len(time), colour=1.0), 60, rng.uniform(1500, 6000)) * np.exp(
        -time / rng.uniform(0.05, 0.3)
    )
    tail = band(noise(rng, len(time), colour=1.2), 80, 1500) * np.exp(-time / rng.uniform(0.6, 1.5)) * 0.3
    return np.tanh(2 * (boom + burst + tail))


def explosion(rng: Rng) -> Waveform:
    """Distorted burst with a long rumble and debris."""
    time = seconds_axis(rng.uniform(1.5, 4))
    blast = noise(rng, len(time), colour=1.2) * np.exp(-time / rng.uniform(0.2, 0.6))
    rumble = band(noise(rng, len(time), colour=1.8), 30, 200) * np.exp(-time / rng.uniform(0.7, 1.5)) * 3
    crack = rng.standard_normal(200) * np.exp(-np.arange(200) / 30)
    return np.tanh(4 * (blast + rumble)) + grains(rng, len(time), 15, crack) * 0.1 * np.exp(-time)


def whoosh(rng: Rng) -> Waveform:
    """Noise through a passing band."""
    seconds = rng.uniform(0.3, 1.4)
    time = seconds_axis(seconds)
    bell = np.exp(-(((time / seconds - rng.uniform(0.4, 0.6)) / rng.uniform(0.12, 0.25)) ** 2))
    low = band(noise(rng, len(time), colour=0.5), 200, 1200)
    return (low * (1 - bell) + band(noise(rng, len(time)), 800, 6000) * bell) * bell


def beep(rng: Rng) -> Waveform:
    """One or more steady tones."""
    pitch, length = rng.uniform(500, 2500), rng.uniform(0.06, 0.4)
    tone = np.sin(2 * np.pi * pitch * seconds_axis(length))
    tone = np.sign(tone) * 0.5 if rng.uniform() < 0.3 else tone
    return np.tile(np.concatenate([tone, np.zeros(round(length * SAMPLE_RATE))]), rng.integers(1, 6))


def alarm(rng: Rng) -> Waveform:
    """Two alternating tones."""
    low, length = rng.uniform(500, 1200), rng.uniform(0.12, 0.5)
    time = seconds_axis(length)
    pair = [np.sign(np.sin(2 * np.pi * f * time)) for f in (low, low * rng.uniform(1.2, 1.6))]
    return band(np.tile(np.concatenate(pair), int(rng.uniform(2, 5) / length / 2) + 1), 200, 8000)


def siren(rng: Rng) -> Waveform:
    """A tone that wails up and down."""
    time = seconds_axis(rng.uniform(3, 6))
    centre, rate = rng.uniform(600, 1100), rng.uniform(0.25, 4)
    phase = 2 * np.pi * np.cumsum(centre * (1 + 0.4 * np.sin(2 * np.pi * rate * time))) / SAMPLE_RATE
    return np.tanh(2 * np.sin(phase))


def laser(rng: Rng) -> Waveform:
    """A fast falling sweep."""
    seconds = rng.uniform(0.1, 0.5)
    tone = np.sin(swept(rng.uniform(1500, 6000), rng.uniform(80, 400), seconds))
    shot = tone * np.exp(-seconds_axis(seconds) / seconds * 2)
    return np.tile(np.concatenate([shot, np.zeros(1600)]), rng.integers(1, 5))


def engine(rng: Rng) -> Waveform:
    """Firing pulses with a body resonance."""
    time = seconds_axis(rng.uniform(3, 6))
    rate = rng.uniform(18, 70) * (1 + rng.uniform(0, 0.8) * wander(rng, len(time), 0.6))
    phase = np.cumsum(rate) / SAMPLE_RATE
    pulses = (phase % 1.0 < 0.2) * rng.uniform(0.6, 1, len(time))
    return np.tanh(2 * band(pulses, 40, rng.uniform(400, 2500))) + 0.1 * noise(rng, len(time), colour=1.0)


def hum(rng: Rng) -> Waveform:
    """Mains hum and harmonics."""
    time = seconds_axis(rng.uniform(3, 6))
    root = rng.choice([50.0, 60.0, 100.0, 120.0])
    total = sum(np.sin(2 * np.pi * root * k * time + rng.uniform(0, 6)) * rng.uniform(0, 1) / k for k in range(1, 20))
    return total + 0.02 * noise(rng, len(time))


def helicopter(rng: Rng) -> Waveform:
    """Chopped low noise."""
    time = seconds_axis(rng.uniform(3, 6))
    chop = np.clip(np.sin(2 * np.pi * rng.uniform(9, 18) * time), 0, 1) ** 3
    return band(noise(rng, len(time), colour=1.2), 50, 900) * (0.1 + chop) + 0.1 * noise(rng, len(time), colour=0.6)


def hiss(rng: Rng) -> Waveform:
    """Steady white or pink noise."""
    return noise(rng, round(rng.uniform(1, 6) * SAMPLE_RATE), colour=rng.uniform(0, 1))


def vinyl(rng: Rng) -> Waveform:
    """Sparse clicks over faint hiss."""
    count = round(rng.uniform(3, 6) * SAMPLE_RATE)
    click = rng.standard_normal(40) * np.exp(-np.arange(40) / 6)
    return grains(rng, count, rng.uniform(6, 30), click, spread=0.9) + rng.uniform(0.02, 0.1) * noise(
        rng, count, colour=1
    )


def clock(rng: Rng) -> Waveform:
    """Alternating ticks."""
    period = rng.choice([0.25, 0.5, 1.0])
    total = np.zeros(round(5 * SAMPLE_RATE))
    ticks = [decaying(rng, rng.uniform(1800, 4500), rng.uniform(0.003, 0.012)) for _ in range(2)]
    for index in range(int(5 / period) - 1):
        start = round(index * period * SAMPLE_RATE)
        total[start : start + len(ticks[index % 2])] += ticks[index % 2]
    return total + 0.003 * noise(rng, len(total))


def heartbeat(rng: Rng) -> Waveform:
    """Lub-dub."""
    thump = decaying(rng, rng.uniform(40, 70), 0.06)
    period = 60 / rng.uniform(50, 120)
    total = np.zeros(round(5 * SAMPLE_RATE))
    for beat in np.arange(0, 4.2, period):
        for offset, level in ((0.0, 1.0), (0.28 * period, 0.6)):
            start = round((beat + offset) * SAMPLE_RATE)
            total[start : start + len(thump)] += thump * level
    return total


def footsteps(rng: Rng) -> Waveform:
    """Regular thuds with a scuff."""
    period, length = rng.uniform(0.35, 0.7), 3200
    total = np.zeros(round(5 * SAMPLE_RATE))
    for step in np.arange(0.05, 4.8, period):
        thud = decaying(rng, rng.uniform(70, 160), 0.03)[:length] * 0.8
        scuff = band(rng.standard_normal(length), 600, 5000) * np.exp(-np.arange(length) / rng.uniform(200, 900))
        start = round((step + rng.uniform(0, 0.03)) * SAMPLE_RATE)
        total[start : start + length] += (np.pad(thud, (0, length - len(thud))) + 0.5 * scuff)[: len(total) - start]
    return total


def bell(rng: Rng) -> Waveform:
    """Inharmonic partials that ring."""
    root, decay = rng.uniform(200, 1500), rng.uniform(0.4, 2)
    partials = [(0.5, 1.2), (1, 1.0), (1.19, 0.8), (1.56, 0.6), (2, 0.5), (2.74, 0.35), (3.76, 0.25)]
    sounds = [decaying(rng, root * ratio, decay * share) * share for ratio, share in partials]
    length = max(map(len, sounds))
    return sum(np.pad(sound, (0, length - len(sound))) for sound in sounds)


def metal_hit(rng: Rng) -> Waveform:
    """Dense inharmonic clang."""
    sounds = [decaying(rng, rng.uniform(300, 7000), rng.uniform(0.05, 0.6)) * rng.uniform(0.3, 1) for _ in range(12)]
    length = max(map(len, sounds))
    return sum(np.pad(sound, (0, length - len(sound))) for sound in sounds)


def wood_hit(rng: Rng) -> Waveform:
    """Short, damped knock."""
    return sum(decaying(rng, f * rng.uniform(0.9, 1.1), 0.02)[:3000] for f in (350, 800, 1300))


def telephone(rng: Rng) -> Waveform:
    """Two tones, ringing or dialled."""
    pairs = [(440, 480), (697, 1209), (770, 1336), (852, 1477), (350, 440)]
    low, high = pairs[rng.integers(len(pairs))]
    time = seconds_axis(rng.uniform(1, 4))
    return np.sin(2 * np.pi * low * time) + np.sin(2 * np.pi * high * time)


def powerup(rng: Rng) -> Waveform:
    """Rising square-wave arpeggio."""
    root, note = rng.uniform(220, 700), rng.uniform(0.04, 0.1)
    steps = [root * 2 ** (k / 12) for k in (0, 4, 7, 12, 16, 19)[: rng.integers(3, 7)]]
    return np.concatenate([np.sign(np.sin(2 * np.pi * f * seconds_axis(note))) for f in steps]) * 0.5


def coin(rng: Rng) -> Waveform:
    """Two quick high notes."""
    root = rng.uniform(800, 1300)
    first = np.sign(np.sin(2 * np.pi * root * seconds_axis(0.07)))
    time = seconds_axis(0.5)
    return np.concatenate([first, np.sign(np.sin(2 * np.pi * root * 1.335 * time)) * np.exp(-time / 0.15)]) * 0.5


def sub_bass(rng: Rng) -> Waveform:
    """A low sine."""
    time = seconds_axis(rng.uniform(0.8, 4))
    return np.sin(2 * np.pi * rng.uniform(30, 60) * time) * np.minimum(1, (time[-1] - time) / 0.2)


def synth_bass(rng: Rng) -> Waveform:
    """Filtered sawtooth notes."""
    note = rng.uniform(0.2, 1.0)
    time = seconds_axis(note)
    pitches = rng.choice([41.2, 55.0, 49.0, 65.4, 73.4], rng.integers(1, 6))
    notes = [band(2 * ((f * time) % 1) - 1, 30, rng.uniform(300, 2500)) * np.exp(-time / note) for f in pitches]
    return np.concatenate(notes)


def synth_lead(rng: Rng) -> Waveform:
    """A bright monophonic melody."""
    note, root = rng.uniform(0.12, 0.4), rng.uniform(300, 700)
    time = seconds_axis(note)
    scale = rng.choice([0, 2, 3, 5, 7, 10, 12], rng.integers(2, 9))
    return np.concatenate([(2 * ((root * 2 ** (k / 12) * time) % 1) - 1) * np.exp(-time / note / 2) for k in scale])


def glitch(rng: Rng) -> Waveform:
    """Chopped digital fragments."""
    pieces = []
    for _ in range(rng.integers(6, 25)):
        time = seconds_axis(rng.uniform(0.01, 0.12))
        tone = np.sign(np.sin(2 * np.pi * rng.uniform(80, 5000) * time))
        pieces.append(
            rng.choice([0.0, 1.0], p=[0.3, 0.7])
            * (tone if rng.uniform() < 0.6 else rng.standard_normal(len(time)) * 0.4)
        )
    return np.concatenate(pieces)


def chimes(rng: Rng) -> Waveform:
    """Random high bells."""
    total = np.zeros(round(5 * SAMPLE_RATE))
    for _ in range(rng.integers(5, 20)):
        ring = decaying(rng, rng.choice([1047, 1175, 1319, 1568, 1760, 2093, 2637]), rng.uniform(0.3, 1.0))
        start = rng.integers(0, len(total) - 1)
        stop = min(len(total), start + len(ring))
        total[start:stop] += ring[: stop - start] * rng.uniform(0.2, 1)
    return total


SOUNDS: tuple[Sound, ...] = (
    Sound(rain, "rain", "ambient", ("rain", "rain falling", "rain hiss")),
    Sound(wind, "wind", "ambient", ("wind", "wind blowing", "gusty wind")),
    Sound(waves, "sea waves", "ambient", ("sea waves", "ocean waves", "surf")),
    Sound(fire, "fire", "ambient", ("fire crackling", "crackling fire")),
    Sound(thunder, "thunder", "ambient", ("thunder", "thunder rumble")),
    Sound(stream, "babbling stream", "ambient", ("babbling stream", "water flowing")),
    Sound(bubbles, "bubbles", "sfx", ("bubbles", "bubbling")),
    Sound(crickets, "night crickets", "ambient", ("crickets", "night crickets")),
    Sound(birds, "birds", "ambient", ("birds chirping", "bird calls")),
    Sound(
        dark_drone,
        "dark drone",
        "ambient",
        ("dark drone", "a dark ambient drone", "low ominous drone", "deep rumbling drone", "menacing drone"),
    ),
    Sound(bright_drone, "bright drone", "ambient", ("bright drone", "shimmering drone", "buzzing synth drone")),
    Sound(pad, "synth pad", "instruments", ("synth pad", "soft synthesizer pad", "warm pad chord", "lush pad")),
    Sound(riser, "riser", "sfx", ("riser", "tension riser", "build-up riser")),
    Sound(downlifter, "downlifter", "sfx", ("downlifter", "falling noise sweep")),
    Sound(sweep_up, "rising sweep", "sfx", ("rising sweep", "a tone sliding up", "upward pitch sweep")),
    Sound(sweep_down, "falling sweep", "sfx", ("falling sweep", "a tone sliding down", "downward pitch sweep")),
    Sound(impact, "impact", "sfx", ("impact", "cinematic impact", "deep boom")),
    Sound(explosion, "explosion", "sfx", ("explosion", "big explosion", "a bomb blast")),
    Sound(whoosh, "whoosh", "sfx", ("whoosh", "swoosh", "fast pass-by whoosh")),
    Sound(beep, "beep", "sfx", ("beep", "electronic beep", "short tone")),
    Sound(alarm, "alarm", "sfx", ("alarm", "two-tone alarm", "warning alarm")),
    Sound(siren, "siren", "sfx", ("siren", "wailing siren", "emergency siren")),
    Sound(laser, "laser gun", "sfx", ("laser gun", "laser shot", "sci-fi zap")),
    Sound(engine, "engine", "sfx", ("engine", "engine running", "motor idling")),
    Sound(hum, "electric hum", "ambient", ("electric hum", "mains hum", "transformer buzz")),
    Sound(helicopter, "helicopter", "sfx", ("helicopter", "helicopter rotor")),
    Sound(hiss, "white noise", "ambient", ("white noise", "static noise", "steady hiss", "tape hiss")),
    Sound(vinyl, "vinyl crackle", "ambient", ("vinyl crackle", "record surface noise", "old record crackle")),
    Sound(clock, "clock tick", "sfx", ("clock ticking", "ticking clock")),
    Sound(heartbeat, "heartbeat", "sfx", ("heartbeat", "a beating heart")),
    Sound(footsteps, "footsteps", "sfx", ("footsteps", "walking footsteps")),
    Sound(bell, "bell", "sfx", ("bell", "a bell ringing")),
    Sound(metal_hit, "metal hit", "sfx", ("metal hit", "metallic clang")),
    Sound(wood_hit, "wood hit", "sfx", ("wood hit", "wooden knock")),
    Sound(telephone, "telephone tone", "sfx", ("telephone tone", "dial tone", "phone tone")),
    Sound(powerup, "power-up", "sfx", ("power-up", "8-bit power up", "retro game arpeggio", "level up")),
    Sound(coin, "coin pickup", "sfx", ("coin pickup", "retro game coin", "8-bit collect sound")),
    Sound(sub_bass, "sub bass", "instruments", ("sub bass", "deep sub bass note")),
    Sound(synth_bass, "synth bass", "instruments", ("synth bass", "synthesizer bass line", "analog bass")),
    Sound(synth_lead, "synth lead", "instruments", ("synth lead", "synthesizer melody", "sawtooth lead")),
    Sound(glitch, "glitch", "sfx", ("glitch", "digital glitch", "stuttering glitch noise")),
    Sound(chimes, "wind chimes", "ambient", ("wind chimes", "chimes tinkling")),
)


def synthetic_sounds(each: int, seed: int, sounds: tuple[Sound, ...] = SOUNDS) -> Iterator[Recording]:
    """``each`` sounds of every maker, peak 0.9."""
    rng = np.random.default_rng(seed)
    for sound in sounds:
        for _ in range(each):
            waveform = sound.maker(rng)
            peak = max(float(np.abs(waveform).max()), 1e-6)
            yield Recording(
                waveform=(0.9 / peak * waveform).astype(np.float32),
                label=sound.label,
                category=sound.category,
                phrases=sound.phrases,
                group="synthesis",
                kind="synthetic",
            )
