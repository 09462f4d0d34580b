"""Whether the content of a clip can be judged at all: a status with the mend, never a score."""

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.status import OK, ClipStatus, Status
from reward_models.audio import is_finite

MIN_SECONDS = 0.05
"""Shorter clips hold too few periods to be judged."""
SILENCE_PEAK = 1e-4
"""Peak below -80 dBFS counts as silence: under the quantisation noise of 14 bits."""
CANCELLED_SHARE = 1e-3
"""Of the channels' peak: what of a clip is left in mono after a codec, where one channel is the other upside down."""
CLIPPED_SHARE = 0.25
"""A clip that sits at its ceiling for a quarter of its samples is a square wave, not music mastered loud (which stays
below 0.05 on commercial masters)."""
CEILING = 0.999


def content_status(clip: Float[Tensor, "channel time"], sample_rate: int, name: str) -> ClipStatus:
    """Whether one clip is finite, long enough, audible, and no square wave.

    Args:
        clip: Its samples, full scale [-1, 1].
        sample_rate: Hz.
        name: What the reason calls it.
    """
    seconds = clip.shape[1] / sample_rate
    if not is_finite(clip):
        return ClipStatus(Status.NON_FINITE, f"{name} has NaN or infinite samples: mend its source")
    if seconds < MIN_SECONDS:
        return ClipStatus(Status.TOO_SHORT, f"{name} lasts {seconds:.3f} s: give at least {MIN_SECONDS} s")
    low, high = clip.aminmax(dim=1)
    mean = clip.mean(1)
    peak = float(torch.maximum(high - mean, mean - low).max())
    if peak < SILENCE_PEAK:
        return ClipStatus(Status.SILENT, f"{name} is silent (peak below -80 dBFS): check its source")
    if len(clip) > 1 and float((clip.mean(0) - clip.mean()).abs().max()) < max(SILENCE_PEAK, CANCELLED_SHARE * peak):
        return ClipStatus(Status.SILENT, f"{name} cancels in mono, in which it is judged: turn the phase of a channel")
    share = 0.0
    if max(float(high.max()), -float(low.min())) >= CEILING:
        share = float((clip.abs() >= CEILING).float().mean())
    if share >= CLIPPED_SHARE:
        reason = f"{name} is clipped ({share:.0%} of its samples at full scale): lower its gain before it is cut"
        return ClipStatus(Status.CLIPPED, reason)
    return OK
