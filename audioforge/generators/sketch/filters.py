"""Filters with fixed and with moving corner frequencies; all frequencies in Hz."""

# Arithmetic on shape-annotated numpy arrays is Any to mypy.
# mypy: disable-error-code="no-any-return"

from functools import lru_cache

import numpy as np
from jaxtyping import Float
from scipy import fft, signal

from audioforge.generators.sketch.timebase import SAMPLE_RATE, Mono

Sound = Float[np.ndarray, "*channel time"]
_FRAME, _HOP = 1024, 512


@lru_cache(maxsize=512)
def _butterworth(kind: str, order: int, *corners: float) -> Float[np.ndarray, "section 6"]:
    corner = corners[0] if len(corners) == 1 else corners
    return np.asarray(signal.butter(order, corner, kind, fs=SAMPLE_RATE, output="sos"))


def _corner(hz: float) -> float:
    # Rounded to 1/24 octave, so that random corners share cached designs.
    steps = round(float(np.log2(np.clip(hz, 15.0, 19_000.0))) * 24)
    return float(2.0 ** (steps / 24))


def lowpass(sound: Sound, hz: float, order: int = 2) -> Sound:
    """Keep what is below."""
    return np.asarray(signal.sosfilt(_butterworth("lowpass", order, _corner(hz)), sound))


def highpass(sound: Sound, hz: float, order: int = 2) -> Sound:
    """Keep what is above."""
    return np.asarray(signal.sosfilt(_butterworth("highpass", order, _corner(hz)), sound))


def bandpass(sound: Sound, low: float, high: float, order: int = 1) -> Sound:
    """Keep what is between."""
    low, high = _corner(low), max(_corner(high), _corner(low) * 1.06)
    return np.asarray(signal.sosfilt(_butterworth("bandpass", order, low, high), sound))


def resonance(sound: Sound, hz: float, width: float) -> Sound:
    """Peak at ``hz`` that is ``width`` Hz wide, unit gain at the peak."""
    return bandpass(sound, max(hz - width / 2, hz * 0.5), hz + width / 2)


def high_shelf(sound: Sound, hz: float, gain_db: float) -> Sound:
    """Raise or lower what is above, first order."""
    return sound + (10 ** (gain_db / 20) - 1.0) * highpass(sound, hz, order=1)


def low_shelf(sound: Sound, hz: float, gain_db: float) -> Sound:
    """Raise or lower what is below, first order."""
    return sound + (10 ** (gain_db / 20) - 1.0) * lowpass(sound, hz, order=1)


@lru_cache(maxsize=1)
def _window() -> Float[np.ndarray, " frame"]:
    # Used on the way in and on the way out; its square overlaps to 1 at half a frame.
    return np.sqrt(signal.get_window("hann", _FRAME)).astype(np.float32)


def moving_band(sound: Mono, centre: Float[np.ndarray, " knot"], octaves: float, skirt: float = 0.0) -> Mono:
    """Band-pass whose centre moves along the sound.

    Args:
        sound: What to filter.
        centre: Hz, any number of values spread evenly over the sound.
        octaves: Width, as standard deviation of a Gaussian over log-frequency.
        skirt: Gain in [0, 1] of what is below the band, 1 for a low-pass.
    """
    frames = _frames(sound)
    at = np.interp(np.linspace(0, 1, len(frames)), np.linspace(0, 1, len(centre)), np.log2(np.clip(centre, 15, 20_000)))
    bins = np.log2(np.fft.rfftfreq(_FRAME, 1 / SAMPLE_RATE) + 10.0).astype(np.float32)
    distance = (bins[None, :] - at[:, None].astype(np.float32)) / np.float32(octaves)
    gain = np.exp(np.float32(-0.5) * distance**2)
    if skirt > 0:
        gain = np.where(distance < 0, np.maximum(gain, np.float32(skirt)), gain)
    return _overlap(fft.irfft(fft.rfft(frames) * gain), len(sound))


def _frames(sound: Mono) -> Float[np.ndarray, "frame sample"]:
    padded = np.pad(sound.astype(np.float32), (_FRAME, _FRAME))
    return np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP] * _window()


def _overlap(frames: Float[np.ndarray, "frame sample"], length: int) -> Mono:
    total = np.zeros((len(frames) - 1) * _HOP + _FRAME)
    parts = _FRAME // _HOP
    weighted = frames * _window()
    for part in range(parts):
        # Frames `parts` apart do not overlap: lay them end to end in one go.
        row = weighted[part::parts].reshape(-1)
        total[part * _HOP : part * _HOP + len(row)] += row
    return total[_FRAME : _FRAME + length]
