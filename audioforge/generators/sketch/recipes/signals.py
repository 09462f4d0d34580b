"""Electronic signals: lasers, game jingles, beeps, sirens, clicks, glitches."""

# Arithmetic on shape-annotated numpy arrays is Any to mypy.
# mypy: disable-error-code="no-any-return"

import numpy as np

from audioforge.generators.sketch.cue import Cue
from audioforge.generators.sketch.envelopes import decay, fade, points, wander
from audioforge.generators.sketch.filters import bandpass, highpass, lowpass, resonance
from audioforge.generators.sketch.noise import dust, white
from audioforge.generators.sketch.oscillators import frequency_modulated, saw, sine, square, tone
from audioforge.generators.sketch.space import place
from audioforge.generators.sketch.timebase import Mono, time_axis, to_samples


def zap(cue: Cue) -> Mono:
    """Pitch sweep. Options: start and end (Hz), length (s), wave, noise (level), wobble (Hz of vibrato), curve."""
    length = to_samples(min(cue.number("length", 0.35) / cue.speed * (0.6 + 0.8 * cue.size), cue.seconds))
    low, high = cue.vary(cue.number("end", 180), 0.2), cue.vary(cue.number("start", 2_400), 0.2)
    position = np.linspace(0, 1, length) ** cue.number("curve", 0.6)
    hz = high * (low / high) ** position * cue.pitch
    wobble = cue.number("wobble", 0)
    hz = hz * (1 + 0.25 * (wobble > 0) * np.sin(2 * np.pi * wobble * time_axis(length)))
    body = tone(cue.word("wave", "saw"), np.clip(hz, 20, 16_000))
    hiss = cue.number("noise", 0.15) * highpass(white(length, cue.random), 2_000) * decay(length, 0.15)
    shape = decay(length, cue.number("length", 0.35) * cue.number("hold", 1.6))
    return fade(body * shape + hiss, 0.002, 0.02)


def jingle(cue: Cue) -> Mono:
    """Notes one after another.

    Options: notes (semitones), hz (of note 0), step (s), wave, last (s the last note rings).
    """
    notes = cue.numbers("notes", (0, 5))
    step = cue.number("step", 0.09) / cue.speed
    last = cue.number("last", 0.4)
    base = cue.number("hz", 880) * cue.pitch * 2.0 ** (cue.random.integers(-3, 4) / 12)
    total = np.zeros(to_samples(min(step * len(notes) + last, cue.seconds)))
    for index, note in enumerate(notes):
        final = index == len(notes) - 1
        length = to_samples(last if final else step * cue.number("overlap", 1.0))
        hz = np.full(length, base * 2.0 ** (note / 12))
        sound = _voice(cue.word("wave", "square"), hz) * decay(length, max(last, step * 2.5))
        place(total, fade(0.6 * sound, 0.002, 0.012), to_samples(step * index))
    return total


def _voice(wave: str, hz: Mono) -> Mono:
    if wave == "bell":
        return frequency_modulated(hz, 3.5, 1.2 * decay(len(hz), 0.4))
    if wave == "marimba":
        return sine(hz) + 0.35 * sine(4 * hz) * decay(len(hz), 0.08)
    return tone(wave, hz)


def beep(cue: Cue) -> Mono:
    """Plain tone. Options: hz, length (s), wave."""
    length = to_samples(min(cue.number("length", 0.16) / cue.speed, cue.seconds))
    hz = np.full(length, cue.vary(cue.number("hz", 1_000), 0.12) * cue.pitch)
    return fade(0.6 * tone(cue.word("wave", "sine"), hz), 0.003, 0.008)


def click(cue: Cue) -> Mono:
    """Short tick of a switch or button. Options: hz (of the body), noise (level), double (s to a second click)."""
    length = to_samples(0.06)
    hz = cue.number("hz", 2_400) * cue.pitch * cue.vary(1.0, 0.15)
    noise = white(length, cue.random) * decay(length, 0.008) * cue.number("noise", 1.0)
    body = np.sin(2 * np.pi * hz * time_axis(length)) * decay(length, 0.02)
    one = lowpass(noise, hz * 3.0) * 2.0 + body
    gap = cue.number("double", 0)
    total = np.zeros(length + to_samples(gap))
    place(total, one, 0)
    if gap > 0:
        place(total, 0.7 * one, to_samples(gap))
    return total


def siren(cue: Cue) -> Mono:
    """Tone that swings between two pitches.

    Options: low, high (Hz), period (s), shape ("sine", "step", "rise"), wave.
    """
    length = cue.length
    turn = time_axis(length) * cue.speed / cue.number("period", 2.4) + cue.random.uniform(0, 0.3)
    shape = cue.word("shape", "sine")
    position = {
        "sine": 0.5 - 0.5 * np.cos(2 * np.pi * turn),
        "step": (turn % 1.0 < 0.5).astype(float),
        "rise": turn % 1.0,
    }[shape]
    hz = cue.number("low", 600) * (cue.number("high", 1_400) / cue.number("low", 600)) ** position * cue.pitch
    body = lowpass(tone(cue.word("wave", "square"), hz), 5_000)
    return fade(0.6 * body, 0.02, 0.03)


