"""What adjectives do to a mix. Each effect takes the sound, its strength (0 to about 1.2) and a random stream."""

# Arithmetic on shape-annotated numpy arrays is Any to mypy.
# mypy: disable-error-code="no-any-return"

from collections.abc import Callable, Mapping

import numpy as np
from numpy.random import Generator as Random
from scipy import ndimage

from audioforge.generators.sketch.envelopes import wander
from audioforge.generators.sketch.filters import bandpass, high_shelf, highpass, low_shelf, lowpass
from audioforge.generators.sketch.levels import at_loudness, loudness
from audioforge.generators.sketch.noise import coloured, dust, white
from audioforge.generators.sketch.space import echo, reverberate, widen
from audioforge.generators.sketch.timebase import Stereo

Effect = Callable[[Stereo, float, Random], Stereo]


def _blend(sound: Stereo, changed: Stereo, strength: float) -> Stereo:
    share = min(strength, 1.0)
    return (1 - share) * sound + share * changed


def _brighten(sound: Stereo, strength: float, random: Random) -> Stereo:
    return low_shelf(high_shelf(sound, 3_000, 10 * strength), 250, -4 * strength)


def _darken(sound: Stereo, strength: float, random: Random) -> Stereo:
    return low_shelf(_blend(sound, lowpass(sound, 1_300), strength), 200, 3 * strength)


def _warm(sound: Stereo, strength: float, random: Random) -> Stereo:
    shelved = high_shelf(low_shelf(sound, 320, 4 * strength), 4_000, -7 * strength)
    level = loudness(shelved) + 1e-9
    return _blend(shelved, np.tanh(shelved / level * 0.5) * level * 2, 0.4 * strength)


def _thin(sound: Stereo, strength: float, random: Random) -> Stereo:
    return _blend(sound, highpass(sound, 600), strength)


def _crisp(sound: Stereo, strength: float, random: Random) -> Stereo:
    return high_shelf(sound, 5_000, 7 * strength)


def _airy(sound: Stereo, strength: float, random: Random) -> Stereo:
    return reverberate(high_shelf(highpass(sound, 180), 8_000, 8 * strength), 1.8, 0.2 * strength)


def _punch(sound: Stereo, strength: float, random: Random) -> Stereo:
    """Raise attacks: gain follows how far the fast level runs ahead of the slow one."""
    power = np.max(np.abs(sound), axis=0)
    fast = ndimage.maximum_filter1d(power, 441)
    slow = ndimage.uniform_filter1d(fast, 8_820) + 1e-5
    gain = ndimage.uniform_filter1d(np.clip(fast / slow, 0.6, 2.4) ** (0.8 * strength), 221)
    return low_shelf(sound * gain, 110, 3 * strength)


def _soften(sound: Stereo, strength: float, random: Random) -> Stereo:
    return _blend(sound, lowpass(sound, 3_200, order=1), 0.8 * strength)


def _push(sound: Stereo, strength: float, random: Random) -> Stereo:
    """Compress by saturation, so that the whole is louder under the same peak."""
    level = loudness(sound) + 1e-9
    return _blend(sound, np.tanh(sound / level * 0.7) * level, strength)


def _distort(sound: Stereo, strength: float, random: Random) -> Stereo:
    level = loudness(sound) + 1e-9
    driven = np.tanh(sound / level * (1 + 9 * strength) + 0.15) - np.tanh(0.15)
    return highpass(lowpass(driven, 7_500), 60) * level


def _lo_fi(sound: Stereo, strength: float, random: Random) -> Stereo:
    length = sound.shape[1]
    bend = 30 * strength * (1 + wander(length, random, 0.8)) + 6 * (1 + wander(length, random, 6))
    at = np.clip(np.arange(length) - bend, 0, length - 1)
    warped = np.stack([np.interp(at, np.arange(length), side) for side in sound])
    narrow = lowpass(highpass(warped, 110), 5_500 - 2_000 * min(strength, 1))
    hiss = 0.05 * loudness(sound) * coloured(length, random, -2) / 0.3
    pops = bandpass(dust(length, random, 14, 0.8), 500, 6_000) * loudness(sound) * 6
    return narrow + strength * (hiss + pops)


def _crush(sound: Stereo, strength: float, random: Random) -> Stereo:
    hold = int(2 + 6 * strength)
    peak = np.abs(sound).max() + 1e-9
    held = np.repeat(sound[:, ::hold], hold, axis=1)[:, : sound.shape[1]]
    return np.round(held / peak * 12) / 12 * peak


def _reverberate(sound: Stereo, strength: float, random: Random) -> Stereo:
    return reverberate(sound, 2.6, 0.9 * strength, 5_000)


def _echo(sound: Stereo, strength: float, random: Random) -> Stereo:
    return echo(sound, random.uniform(0.24, 0.38), 0.55 * min(strength, 1.1))


def _widen(sound: Stereo, strength: float, random: Random) -> Stereo:
    return widen(sound, 1 + 1.2 * strength)


def _narrow(sound: Stereo, strength: float, random: Random) -> Stereo:
    return widen(sound, 1 - min(strength, 1.0))


def _deepen(sound: Stereo, strength: float, random: Random) -> Stereo:
    return high_shelf(low_shelf(sound, 160, 6 * strength), 2_500, -5 * strength)


def _heighten(sound: Stereo, strength: float, random: Random) -> Stereo:
    return low_shelf(sound, 400, -8 * strength)


