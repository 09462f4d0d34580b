"""Placing sounds in time, between the loudspeakers and in a room."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float
from scipy import signal

from audioforge.generators.sketch.envelopes import decay
from audioforge.generators.sketch.filters import highpass, lowpass
from audioforge.generators.sketch.timebase import Mono, Stereo, fit_length, to_samples


def pan(sound: Mono, position: float) -> Stereo:
    """Constant power: -1 is left, 0 the middle, 1 right."""
    angle = (float(np.clip(position, -1, 1)) + 1) * np.pi / 4
    return np.stack([np.cos(angle) * sound, np.sin(angle) * sound])


def to_stereo(sound: Float[np.ndarray, "*channel time"]) -> Stereo:
    """The same sound on both sides, at the same power; stereo as it is."""
    return pan(sound, 0.0) if sound.ndim == 1 else sound


def place(mix: Float[np.ndarray, "*channel time"], sound: Float[np.ndarray, "*channel time"], start: int) -> None:
    """Add a sound to the mix in place, from sample ``start`` on; what does not fit is cut off."""
    if start >= mix.shape[-1]:
        return
    skipped, start = max(0, -start), max(0, start)
    part = sound[..., skipped : skipped + mix.shape[-1] - start]
    mix[..., start : start + part.shape[-1]] += part


@lru_cache(maxsize=64)
def _room(t60: float, damping: float) -> Stereo:
    random = np.random.default_rng(7)
    length = to_samples(min(t60 * 0.9, 4.0))
    tail = random.standard_normal((2, length)) * decay(length, t60)
    bright = highpass(tail, 150.0)
    # High frequencies die first: a dull copy takes over from the bright one.
    dull, handover = lowpass(bright, damping), decay(length, t60 * 0.4)
    room = bright * handover * 0.5 + dull
    room[:, : to_samples(0.006)] = 0.0
    return np.asarray(room / np.sqrt(np.sum(room**2, axis=1, keepdims=True)))


def reverberate(sound: Stereo, t60: float, wet: float, damping: float = 4_000.0) -> Stereo:
    """Add a room made of decaying noise.

    Args:
        sound: Dry sound.
        t60: Seconds in which the room falls by 60 dB.
        wet: Level of the room beside the dry sound.
        damping: Hz above which the room dies faster.
    """
    if wet <= 0.0:
        return sound
    room = _room(round(t60, 1) or 0.1, damping)
    tail = signal.oaconvolve(sound, room, axes=-1)[:, : sound.shape[1]]
    return np.asarray(sound + wet * tail)


def echo(sound: Stereo, seconds: float, feedback: float) -> Stereo:
    """Repeats that change sides and get duller."""
    total, repeat, level = sound.copy(), sound, feedback
    for count in range(1, 5):
        repeat = lowpass(repeat[::-1], 4_500.0)
        place(total, level * repeat, count * to_samples(seconds))
        level *= feedback
    return total


def widen(sound: Stereo, width: float) -> Stereo:
    """Scale the difference of the sides.

    Args:
        sound: Both sides.
        width: 0 is mono, 1 as it is; above 1 a delayed copy makes a side where there is none.
    """
    middle, side = (sound[0] + sound[1]) / 2, (sound[0] - sound[1]) / 2
    if width > 1.0:
        late = fit_length(np.pad(highpass(middle, 250.0), (to_samples(0.011), 0)), len(middle))
        side = side + 0.35 * (width - 1.0) * late
    side = side * width
    return np.stack([middle + side, middle - side])
