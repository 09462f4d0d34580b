"""Does the clip play one piece over and over? A gate against sample-exact loops, which cost a generator nothing.

Raw is the largest normalised autocorrelation of the (differenced) waveform at lags of 0.1 to 0.75 s: 1 where a stretch
comes back sample for sample, whatever its gain. A held tone repeats as well, but then it does so at the lag of its
pitch already; so a repeat counts only where it is several times closer than the best one within 2 to 100 ms. The score
is 1 for a clip without such a repeat, 0 for an exact loop, and falls between on fixed ramps: a test, not a share.

Most clips are cleared by their envelope alone (``loop_free_screen``); their raw is 0.

Not heard: loops longer than 0.75 s (a bar of a drum machine may well repeat), loops with a change in every round, and
loops shorter than 0.1 s, which are tones. A beat of one sample that never changes is taken for a loop, as it is one.
"""

from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from audioforge.clips import Clips
from audioforge.rewards.base import Reward, RewardResult, masked
from audioforge.rewards.loop_free_screen import autocorrelation, energy_around, may_loop, running_total

PITCH_SECONDS, LOOP_SECONDS = (0.002, 0.1), (0.1, 0.75)
"""Lags at which a tone repeats, and those at which a loop does."""
HEARD_SECONDS = 10.0
"""A loop shows in the first seconds."""
LEAST_OVERLAP = 0.05
"""Share of the energy on both sides of a lag: less is a tail that resembles anything."""
EXACT = 2e-4
"""What an autocorrelation may lack of 1 and still be exact: lags are whole samples, periods aren't."""
CLOSE, CLOSER = (0.95, 0.98), (4.0, 8.0)
"""Ramps from no loop to loop: autocorrelation, and how many times closer than the repeat by pitch. Of 4 319 real clips
none passes the second with an autocorrelation above 0.9."""


class Repeats(NamedTuple):
    """How exactly a clip comes back, as normalised autocorrelations of at most 1.

    Attributes:
        loop: At the lags of a loop.
        pitch: At those of a pitch.
    """

    loop: float
    pitch: float


class LoopFree(Reward):
    """1 for clips without a sample-exact loop of 0.1 to 0.75 s, 0 for those with one."""

    name: ClassVar[str] = "loop_free"

    @override
    def score(self, clips: Clips) -> RewardResult:
        repeats = [self._judge(clips, index) for index in range(len(clips))]
        raw = torch.tensor([own[0] for own in repeats])
        score = torch.tensor([own[1] for own in repeats])
        lags = f"{LOOP_SECONDS[0]:g}-{LOOP_SECONDS[1]:g} s"
        return RewardResult(
            self.name, masked(raw, clips.status), masked(score, clips.status), clips.status, {"lags": lags}
        )

    def _judge(self, clips: Clips, index: int) -> tuple[float, float]:
        if not clips.status[index].ok:
            return float("nan"), float("nan")
        waveform, rate = clips.sounds.clip(index)
        repeats = closest_repeats(waveform.mean(0), rate)
        times_closer = (1 - repeats.pitch) / max(1 - repeats.loop, EXACT)
        return repeats.loop, 1 - _ramp(repeats.loop, *CLOSE) * _ramp(times_closer, *CLOSER)


def closest_repeats(waveform: Float[Tensor, " time"], sample_rate: int, *, screened: bool = True) -> Repeats:
    """How exactly the waveform comes back: at the lags of a loop, and at those of a pitch.

    Args:
        waveform: Mono; only the first ``HEARD_SECONDS`` are looked at.
        sample_rate: Hz.
        screened: Answer 0 and 0 where the envelope rules a loop out, at a twentieth of the cost.

    Returns:
        Two normalised autocorrelations, at most 1; 0 for lags beyond half the clip.
    """
    steps = np.diff(waveform[: round(HEARD_SECONDS * sample_rate)].float().cpu().numpy())
    if screened and not may_loop(steps, sample_rate, LOOP_SECONDS):
        return Repeats(0.0, 0.0)
    product = autocorrelation(steps, round(LOOP_SECONDS[1] * sample_rate))
    total = running_total(np.square(steps, dtype=np.float64))

    def closest(seconds: tuple[float, float]) -> float:
        low, high = (min(round(own * sample_rate), len(steps) // 2) for own in seconds)
        return _closest(product, total, slice(low, high))

    return Repeats(closest(LOOP_SECONDS), closest(PITCH_SECONDS))


def _closest(product: npt.NDArray[np.floating], total: npt.NDArray[np.float64], lags: slice) -> float:
    """The largest normalised product of those lags; ``total`` is the energy of all steps before each place."""
    if lags.stop <= lags.start:
        return 0.0
    head, tail = energy_around(total, lags)
    counted = np.minimum(head, tail) > LEAST_OVERLAP * total[-1]
    likeness = product[lags] / np.maximum(np.sqrt(head * tail), 1e-12)
    return float(np.clip(likeness * counted, 0, 1).max())


def _ramp(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))