def _metallise(sound: Stereo, strength: float, random: Random) -> Stereo:
    """Short comb and a ring modulator."""
    delay = int(44_100 / random.uniform(260, 480))
    comb = sound.copy()
    for repeat in range(1, 5):
        comb[:, repeat * delay :] += 0.7**repeat * sound[:, : -repeat * delay]
    ring = sound * np.sin(2 * np.pi * random.uniform(700, 1_300) * np.arange(sound.shape[1]) / 44_100)
    return _blend(sound, 0.6 * comb + 0.5 * ring, 0.8 * strength)


def _add_noise(sound: Stereo, strength: float, random: Random) -> Stereo:
    noise = np.stack([white(sound.shape[1], random) for _ in range(2)]) / 0.3
    return sound + 0.3 * strength * loudness(sound) * noise


def _distance(sound: Stereo, strength: float, random: Random) -> Stereo:
    far = reverberate(lowpass(sound, 1_800), 2.4, 1.0, 2_500)
    return _blend(sound, widen(far, 0.7), strength)


def _submerge(sound: Stereo, strength: float, random: Random) -> Stereo:
    wet = lowpass(sound, 480, order=4) * (1 + 0.25 * wander(sound.shape[1], random, 3))
    return _blend(sound, wet, strength)


def _through_phone(sound: Stereo, strength: float, random: Random) -> Stereo:
    level = loudness(sound) + 1e-9
    return _blend(sound, level * np.tanh(bandpass(sound, 450, 2_800, order=2) / level * 3), strength)


def _wobble(sound: Stereo, strength: float, random: Random) -> Stereo:
    """Chorus: a copy with a swinging delay, opposite on both sides."""
    length = sound.shape[1]
    swing = np.sin(2 * np.pi * random.uniform(0.6, 1.6) * np.arange(length) / 44_100)
    copies = []
    for side, sign in zip(sound, (1, -1), strict=True):
        at = np.clip(np.arange(length) - 500 - sign * 160 * strength * swing, 0, length - 1)
        copies.append(np.interp(at, np.arange(length), side))
    return 0.7 * sound + 0.6 * strength * np.stack(copies)


def _pulse(sound: Stereo, strength: float, random: Random) -> Stereo:
    rate = float(random.choice([2, 4, 4, 8]))
    swing = 0.5 + 0.5 * np.sin(2 * np.pi * rate * np.arange(sound.shape[1]) / 44_100)
    return sound * (1 - 0.8 * min(strength, 1.1) * swing)


def _evolve(sound: Stereo, strength: float, random: Random) -> Stereo:
    course = 0.5 + 0.5 * wander(sound.shape[1], random, 0.5)
    return sound * (1 - strength * 0.6 * course) + strength * 0.6 * course * high_shelf(sound, 1_200, 9)


def _rise(sound: Stereo, strength: float, random: Random) -> Stereo:
    return sound * np.linspace(max(0.0, 1 - strength), 1, sound.shape[1]) ** 1.5


def _fall(sound: Stereo, strength: float, random: Random) -> Stereo:
    return sound * np.linspace(1, max(0.0, 1 - strength), sound.shape[1]) ** 1.5


def _reverse(sound: Stereo, strength: float, random: Random) -> Stereo:
    return sound[:, ::-1].copy() if strength > 0.4 else sound


def _haunt(sound: Stereo, strength: float, random: Random) -> Stereo:
    return reverberate(_wobble(sound, 0.7 * strength, random), 3.2, 0.45 * strength, 2_500)


#: Adjective to effect, in the order in which they are applied.
EFFECTS: dict[str, Effect] = {
    "reversed": _reverse,
    "punchy": _punch,
    "wobbly": _wobble,
    "metallic": _metallise,
    "distorted": _distort,
    "loud": _push,
    "bright": _brighten,
    "dark": _darken,
    "warm": _warm,
    "thin": _thin,
    "crisp": _crisp,
    "airy": _airy,
    "soft": _soften,
    "deep": _deepen,
    "high": _heighten,
    "underwater": _submerge,
    "phone": _through_phone,
    "crushed": _crush,
    "evolving": _evolve,
    "pulsing": _pulse,
    "rising": _rise,
    "falling": _fall,
    "echo": _echo,
    "eerie": _haunt,
    "distant": _distance,
    "reverberant": _reverberate,
    "lo-fi": _lo_fi,
    "noisy": _add_noise,
    "wide": _widen,
    "narrow": _narrow,
}

#: Avoiding one adjective means some of another.
OPPOSITES = {
    "bright": "dark",
    "dark": "bright",
    "warm": "thin",
    "thin": "warm",
    "crisp": "soft",
    "soft": "loud",
    "loud": "soft",
    "distorted": "clean",
    "noisy": "clean",
    "lo-fi": "clean",
    "reverberant": "dry",
    "echo": "dry",
    "wide": "narrow",
    "narrow": "wide",
    "deep": "high",
    "high": "deep",
    "fast": "slow",
    "slow": "fast",
    "distant": "dry",
    "dry": "reverberant",
    "crushed": "clean",
}


def apply_traits(sound: Stereo, traits: Mapping[str, float], random: Random) -> Stereo:
    """Run the effects of all adjectives; a little room is added unless the request says dry."""
    for name, effect in EFFECTS.items():
        strength = traits.get(name, 0.0)
        if strength > 0.05:
            sound = at_loudness_of(effect(sound, strength, random), sound, name)
    dry = traits.get("dry", 0.0) + traits.get("reverberant", 0.0) + traits.get("tight", 0.0)
    return reverberate(sound, 0.7, max(0.0, 0.1 * (1 - dry)))


def at_loudness_of(changed: Stereo, before: Stereo, name: str) -> Stereo:
    """Keep the loudness, except where the effect is about it."""
    return changed if name in ("rising", "falling", "pulsing") else at_loudness(changed, max(loudness(before), 1e-6))
