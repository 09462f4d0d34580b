"""Triangular mel filter banks in the two forms that LAION-CLAP was trained with.

``slaney`` (unfused checkpoints): Slaney's scale, linear below 1 kHz, each triangle of unit area, as librosa's default.
``htk`` (fused checkpoints): HTK's logarithmic scale, each triangle of unit height, as torchaudio's default.
"""

import math
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

MelScale = Literal["slaney", "htk"]

_SLANEY_HZ_PER_MEL = 200.0 / 3.0
_SLANEY_KNEE_HZ = 1_000.0
_SLANEY_KNEE_MEL = _SLANEY_KNEE_HZ / _SLANEY_HZ_PER_MEL
_SLANEY_LOG_STEP = math.log(6.4) / 27.0


def mel_filters(
    bins: int, mels: int, *, sample_rate: int, low: float, high: float, scale: MelScale
) -> Float[Tensor, "bin mel"]:
    """Weights that sum a power spectrum into mel bands.

    Args:
        bins: Frequency bins from 0 Hz to half the sample rate, both included.
        mels: Bands.
        sample_rate: Hz.
        low: Lower edge of the lowest band in Hz.
        high: Upper edge of the highest band in Hz.
        scale: Which of the two forms.

    Returns:
        Float64, at least 0.
    """
    edges = _hertz(torch.linspace(_mel(low, scale), _mel(high, scale), mels + 2, dtype=torch.float64), scale)
    frequency = torch.linspace(0, sample_rate // 2, bins, dtype=torch.float64)[:, None]
    rising = (frequency - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequency) / (edges[2:] - edges[1:-1])
    triangles = torch.minimum(rising, falling).clamp_min(0)
    return triangles * (2.0 / (edges[2:] - edges[:-2])) if scale == "slaney" else triangles


def _mel(hertz: float, scale: MelScale) -> float:
    if scale == "htk":
        return 2595.0 * math.log10(1.0 + hertz / 700.0)
    if hertz < _SLANEY_KNEE_HZ:
        return hertz / _SLANEY_HZ_PER_MEL
    return _SLANEY_KNEE_MEL + math.log(hertz / _SLANEY_KNEE_HZ) / _SLANEY_LOG_STEP


def _hertz(mel: Float[Tensor, " edge"], scale: MelScale) -> Float[Tensor, " edge"]:
    if scale == "htk":
        return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    logarithmic = _SLANEY_KNEE_HZ * torch.exp(_SLANEY_LOG_STEP * (mel - _SLANEY_KNEE_MEL))
    return torch.where(mel < _SLANEY_KNEE_MEL, mel * _SLANEY_HZ_PER_MEL, logarithmic)
