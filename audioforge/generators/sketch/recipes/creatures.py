"""Voices of animals and people: a buzzing source through a moving mouth, and pure whistles for birds and insects."""

# Arithmetic on shape-annotated numpy arrays is Any to mypy.
# mypy: disable-error-code="no-any-return"

import numpy as np

from audioforge.generators.sketch.cue import Cue
from audioforge.generators.sketch.envelopes import decay, fade, points, wander
from audioforge.generators.sketch.filters import bandpass, lowpass, moving_band, resonance
from audioforge.generators.sketch.noise import white
from audioforge.generators.sketch.oscillators import phase, saw, sine
from audioforge.generators.sketch.space import place
from audioforge.generators.sketch.timebase import Mono, time_axis, to_samples

VOWELS = {
    "a": (750, 1_200, 2_600),
    "e": (520, 1_850, 2_500),
    "i": (300, 2_250, 3_000),
    "o": (480, 880, 2_500),
    "u": (330, 760, 2_300),
}


def call(cue: Cue) -> Mono:
    """A cry: pitch glides through a list, the mouth opens and closes.

    Options: pitch (list of Hz), length (s), mouth (list of Hz of the main formant), rough (0..1), breath (0..1),
    shake (Hz of vibrato), depth (of vibrato), attack (share of the length), syllables (count), gap (s).
    """
    parts = int(cue.number("syllables", 1))
    sounds = [_syllable(cue) for _ in range(parts)]
    gap = to_samples(cue.number("gap", 0.12) / cue.speed)
    total = np.zeros(sum(map(len, sounds)) + gap * parts)
    start = 0
    for sound in sounds:
        place(total, sound, start)
        start += len(sound) + gap
    return total


def _syllable(cue: Cue) -> Mono:
    length = to_samples(min(cue.vary(cue.number("length", 0.5), 0.15) / cue.speed**0.5, cue.seconds))
    knots = cue.numbers("pitch", (200, 260, 180)) * cue.scale * cue.vary(1, 0.08)
    hz = np.interp(np.linspace(0, 1, length), np.linspace(0, 1, len(knots)), knots)
    shake = 1 + cue.number("depth", 0.03) * np.sin(2 * np.pi * cue.number("shake", 6) * time_axis(length))
    rough = cue.number("rough", 0.2)
    hz = hz * shake * (1 + 0.35 * rough * wander(length, cue.random, 55))
    buzz = saw(np.clip(hz, 20, 9_000)) * (1 + rough * wander(length, cue.random, 70))
    source = buzz + cue.number("breath", 0.15) * 2.0 * white(length, cue.random)
    mouth = cue.numbers("mouth", (700, 900, 600)) * cue.scale**0.5
    shaped = moving_band(source, mouth, 0.45, skirt=0.25) + 0.5 * moving_band(source, mouth * 2.6, 0.35) + 0.05 * source
    attack = cue.number("attack", 0.12)
    level = points(length, (0, 0), (attack, 1), (0.6, 0.8), (1, 0))
    return np.tanh(2.5 * shaped * level)


def bird(cue: Cue) -> Mono:
    """One phrase of a song bird. Options: low, high (Hz), notes (count), note (s), trill (0..1)."""
    notes = max(1, cue.random.poisson(cue.number("notes", 4)))
    sounds = [_chirp(cue) for _ in range(notes)]
    if cue.random.uniform() < cue.number("trill", 0.4):
        sounds = [sounds[0]] * len(sounds)
    gaps = [to_samples(cue.random.uniform(0.02, 0.09) / cue.speed) for _ in sounds]
    total = np.zeros(sum(map(len, sounds)) + sum(gaps))
    start = 0
    for sound, gap in zip(sounds, gaps, strict=True):
        place(total, sound, start)
        start += len(sound) + gap
    return total


def _chirp(cue: Cue) -> Mono:
    length = to_samples(cue.vary(cue.number("note", 0.1), 0.5) / cue.speed)
    low, high = cue.number("low", 2_500) * cue.pitch, cue.number("high", 5_500) * cue.pitch
    knots = np.exp(cue.random.uniform(np.log(low), np.log(high), 3))
    hz = np.interp(np.linspace(0, 1, length), (0, 0.5, 1), knots)
    hz *= 1 + 0.04 * np.sin(2 * np.pi * cue.random.uniform(20, 60) * time_axis(length))
    return 0.6 * fade(sine(hz) + 0.15 * sine(2 * hz), 0.012, 0.02)


def cricket(cue: Cue) -> Mono:
    """One insect: pulses of a high tone. Options: hz, pulse (Hz of pulses), chirp (pulses a group), rest (s)."""
    length = cue.length
    hz = cue.vary(cue.number("hz", 4_500), 0.08) * cue.pitch
    pulse, group = cue.vary(cue.number("pulse", 38), 0.1) * cue.speed, cue.number("chirp", 3)
    at = time_axis(length) + cue.random.uniform(0, 1)
    period = group / pulse + cue.vary(cue.number("rest", 0.35), 0.2)
    inside = (at % period) < group / pulse
    beat = np.maximum(0, np.sin(2 * np.pi * pulse * (at % period))) ** 0.7 * inside
    tone = sine(np.full(length, hz)) + 0.2 * sine(np.full(length, 2 * hz))
    return 0.5 * tone * lowpass(beat, 300)


def buzz(cue: Cue) -> Mono:
    """Flying insects. Options: hz (of the wings), many (count)."""
    total = np.zeros(cue.length)
    for _ in range(int(cue.number("many", 1))):
        hz = cue.number("hz", 190) * cue.scale * cue.vary(1, 0.2) * (1 + 0.12 * wander(cue.length, cue.random, 3))
        near = 0.35 + 0.65 * (0.5 + 0.5 * wander(cue.length, cue.random, 0.9)) ** 2
        total += bandpass(saw(hz) + 0.2 * white(cue.length, cue.random), 150, 4_500) * near
    return total


