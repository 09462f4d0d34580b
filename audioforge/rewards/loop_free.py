"""Does the clip play one piece over and over? A gate against sample-exact loops, which cost a generator nothing.

Raw is the largest normalised autocorrelation of the (differenced) waveform at lags of 0.1 to 0.75 s: 1 where a stretch
comes back sample for sample, whatever its gain. A held tone repeats as well, but then it does so at the lag of its
pitch already; so a repeat counts only where it is several times closer than the best one within 2 to 100 ms. The score
is 1 for a clip without such a repeat, 0 for an exact loop, and falls between on fixed ramps: a test, not a share.

Not heard: loops longer than 0.75 s (a bar of a drum machine may well repeat), loops with a change in every round, and
loops shorter than 0.1 s, which are tones. A beat of one sample that never changes is taken for a loop, as it is one.
"""

from typing import ClassVar

import torch
from jaxtyping import Float
from scipy.fft import next_fast_len
from torch import Tensor
from typing_extensions import override

from audioforge.clips import Clips
from audioforge.rewards.base import Reward, RewardResult, masked

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
        loop, pitch = closest_repeats(clips.audio.clip(index).mean(0), clips.audio.sample_rate)
        times_closer = (1 - pitch) / max(1 - loop, EXACT)
        return loop, 1 - _ramp(loop, *CLOSE) * _ramp(times_closer, *CLOSER)


def closest_repeats(waveform: Float[Tensor, " time"], sample_rate: int) -> tuple[float, float]:
    """How exactly the waveform comes back: at the lags of a loop, and at those of a pitch.

    Args:
        waveform: Mono; only the first ``HEARD_SECONDS`` are looked at.
        sample_rate: Hz.

    Returns:
        Two normalised autocorrelations, at most 1; 0 for lags beyond half the clip.
    """
    heard = waveform[: round(HEARD_SECONDS * sample_rate)]
    steps = heard.float().diff()
    # Padded for the lags that are asked for; those beyond would wrap around.
    size = next_fast_len(len(steps) + round(LOOP_SECONDS[1] * sample_rate), real=True)
    spectrum = torch.fft.rfft(steps, size)
    product = torch.fft.irfft(spectrum.real.square() + spectrum.imag.square(), size)
    energy = torch.nn.functional.pad(steps.double().square().cumsum(0), (1, 0))

    def closest(seconds: tuple[float, float]) -> float:
        low, high = (min(round(own * sample_rate), len(steps) // 2) for own in seconds)
        lags = torch.arange(low, high)
        if not len(lags):
            return 0.0
        head, tail = energy[len(steps) - lags], energy[-1] - energy[lags]
        counted = torch.minimum(head, tail) > LEAST_OVERLAP * energy[-1]
        likeness = product[lags] / (head * tail).sqrt().clamp_min(1e-12)
        return float((likeness * counted).clamp(0, 1).max())

    return closest(LOOP_SECONDS), closest(PITCH_SECONDS)


def _ramp(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))
