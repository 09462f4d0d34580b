"""Steps, guidance and sampler, imitated.

Nothing here samples a model. A diffusion sampler that stops early leaves noise and smear behind; guidance trades
variety for adherence and, too strong, saturates. The sketch imitates both, so that a policy meets the trade-offs it
would meet in earnest.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.random import Generator as Random
from scipy import signal

from audioforge.generators.sketch.envelopes import decay
from audioforge.generators.sketch.filters import high_shelf, lowpass
from audioforge.generators.sketch.levels import loudness
from audioforge.generators.sketch.noise import coloured
from audioforge.generators.sketch.timebase import Stereo, to_samples


class Sampler(NamedTuple):
    """How a sampler's leftovers behave.

    Attributes:
        pace: Steps in which the residue falls by a factor e.
        slope: dB an octave of its noise.
        smear: Seconds of blur.
        top: dB above 6 kHz.
    """

    pace: float
    slope: float
    smear: float
    top: float


SAMPLERS = {
    "pingpong": Sampler(pace=1.7, slope=-1.0, smear=0.03, top=0.0),
    "euler": Sampler(pace=2.7, slope=-3.0, smear=0.09, top=-1.5),
    "rk4": Sampler(pace=1.3, slope=-3.0, smear=0.06, top=-0.5),
    "dpmpp": Sampler(pace=1.5, slope=-2.0, smear=0.05, top=-3.0),
}
#: Residual noise beside the sound's loudness: after one step, and after very many.
_FIRST, _LAST = 0.9, 0.002


def residual(steps: int, sampler: str) -> float:
    """Level of the noise left behind, as a share of the sound's loudness; falls by a factor e every ``pace`` steps."""
    pace = SAMPLERS[sampler].pace
    return float(_LAST + (_FIRST - _LAST) * np.exp(-(steps - 1) / pace))


def leave_residue(sound: Stereo, steps: int, sampler: str, random: Random) -> Stereo:
    """Smear the sound and add noise, as an unfinished sampling would."""
    kind = SAMPLERS[sampler]
    share = residual(steps, sampler)
    level = loudness(sound)
    if share > 0.02:
        sound = _smear(sound, min(1.0, 1.1 * share), kind.smear * (1 + share), random)
    noise = np.stack([coloured(sound.shape[1], random, kind.slope) for _ in range(2)]) / 0.3
    shaped = high_shelf(sound, 6_000, kind.top) if kind.top else sound
    return shaped + share * level * noise


def _smear(sound: Stereo, share: float, t60: float, random: Random) -> Stereo:
    """Blur in time: part of the sound is replaced by its convolution with a burst of noise."""
    length = to_samples(2 * t60)
    burst = random.standard_normal((2, length)) * decay(length, 2 * t60)
    burst /= np.sqrt(np.sum(burst**2, axis=1, keepdims=True))
    blurred = signal.oaconvolve(sound, burst, axes=-1)[:, : sound.shape[1]]
    return (1 - share) * sound + share * lowpass(blurred, 9_000, order=1)


@dataclass(frozen=True)
class Guidance:
    """What a guidance scale does.

    Attributes:
        adherence: Share of the requested sound beside a bed that ignores the prompt, 0 to 1.
        detail: Factor on adjectives and on all but the main source, 0 to about 1.25.
        drive: Gain before saturation, 1 for none.
    """

    adherence: float
    detail: float
    drive: float

    @classmethod
    def of(cls, cfg_scale: float) -> "Guidance":
        """Loose below 1, good from 1 to 7, over-driven beyond."""
        return cls(
            adherence=float(1 - np.exp(-4.0 * cfg_scale)) if cfg_scale < 1.5 else 1.0,
            detail=float(np.interp(cfg_scale, (0.0, 0.5, 1.0, 3.0, 7.0, 15.0), (0.0, 0.45, 0.85, 1.0, 1.1, 1.25))),
            drive=float(1.0 + max(0.0, cfg_scale - 7.0) ** 1.3 * 0.35),
        )


def saturate(sound: Stereo, drive: float) -> Stereo:
    """Over-drive what too strong a guidance pushes; the result reaches full scale."""
    if drive <= 1.0:
        return sound
    level = loudness(sound) + 1e-9
    pushed = high_shelf(sound, 2_000, min(6.0, drive))
    return np.clip(np.tanh(pushed / level * 0.35 * drive) * 1.15, -1.0, 1.0)
