"""The musicnn network (J. Pons and X. Serra, 2019): timbral and temporal filters, three dense layers, two poolings.

Batch normalisations come *after* the rectifier here, so they can't be folded into the convolution before them: each is
stored as the scale and shift that it amounts to.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from typing_extensions import override

TIMBRAL_FILTERS = 204
TIMBRAL_HEIGHTS = (38, 67)
TIMBRAL_LENGTH = 7
TEMPORAL_FILTERS = 51
TEMPORAL_LENGTHS = (128, 64, 32)
FRONT_WIDTH = 2 * TIMBRAL_FILTERS + 3 * TEMPORAL_FILTERS
MIDDLE_WIDTH = 64
POOLED_WIDTH = FRONT_WIDTH + 3 * MIDDLE_WIDTH
PENULTIMATE_WIDTH = 200
TAGS = 50


class MusicnnOutput(NamedTuple):
    """What the network says of each window.

    Attributes:
        logits: One a tag.
        penultimate: Input of the last layer, the usual embedding.
        maximum: Of every feature over time.
        mean: Of every feature over time.
    """

    logits: Float[Tensor, "window tag"]
    penultimate: Float[Tensor, "window 200"]
    maximum: Float[Tensor, "window 753"]
    mean: Float[Tensor, "window 753"]


class Affine(nn.Module):
    """Scale and shift of each channel (the second axis): a batch normalisation at rest."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    @override
    def forward(self, hidden: Float[Tensor, "window channel *rest"]) -> Float[Tensor, "window channel *rest"]:
        shape = (-1, *(1,) * (hidden.ndim - 2))
        return hidden * self.scale.view(shape) + self.shift.view(shape)


class FrontBlock(nn.Module):
    """Convolution over (frame, mel), rectifier, normalisation, maximum over what is left of the mel axis.

    Args:
        filters: Channels.
        length: Frames that a filter spans; the output keeps the number of frames.
        height: Mel bands that a filter spans.
    """

    def __init__(self, filters: int, length: int, height: int) -> None:
        super().__init__()
        # TensorFlow's "same" puts the odd zero of an even filter at the end.
        self.pad = ((length - 1) // 2, length // 2)
        self.convolution = nn.Conv2d(1, filters, (length, height))
        self.norm = Affine(filters)

    @override
    def forward(self, log_mel: Float[Tensor, "window 1 frame mel"]) -> Float[Tensor, "window channel frame"]:
        padded = nn.functional.pad(log_mel, (0, 0, *self.pad))
        hidden = self.convolution(padded)
        # Rectifier and normalisation are monotone, so the maximum after them is that of an extreme before them:
        # of the minimum where the scale is negative. This spares three passes over the largest tensor.
        falling = (self.norm.scale < 0)[:, None]
        extreme = torch.where(falling, hidden.amin(3), hidden.amax(3))
        pooled: Tensor = self.norm(torch.relu(extreme))
        return pooled


class MiddleBlock(nn.Module):
    """Convolution over frames across all channels, rectifier, normalisation."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(width, MIDDLE_WIDTH, 7, padding=3)
        self.norm = Affine(MIDDLE_WIDTH)

    @override
    def forward(self, hidden: Float[Tensor, "window channel frame"]) -> Float[Tensor, "window 64 frame"]:
        normalised: Tensor = self.norm(torch.relu_(self.convolution(hidden)))
        return normalised


class MusicnnNetwork(nn.Module):
    """Log-mel windows → tags and features."""

    def __init__(self) -> None:
        super().__init__()
        self.input_norm = Affine(1)
        timbral = [FrontBlock(TIMBRAL_FILTERS, TIMBRAL_LENGTH, height) for height in TIMBRAL_HEIGHTS]
        temporal = [FrontBlock(TEMPORAL_FILTERS, length, 1) for length in TEMPORAL_LENGTHS]
        self.front = nn.ModuleList([*timbral, *temporal])
        self.middle = nn.ModuleList(MiddleBlock(width) for width in (FRONT_WIDTH, MIDDLE_WIDTH, MIDDLE_WIDTH))
        self.pooled_norm = Affine(2 * POOLED_WIDTH)
        self.dense = nn.Linear(2 * POOLED_WIDTH, PENULTIMATE_WIDTH)
        self.dense_norm = Affine(PENULTIMATE_WIDTH)
        self.output = nn.Linear(PENULTIMATE_WIDTH, TAGS)

    @override
    def forward(self, log_mel: Float[Tensor, "window frame mel"]) -> MusicnnOutput:
        """Tags and features of each window on its own."""
        normalised = self.input_norm(log_mel[:, None])
        front = torch.cat([block(normalised) for block in self.front], dim=1)
        first = self.middle[0](front)
        second = self.middle[1](first) + first
        third = self.middle[2](second) + second
        features = torch.cat([front, first, second, third], dim=1)
        maximum, mean = features.amax(2), features.mean(2)
        # The published network lays them out feature by feature: maximum, mean, maximum, mean, …
        pooled = torch.stack([maximum, mean], dim=2).flatten(1)
        penultimate = self.dense_norm(torch.relu(self.dense(self.pooled_norm(pooled))))
        return MusicnnOutput(self.output(penultimate), penultimate, maximum, mean)
