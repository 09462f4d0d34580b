"""``fidelity``: an embedder that hears *how* a clip sounds rather than *what* sounds: noise, holes, dullness, clipping.

Embedders that were trained for meaning learn to overlook damage. This small CNN was trained to do the opposite: to tell
kinds and degrees of damage apart (``training/fit_fidelity.py``). Its vector is a linear map of statistics over time, of
the log-mel picture per band, of every stage's activations per frequency region, and of three finer views of the window
(``fidelity_details``): damage shows in texture more than in events, and early layers still hold what late ones have
learned to overlook.

Two such networks, trained on different damage, look at the same pictures and their vectors are put one after the other:
where both were wrong they were seldom wrong alike, and a network costs a tenth of the front ends.

Conventions: mono at 32 kHz, of which nothing above 14 kHz is heard (see ``HEARD_BANDS``), windows of 3 s half
overlapping, short clips tiled, each window relative to its own peak: level is not heard, and neither is the stereo
image.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn
from typing_extensions import override

from reward_models.checkpoints import CheckpointError, fingerprint, load_config
from reward_models.embedders.base import Embedder
from reward_models.embedders.fidelity_details import DETAILS, FidelityDetails
from reward_models.embedders.mini.front_end import FrontEndConfig, LogMel
from reward_models.embedders.stored_network import with_weights

FORMAT = "fidelity-4"
FILES = ("model.safetensors", "second.safetensors")
"""Of the networks; a checkpoint may have the first alone."""
FRONT_END = FrontEndConfig(
    sample_rate=32_000, n_fft=1024, hop_length=320, n_mels=80, f_min=40.0, f_max=15_900.0, window_seconds=3.0
)
WIDTHS = (16, 32, 48, 64)
SIZES = ((5, 7), (3, 3), (3, 3), (3, 3))
STRIDES = ((2, 4), (2, 1), (2, 1), (2, 2))
"""Of kernels, in mel bands and frames, per stage."""
HEARD_BANDS = 76
"""Bands above 14 kHz are blanked: whether they hold anything tells of resampling filters and codecs, not of damage.
With them, white noise made at 32 kHz was found out and white noise made at 44.1 kHz was not."""
REGIONS = 5
"""Frequency regions in which a stage's activations are summarised."""
BAND_STATISTICS = 7
FARTHEST = 5.0
"""Standard deviations that a feature may stray: what was never met in training should not explode."""
DIM = 192
"""Of each network's vector."""
WINDOWS_AT_ONCE = {"cpu": 2}
"""Windows that the front ends look at together, by kind of device (elsewhere all): more don't fit a CPU's cache, and
take longer each. Vectors don't depend on it."""


class FidelityNetwork(nn.Module):
    """Picture and details → un-normalised vector: statistics of four strided convolutions join in, one linear layer."""

    def __init__(self) -> None:
        super().__init__()
        ins = (1, *WIDTHS[:-1])
        self.stages = nn.ModuleList(
            _stage(narrow, wide, size, stride)
            for narrow, wide, size, stride in zip(ins, WIDTHS, SIZES, STRIDES, strict=True)
        )
        features = BAND_STATISTICS * FRONT_END.n_mels + 2 * REGIONS * sum(WIDTHS) + DETAILS
        self.standardise = nn.BatchNorm1d(features, affine=False)
        self.project = nn.Sequential(nn.Dropout(0.2), nn.Linear(features, DIM))

    def statistics(self, picture: Float[Tensor, "window mel frame"]) -> Float[Tensor, "window feature"]:
        """Statistics of the picture, and mean and standard deviation of every stage: 2160 numbers a window."""
        picture = nn.functional.pad(picture[:, :HEARD_BANDS], (0, 0, 0, picture.shape[1] - HEARD_BANDS))
        hidden, pooled = picture[:, None], band_statistics(picture)
        for stage in self.stages:
            hidden = stage(hidden)
            pooled += region_statistics(hidden)
        return torch.cat(pooled, dim=1)

    @override
    def forward(
        self, picture: Float[Tensor, "window mel frame"], details: Float[Tensor, "window detail"]
    ) -> Float[Tensor, "window dim"]:
        features = self.standardise(torch.cat([self.statistics(picture), details], dim=1))
        vector: Tensor = self.project(features.clamp(-FARTHEST, FARTHEST))
        return vector


