"""The outline of a waveform: few enough bytes that a page can draw thousands."""

from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

BINS = 96
FULL_SCALE = 100


def waveform_peaks(clip: Float[Tensor, "channel time"]) -> bytes:
    """Peak of each of ``BINS`` equal stretches of a clip, all channels together.

    Returns:
        ``BINS`` bytes from 0 to ``FULL_SCALE`` (1.0 and beyond); zeros where there are no samples.
    """
    if clip.numel() == 0:
        return bytes(BINS)
    level = clip.detach().cpu().abs().amax(0).nan_to_num(0.0, posinf=1.0)
    if len(level) < BINS:
        level = level.repeat_interleave(-(-BINS // len(level)))
    edges = torch.linspace(0, len(level), BINS + 1).round().long().tolist()
    peaks = [float(level[start:end].max()) for start, end in pairwise(edges)]
    return bytes(min(FULL_SCALE, round(peak * FULL_SCALE)) for peak in peaks)


def waveform_points(peaks: bytes, width: float = 480.0, height: float = 48.0) -> str:
    """The outline as ``points`` of an SVG polygon, mirrored about the middle."""
    step = width / max(1, len(peaks) - 1)
    half = [max(0.4, peak / FULL_SCALE * height / 2) for peak in peaks]
    upper = [f"{i * step:.1f},{height / 2 - own:.1f}" for i, own in enumerate(half)]
    lower = [f"{i * step:.1f},{height / 2 + own:.1f}" for i, own in reversed(list(enumerate(half)))]
    return " ".join([*upper, *lower])
