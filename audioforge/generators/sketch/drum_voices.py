"""Drum-machine voices by synthesis; acoustic ones come from the soundfont."""

# Arithmetic on shape-annotated numpy arrays is Any to mypy.
# mypy: disable-error-code="no-any-return"

from collections.abc import Mapping

import numpy as np
from numpy.random import Generator as Random

from audioforge.generators.sketch.envelopes import decay, fade
from audioforge.generators.sketch.filters import bandpass, highpass, lowpass
from audioforge.generators.sketch.noise import white
from audioforge.generators.sketch.oscillators import sine
from audioforge.generators.sketch.space import place
from audioforge.generators.sketch.timebase import Mono, time_axis, to_samples

_Settings = Mapping[str, float]


def kick(settings: _Settings, random: Random) -> Mono:
    """Sine that drops in pitch, and a click. Settings: hz, sweep (factor at the start), t60 (s), click, drive."""
    length = to_samples(settings["t60"] * 1.1)
    hz = settings["hz"] * (1 + settings["sweep"] * decay(length, 0.09) + 1.5 * decay(length, 0.3))
    body = sine(hz) * decay(length, settings["t60"])
    click = highpass(white(length, random), 1_500) * decay(length, 0.012) * settings["click"] * 2
    driven = np.tanh(settings["drive"] * body) / np.tanh(settings["drive"])
    return fade(driven + click, 0.0008, 0.01)


def snare(settings: _Settings, random: Random) -> Mono:
    """Two shell tones and a rattle. Settings: hz, t60 (s), snap (level of the rattle)."""
    length = to_samples(settings["t60"] * 1.6)
    hz = settings["hz"] * (1 + 0.6 * decay(length, 0.03))
    shell = (sine(hz) + 0.6 * sine(1.78 * hz)) * decay(length, settings["t60"] * 0.7)
    rattle = highpass(white(length, random), 1_600) * decay(length, settings["t60"] * 1.3) * settings["snap"] * 2.2
    return fade(np.tanh(0.8 * shell + rattle), 0.0005, 0.01)


def hat(settings: _Settings, random: Random) -> Mono:
    """Six detuned squares and noise, only the top. Settings: low (Hz), t60 (s), metal (share of squares)."""
    length = to_samples(settings["t60"] * 1.4)
    at = time_axis(length)
    tuning = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)
    metal = sum(np.sign(np.sin(2 * np.pi * hz * 1.5 * at + random.uniform(0, 6))) for hz in tuning)
    mixed = settings["metal"] * 0.3 * np.asarray(metal) + (1.2 - settings["metal"]) * white(length, random)
    return fade(2.0 * highpass(mixed, settings["low"], order=3) * decay(length, settings["t60"]), 0.0005, 0.01)


def clap(settings: _Settings, random: Random) -> Mono:
    """Three quick bursts and a tail. Settings: t60 (s)."""
    length = to_samples(settings["t60"] * 1.3 + 0.04)
    noise = bandpass(white(length, random), 900, 2_600) * 3
    level = np.zeros(length)
    for burst in (0.0, 0.011, 0.023):
        start = to_samples(burst)
        level[start:] = np.maximum(level[start:], decay(length - start, 0.03))
    tail = to_samples(0.03)
    level[tail:] = np.maximum(level[tail:], 0.75 * decay(length - tail, settings["t60"]))
    return noise * level


def tom(settings: _Settings, random: Random) -> Mono:
    """Sine that drops a little. Settings: hz, t60 (s)."""
    length = to_samples(settings["t60"] * 1.2)
    hz = settings["hz"] * (1 + 0.7 * decay(length, 0.12))
    skin = lowpass(white(length, random), 1_500) * decay(length, 0.04)
    return fade(sine(hz) * decay(length, settings["t60"]) + skin, 0.001, 0.01)


def snap(settings: _Settings, random: Random) -> Mono:
    """Finger snap: one short bright burst. Settings: t60 (s)."""
    length = to_samples(0.14)
    noise = bandpass(white(length, random), 1_500, 4_500) * decay(length, 0.05) * 4
    ring = np.sin(2 * np.pi * random.uniform(1_900, 2_400) * time_axis(length)) * decay(length, 0.05)
    return noise + ring


def rim(settings: _Settings, random: Random) -> Mono:
    """Stick on the rim: two short tones."""
    length = to_samples(0.06)
    at = time_axis(length)
    tones = np.sin(2 * np.pi * 1_720 * at) + 0.8 * np.sin(2 * np.pi * 520 * at)
    return tones * decay(length, 0.03) + highpass(white(length, random), 3_000) * decay(length, 0.006)


def cowbell(settings: _Settings, random: Random) -> Mono:
    """Two squares through a band."""
    length = to_samples(0.35)
    at = time_axis(length)
    squares = np.sign(np.sin(2 * np.pi * 540 * at)) + np.sign(np.sin(2 * np.pi * 800 * at))
    return bandpass(squares, 500, 3_000) * (0.7 * decay(length, 0.06) + 0.4 * decay(length, 0.4))


def shaker(settings: _Settings, random: Random) -> Mono:
    """Noise that swells for a moment."""
    length = to_samples(0.11)
    swell = np.interp(np.linspace(0, 1, length), (0, 0.35, 1), (0, 1, 0)) ** 1.5
    return 2.5 * bandpass(white(length, random), 4_500, 12_000) * swell


def beatbox(settings: _Settings, random: Random) -> Mono:
    """Mouth percussion: puff, "ts" or "k"."""
    total = np.zeros(to_samples(0.22))
    puff = lowpass(white(len(total), random), 400) * decay(len(total), 0.12) * 6
    consonant = bandpass(white(len(total), random), 2_500, 8_000) * decay(len(total), random.choice([0.04, 0.12])) * 2
    place(total, random.choice([puff, consonant, 0.6 * puff + consonant]), 0)
    return fade(total, 0.002, 0.02)


#: Voice of a kit to synthesis; settings come from the kit, under the name in the second place.
MACHINE = {
    "kick": (kick, "kick"),
    "snare": (snare, "snare"),
    "hat": (hat, "hat"),
    "open hat": (hat, "open hat"),
    "clap": (clap, "clap"),
    "low tom": (tom, "tom"),
    "mid tom": (tom, "tom"),
    "high tom": (tom, "tom"),
    "rim": (rim, "tom"),
    "cowbell": (cowbell, "tom"),
    "shaker": (shaker, "tom"),
}

#: Synthesised whatever the kit.
ALWAYS = {"snap": snap, "beatbox": beatbox}
_TOM_PITCH = {"low tom": 0.8, "mid tom": 1.15, "high tom": 1.55}


def machine_voice(name: str, settings: Mapping[str, _Settings], random: Random) -> Mono:
    """A voice of a drum machine.

    Args:
        name: A key of ``MACHINE``.
        settings: The kit's entry in the lexicon.
        random: Varies tuning and length a little.
    """
    synthesis, group = MACHINE[name]
    varied = {key: value * (1 + 0.08 * random.uniform(-1, 1)) for key, value in settings[group].items()}
    if "hz" in varied:
        varied["hz"] *= _TOM_PITCH.get(name, 1.0)
    return synthesis(varied, random)