def alarm(cue: Cue) -> Mono:
    """Beeps that come in groups. Options: hz, on and off (s), group (beeps), rest (s), wave."""
    length = cue.length
    hz = np.full(length, cue.vary(cue.number("hz", 1_900), 0.1) * cue.pitch)
    on, off = cue.number("on", 0.12) / cue.speed, cue.number("off", 0.1) / cue.speed
    group = cue.number("group", 4)
    at = time_axis(length) % (group * (on + off) + cue.number("rest", 0.4) / cue.speed)
    gate = (at % (on + off) < on) & (at < group * (on + off))
    return 0.6 * tone(cue.word("wave", "square"), hz) * lowpass(gate.astype(float), 150)


def telephone(cue: Cue) -> Mono:
    """Ringing. Options: pair (two Hz), trill (strokes a second), on and off (s), bell (1 for a struck bell)."""
    length = cue.length
    first, second = cue.numbers("pair", (440, 480))[:2] * cue.pitch
    both = sine(np.full(length, first)) + sine(np.full(length, second))
    if cue.number("bell", 0):
        both = both + 0.5 * sine(np.full(length, first * 2.76)) + 0.4 * sine(np.full(length, second * 5.4))
    at = time_axis(length)
    trill = cue.number("trill", 0)
    if trill:
        both = both * np.exp(-4.0 * ((at * trill) % 1.0))
    gate = at % (cue.number("on", 1.2) + cue.number("off", 0.9)) < cue.number("on", 1.2)
    return 0.4 * both * lowpass(gate.astype(float), 60)


def horn(cue: Cue) -> Mono:
    """Car, train or ship horn. Options: chord (Hz each), length (s), corner (Hz)."""
    length = to_samples(min(cue.vary(cue.number("length", 0.9)), cue.seconds))
    total = sum(saw(np.full(length, hz * cue.pitch * cue.vary(1, 0.004))) for hz in cue.numbers("chord", (370, 440)))
    return fade(0.5 * lowpass(np.asarray(total), cue.number("corner", 3_000)), 0.03, 0.12)


def crackle(cue: Cue) -> Mono:
    """Electric sparks, vinyl or static.

    Options: rate (a second), low and high (Hz), hum (level), bursts (share of time on).
    """
    length = cue.length
    sparks = bandpass(
        dust(length, cue.random, cue.number("rate", 120) * (0.5 + cue.force), 0.9), 0.0 + _low(cue), _high(cue)
    )
    bursts = cue.number("bursts", 1.0)
    gate = lowpass((wander(length, cue.random, 6.0) < 2 * bursts - 1).astype(float), 40) if bursts < 1 else 1.0
    hum = cue.number("hum", 0) * (square(np.full(length, 100.0)) + 0.5 * saw(np.full(length, 200.0)))
    return 5.0 * sparks * gate + 0.25 * hum * gate


def _low(cue: Cue) -> float:
    return cue.number("low", 1_200)


def _high(cue: Cue) -> float:
    return cue.number("high", 9_000)


def hiss(cue: Cue) -> Mono:
    """Steady filtered noise: static, steam, spray. Options: low and high (Hz), flutter (depth), hz (of the flutter)."""
    length = cue.length
    band = bandpass(white(length, cue.random), _low(cue), _high(cue))
    flutter = cue.number("flutter", 0.2) * wander(length, cue.random, cue.number("hz", 6.0))
    return band * (1 + flutter)


def glitch(cue: Cue) -> Mono:
    """Cut-up bits of tones and noise."""
    total = np.zeros(cue.length)
    start = 0
    while start < cue.length:
        length = to_samples(cue.random.choice([0.02, 0.04, 0.08, 0.16]) / cue.speed)
        total[start : start + length] = _fragment(cue, length)[: cue.length - start]
        start += length
    return total


def _fragment(cue: Cue, length: int) -> Mono:
    choice = cue.random.integers(0, 4)
    if choice == 0:
        return np.zeros(length)
    if choice == 1:
        return fade(0.5 * white(length, cue.random), 0.001, 0.002)
    hz = np.full(length, float(np.exp(cue.random.uniform(np.log(80), np.log(6_000)))))
    return fade(0.5 * tone("square" if choice == 2 else "sine", hz), 0.001, 0.002)


def computer(cue: Cue) -> Mono:
    """Old computer at work: a quick run of random tones."""
    total = np.zeros(cue.length)
    start = 0
    while start < cue.length:
        length = to_samples(float(cue.random.choice([0.06, 0.06, 0.12])) / cue.speed)
        if cue.random.uniform() < 0.8:
            hz = np.full(length, 440 * 2.0 ** (cue.random.integers(0, 28) / 12) * cue.pitch)
            place(total, fade(0.5 * tone(cue.word("wave", "sine"), hz), 0.003, 0.006), start)
        start += length
    return total


def sonar(cue: Cue) -> Mono:
    """Ping that dies in deep water."""
    length = to_samples(min(2.0, cue.seconds))
    ping = sine(np.full(length, cue.vary(1_050, 0.1) * cue.pitch)) * decay(length, 1.6)
    return 0.7 * fade(resonance(ping, 1_050, 500) + 0.3 * ping, 0.008, 0.05)


def boing(cue: Cue) -> Mono:
    """Cartoon spring. Options: hz."""
    length = to_samples(min(0.9, cue.seconds))
    swing = np.sin(2 * np.pi * 13 * time_axis(length)) * decay(length, 1.2)
    hz = cue.number("hz", 190) * cue.scale * (1 + 0.5 * swing + 0.6 * points(length, (0, 0), (1, 1)))
    return 0.6 * fade(frequency_modulated(hz, 2.0, 2.5 * decay(length, 0.8)) * decay(length, 1.1), 0.003)