def _stage(narrow: int, wide: int, size: tuple[int, int], stride: tuple[int, int]) -> nn.Sequential:
    padding = (size[0] // 2, size[1] // 2)
    return nn.Sequential(
        nn.Conv2d(narrow, wide, size, stride, padding, bias=False), nn.BatchNorm2d(wide), nn.ReLU(inplace=True)
    )


def band_statistics(picture: Float[Tensor, "window mel frame"]) -> list[Float[Tensor, "window mel"]]:
    """Per band over time: level, spread, roughness at 10 and 40 ms, curvature, contrast to the next band, emptiness."""
    step, mean = picture.diff(dim=2), picture.mean(2, keepdim=True)
    return [
        mean[:, :, 0],
        _spread(picture, mean, 2),
        step.abs().mean(2),
        (picture[:, :, 4:] - picture[:, :, :-4]).abs().mean(2),
        step.diff(dim=2).abs().mean(2),
        nn.functional.pad(picture.diff(dim=1).abs().mean(2), (0, 1)),
        (picture <= 0).float().mean(2),
    ]


def region_statistics(hidden: Float[Tensor, "window channel band frame"]) -> list[Float[Tensor, "window feature"]]:
    """Mean and standard deviation of each channel over each region of frequency and all of time."""
    window, channel, band, frame = hidden.shape
    # Channels last, as the convolutions leave them: no copy.
    regions = hidden.permute(0, 2, 3, 1).reshape(window, REGIONS, band // REGIONS * frame, channel)
    mean = regions.mean(2, keepdim=True)
    return [part.transpose(1, 2).flatten(1) for part in (mean[:, :, 0], _spread(regions, mean, 2))]


def _spread(values: Float[Tensor, "..."], mean: Float[Tensor, "..."], dim: int) -> Float[Tensor, "..."]:
    """Standard deviation over ``dim``, at least 1e-4; in half the time of ``torch.var``."""
    return (values - mean).square().mean(dim).clamp_min(1e-8).sqrt()


class FidelityEmbedder(Embedder):
    """The shipped embedder of sound fidelity.

    Args:
        networks: With their weights.
        fingerprint: Of the checkpoint.
        device: Where to run.
    """

    name = "fidelity"
    sample_rate = FRONT_END.sample_rate
    window_seconds = FRONT_END.window_seconds
    hop_seconds: float | None = FRONT_END.window_seconds / 2

    def __init__(
        self, networks: Sequence[FidelityNetwork], fingerprint: str, device: str | torch.device = "cpu"
    ) -> None:
        self.device = torch.device(device)
        self.fingerprint, self.dim = fingerprint, DIM * len(networks)
        self.networks = nn.ModuleList(networks).to(self.device).eval().requires_grad_(False)
        self.networks.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # a third faster on a CPU
        self.front_end, self.details = LogMel(FRONT_END).to(self.device), FidelityDetails().to(self.device)

    @classmethod
    def load(cls, folder: Path, device: str | torch.device = "cpu") -> "FidelityEmbedder":
        """Reads ``config.json`` and the files of its networks.

        Raises:
            CheckpointError: If a file is missing, damaged or of another format; the message says how to remake it.
        """
        config = load_config(folder)
        if config.get("format") != FORMAT or config.get("networks") not in (1, 2):
            raise CheckpointError(
                f"{folder / 'config.json'} is not of format {FORMAT!r}: remake it with training/fit_fidelity.py."
            )
        files = FILES[: int(str(config["networks"]))]
        networks = [with_weights(FidelityNetwork(), folder, "training/fit_fidelity.py", file=own) for own in files]
        return cls(networks, fingerprint(folder), device)

    @override
    def embed_windows(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window dim"]:
        chunks = torch.split(windows, WINDOWS_AT_ONCE.get(windows.device.type, max(1, len(windows))))
        looked_at = [(self.front_end(chunk), self.details(chunk)) for chunk in chunks]
        picture, details = (torch.cat(parts) for parts in zip(*looked_at, strict=True))
        return torch.cat([network(picture, details) for network in self.networks], dim=1)
