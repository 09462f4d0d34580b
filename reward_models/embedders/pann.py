"""PANN: embeddings of general sound, trained by others on AudioSet's labels.

``Cnn14`` of Q. Kong et al., "PANNs: Large-Scale Pretrained Audio Neural Networks for Audio Pattern Recognition", IEEE
TASLP 28, 2020 (weights CC BY 4.0), as the package frechet-audio-distance uses it: the 2048 numbers before the
classifier. Two of the published files are read, for 32 kHz and for 16 kHz.

The mel filters come from the weight file: at 32 kHz it was trained up to 14 kHz, though the package's own arguments
say 16 kHz. Conventions that differ from the package: windows of 10 s (the length of AudioSet's clips) whose vectors
are averaged, where the package hears a clip of any length at once; a shorter clip is tiled.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn
from typing_extensions import override

from reward_models.checkpoints import CheckpointError
from reward_models.embedders.base import Embedder
from reward_models.embedders.clap.front_end import FrontEndConfig, LogMel
from reward_models.embedders.published_weights import PublishedWeights, find_weights, read_pickled, tensors_fingerprint

WINDOW_SECONDS = 10.0
MELS = 64
BLOCKS = 6
_URL = "https://zenodo.org/record/3987831/files/"
_MEL_MATRIX = "logmel_extractor.melW"
_KEPT = re.compile(r"(conv_block\d\.|bn0\.|fc1\.)")


@dataclass(frozen=True)
class Variant:
    """One published file and the front end it was trained behind."""

    name: str
    published: PublishedWeights
    sample_rate: int
    n_fft: int
    hop_length: int


# The names hold what a browser shows as "="; frechet-audio-distance stores them so.
_FULL = PublishedWeights("Cnn14_mAP%3D0.431.pth", f"{_URL}Cnn14_mAP%3D0.431.pth", "327 MB")
_NARROW = PublishedWeights("Cnn14_16k_mAP%3D0.438.pth", f"{_URL}Cnn14_16k_mAP%3D0.438.pth", "327 MB")
VARIANTS = {
    variant.name: variant
    for variant in (Variant("pann", _FULL, 32_000, 1024, 320), Variant("pann-16k", _NARROW, 16_000, 512, 160))
}


class _Block(nn.Module):
    def __init__(self, narrow: int, wide: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(narrow, wide, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(wide, wide, 3, padding=1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(wide), nn.BatchNorm2d(wide)

    @override
    def forward(self, hidden: Tensor) -> Tensor:
        hidden = torch.relu_(self.bn1(self.conv1(hidden)))
        return torch.relu_(self.bn2(self.conv2(hidden)))


class PannNetwork(nn.Module):
    """Log-mel pictures → vectors; sizes are read off the weights.

    Args:
        weights: Of the published file's names.
    """

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.bn0 = nn.BatchNorm2d(len(weights["bn0.weight"]))
        for number in range(1, BLOCKS + 1):
            wide, narrow = weights[f"conv_block{number}.conv1.weight"].shape[:2]
            self.add_module(f"conv_block{number}", _Block(narrow, wide))
        wide, narrow = weights["fc1.weight"].shape
        self.fc1 = nn.Linear(narrow, wide)

    @override
    def forward(self, log_mel: Float[Tensor, "window frame mel"]) -> Float[Tensor, "window dim"]:
        hidden = self.bn0(log_mel[:, None].transpose(1, 3)).transpose(1, 3)
        for number in range(1, BLOCKS + 1):
            hidden = self.get_submodule(f"conv_block{number}")(hidden)
            hidden = nn.functional.avg_pool2d(hidden, 2) if number < BLOCKS else hidden
        over_time = hidden.mean(3)
        vectors: Tensor = torch.relu(self.fc1(over_time.amax(2) + over_time.mean(2)))
        return vectors


class PannEmbedder(Embedder):
    """Cnn14 as published.

    Args:
        weights: Of a published file.
        variant: Which file.
        device: Torch device.

    Raises:
        CheckpointError: If a tensor is missing or has another shape.
    """

    window_seconds = WINDOW_SECONDS

    def __init__(self, weights: Mapping[str, Tensor], variant: Variant, device: str = "cpu") -> None:
        own = {key: value for key, value in weights.items() if _KEPT.match(key)}
        try:
            network, filters = PannNetwork(own), weights[_MEL_MATRIX].float()
            network.load_state_dict(own)
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise CheckpointError(f"these are no weights of Cnn14 ({reason}): use {variant.published.file}.") from error
        if len(filters) != variant.n_fft // 2 + 1:
            raise CheckpointError(
                f"these weights hear {len(filters)} frequencies, {variant.published.file} hears "
                f"{variant.n_fft // 2 + 1}: they belong to another sample rate."
            )
        self.name = variant.name
        self.sample_rate = variant.sample_rate
        self.dim = network.fc1.out_features
        self.device = torch.device(device)
        self.fingerprint = tensors_fingerprint({**own, _MEL_MATRIX: filters}, extra=f"pann-1-{self.sample_rate}")
        self.network = network.to(self.device).eval().requires_grad_(False)
        self._front_end = _front_end(variant, filters).to(self.device)

    @classmethod
    def load(cls, name: str = "pann", device: str = "cpu") -> "PannEmbedder":
        """Loads published weights.

        Args:
            name: Path of the file, or ``pann`` or ``pann-16k`` for those in torch's hub folder.
            device: Torch device.

        Raises:
            CheckpointError: If they aren't here or are damaged; says where to get them.
        """
        variant = VARIANTS["pann-16k" if "16k" in Path(name).name else "pann"]
        return cls(read_pickled(find_weights(name, variant.published)), variant, device)

    @override
    def embed_windows(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window dim"]:
        vectors: Tensor = self.network(self._front_end(windows))
        return vectors


def _front_end(variant: Variant, filters: Float[Tensor, "bin mel"]) -> LogMel:
    half = variant.sample_rate / 2
    settings = (variant.sample_rate, WINDOW_SECONDS, variant.n_fft, variant.hop_length, MELS, 50.0, half)
    front_end = LogMel(FrontEndConfig(*settings, scale="slaney"))
    front_end.filters = filters
    return front_end
