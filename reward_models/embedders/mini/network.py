"""Audio tower of ``mini``: picture ``(mel, frame)`` → vector, a small residual network of convolutions.

A 5x5 stem and four stages, each halving time and frequency; frequency is then folded into channels, two wide temporal
blocks look over several seconds, and attention, mean and maximum over time are joined. 2.3 million parameters.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn


@dataclass(frozen=True)
class AudioTowerConfig:
    """Shape of the audio tower.

    Attributes:
        n_mels: Mel bands of the picture, a multiple of 16.
        channels: Channels of the stages.
        width: Channels after folding.
        heads: Attention heads of the pooling; divides ``width``.
        dim: Length of the vector.
    """

    n_mels: int = 64
    channels: tuple[int, ...] = (32, 64, 128, 256)
    width: int = 384
    heads: int = 4
    dim: int = 256


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, features: Float[Tensor, "window inputs mel frame"]) -> Float[Tensor, "window outputs m f"]:
        """The block's sum, rectified."""
        hidden = torch.relu(self.first_norm(self.first(features)))
        total: Tensor = self.second_norm(self.second(hidden)) + self.shortcut(features)
        return torch.relu(total)


class TemporalBlock(nn.Module):
    """A 7-frame depthwise convolution and a pointwise one beside a shortcut: rhythm and slow change."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(width, width, 7, padding=3, groups=width, bias=False)
        self.norm = nn.BatchNorm1d(width)
        self.pointwise = nn.Conv1d(width, width, 1)

    def forward(self, features: Float[Tensor, "window width frame"]) -> Float[Tensor, "window width frame"]:
        """The block's sum."""
        change: Tensor = self.pointwise(torch.relu(self.norm(self.depthwise(features))))
        return features + change


class PoolOverTime(nn.Module):
    """Attention pooling (each head over its own share of the channels), mean and maximum, side by side."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.attention = nn.Conv1d(width, heads, 1)

    def forward(self, features: Float[Tensor, "window width frame"]) -> Float[Tensor, "window triple"]:
        """``3 * width`` numbers a window."""
        weight = self.attention(features).softmax(dim=-1)
        shares = features.reshape(len(features), self.heads, -1, features.shape[-1])
        attended = torch.einsum("whcf,whf->whc", shares, weight).flatten(1)
        return torch.cat([attended, features.mean(-1), features.amax(-1)], dim=1)


class AudioTower(nn.Module):
    """Picture → un-normalised vector."""

    def __init__(self, config: AudioTowerConfig, *, dropout: float = 0.0) -> None:
        super().__init__()
        stem = config.channels[0]
        self.stem = nn.Sequential(nn.Conv2d(1, stem, 5, 2, 2, bias=False), nn.BatchNorm2d(stem), nn.ReLU())
        pairs = zip((stem, *config.channels[:-1]), config.channels, strict=True)
        self.stages = nn.ModuleList(
            ResidualBlock(inputs, outputs, 1 if index == 0 else 2) for index, (inputs, outputs) in enumerate(pairs)
        )
        folded = config.channels[-1] * (config.n_mels // 2 ** len(config.channels))
        self.fold = nn.Sequential(nn.Conv1d(folded, config.width, 1, bias=False), nn.BatchNorm1d(config.width))
        self.temporal = nn.Sequential(TemporalBlock(config.width), TemporalBlock(config.width))
        self.pool = PoolOverTime(config.width, config.heads)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(3 * config.width, config.dim)

    def stage_features(self, picture: Float[Tensor, "window mel frame"]) -> list[Float[Tensor, "window channel m f"]]:
        """Activations after each stage, early to late."""
        features = self.stem(picture[:, None].contiguous(memory_format=torch.channels_last))
        outputs = []
        for stage in self.stages:
            features = stage(features)
            outputs.append(features)
        return outputs

    def pooled(self, picture: Float[Tensor, "window mel frame"]) -> Float[Tensor, "window triple"]:
        """What the output layer sees: ``3 * width`` numbers a window."""
        features = self.stage_features(picture)[-1]
        folded = torch.relu(self.fold(features.flatten(1, 2)))
        pooled: Tensor = self.pool(self.temporal(folded))
        return pooled

    def forward(self, picture: Float[Tensor, "window mel frame"]) -> Float[Tensor, "window dim"]:
        """Un-normalised vector of each window."""
        vectors: Tensor = self.output(self.dropout(self.pooled(picture)))
        return vectors