def frog(cue: Cue) -> Mono:
    """Croak: slow pulses of a resonant body. Options: hz (pulses a second), body (Hz), length (s)."""
    length = to_samples(min(cue.vary(cue.number("length", 0.35), 0.2), cue.seconds))
    hz = cue.number("hz", 55) * cue.vary(1, 0.15) * points(length, (0, 0.8), (0.5, 1.1), (1, 0.9))
    cycles = phase(hz)
    source = np.exp(-9 * (cycles % 1.0)) - 0.11
    body = cue.number("body", 750) * cue.scale**0.7
    sound = resonance(source, body, 0.25 * body) + 0.5 * resonance(source, 2.3 * body, 0.4 * body)
    return 3.0 * fade(sound, 0.03, 0.08)


def breath(cue: Cue) -> Mono:
    """Air through a mouth or nose. Options: length (s), low, high (Hz), snore (0..1)."""
    length = to_samples(min(cue.vary(cue.number("length", 1.1), 0.15) / cue.speed, cue.seconds))
    air = bandpass(white(length, cue.random), cue.number("low", 400), cue.number("high", 3_500))
    snore = cue.number("snore", 0)
    if snore:
        flap = saw(np.full(length, cue.vary(32, 0.2)) * (1 + 0.2 * wander(length, cue.random, 6)))
        air = (1 - snore) * air + snore * (lowpass(flap, 500) * 0.6 + air * (0.5 + 0.5 * flap))
    return 2.0 * air * points(length, (0, 0), (0.4, 1), (1, 0)) ** 1.5


def sneeze(cue: Cue) -> Mono:
    """Gasp, then a burst. Options: gasp (0..1 level), voiced (0..1), length (s of the burst)."""
    gasp = breath(Cue(0.35, cue.random, options={"length": 0.3, "low": 900, "high": 5_000}))
    length = to_samples(cue.vary(cue.number("length", 0.3)))
    burst = bandpass(white(length, cue.random), 500, 7_000) * decay(length, 0.3) * 3.0
    voice = _syllable(
        Cue(
            cue.seconds,
            cue.random,
            cue.size,
            pitch=cue.pitch,
            options={"length": 0.2, "pitch": (330, 210), "rough": 0.5, "attack": 0.04},
        )
    )
    total = np.zeros(len(gasp) + length + len(voice))
    place(total, 0.5 * cue.number("gasp", 1.0) * gasp, 0)
    start = int(len(gasp) * cue.number("gasp", 1.0))
    place(total, burst, start)
    place(total, cue.number("voiced", 0.5) * voice, start)
    return fade(total, 0.003, 0.05)


def babble(cue: Cue) -> Mono:
    """Syllables without words. Options: hz (of the voice), rate (syllables a second), many (speakers)."""
    total = np.zeros(cue.length)
    for _ in range(int(cue.number("many", 1))):
        total += _speaker(cue)
    return total / np.sqrt(max(1.0, cue.number("many", 1)))


def _speaker(cue: Cue) -> Mono:
    length = cue.length
    base = cue.number("hz", 150) * cue.random.choice([0.75, 0.9, 1.2, 1.5]) * cue.pitch
    hz = base * (1 + 0.18 * wander(length, cue.random, 2.5))
    source = saw(hz) + 0.25 * white(length, cue.random)
    rate = cue.number("rate", 4.5) * cue.speed
    knots = max(4, int(cue.seconds * rate))
    formants = np.array([VOWELS[str(vowel)] for vowel in cue.random.choice(list("aeiou"), knots)])
    open_mouth = np.clip(wander(length, cue.random, rate * 1.6) + 0.25, 0, 1)
    pause = np.clip(3 * wander(length, cue.random, 0.7) + 1.8, 0, 1)
    shaped = moving_band(source, formants[:, 0], 0.3, skirt=0.1) + 0.5 * moving_band(source, formants[:, 1], 0.2)
    return (shaped + 0.15 * bandpass(white(length, cue.random), 3_000, 8_000)) * open_mouth * pause


def applause(cue: Cue) -> Mono:
    """Many hands. Options: many (people)."""
    total = np.zeros(cue.length)
    for _ in range(10):
        kernel = to_samples(0.03)
        centre = cue.random.uniform(700, 2_600)
        clap = bandpass(white(kernel, cue.random), centre * 0.7, centre * 1.6) * decay(kernel, 0.035)
        people = max(1, int(cue.number("many", 60) / 10))
        for _ in range(people):
            _clap_along(cue, total, clap)
    return 4.0 * total / np.sqrt(cue.number("many", 60))


def _clap_along(cue: Cue, total: Mono, clap: Mono) -> None:
    period = cue.random.uniform(0.2, 0.34) / cue.speed
    level = cue.random.uniform(0.3, 1.0)
    for at in np.arange(cue.random.uniform(0, period), cue.seconds, period):
        place(total, level * clap, to_samples(at + cue.random.normal(0, 0.012)))


def heartbeat(cue: Cue) -> Mono:
    """Two dull thumps."""
    total = np.zeros(to_samples(0.5))
    for at, level in ((0.0, 1.0), (0.24, 0.7)):
        length = to_samples(0.2)
        hz = np.full(length, 58.0 * cue.scale**0.3) * (1 + 0.5 * decay(length, 0.08))
        place(total, level * fade(sine(hz) * decay(length, 0.22), 0.006), to_samples(at))
    return total
