"""What a category's reference clips look like to one embedder: everything that a metric or reward asks of them.

Saved as ``<category>.safetensors`` (tensors) beside ``<category>.json`` (where they come from). A set belongs to the
fingerprint of its embedder and to the hash of its clips; it is refused by another embedder, and rebuilt in seconds.
"""

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import torch
from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from reward_models.checkpoints import CheckpointError
from reward_models.rank_calibration import RankCalibration
from reward_models.statistics import GaussianStats
from reward_models.typicality import KernelTypicality, MahalanobisTypicality

FORMAT = 1
KERNEL_SHARE = 0.5
"""Bandwidth of the typicality kernel as a share of the median distance; the figures are in
docs/rewards/style_consistency.md."""
LOPSIDED_SHARE = 0.3
"""A label with a larger share of the clips makes a set lopsided."""


@dataclass(frozen=True)
class MakeupRow:
    """Clips of one label and origin in a set.

    Attributes:
        label: Such as ``house drum loop``.
        origin: ``recording``, ``render`` or ``synthesis``.
        clips: How many.
        held_out: How many of them are for calibration.
        seconds: Of all of them.
    """

    label: str
    origin: str
    clips: int
    held_out: int
    seconds: float


@dataclass(frozen=True, eq=False)
class ReferenceSet:
    """One category's reference clips under one embedder.

    Attributes:
        category: Such as ``drums``.
        embedder: Name of the embedder.
        fingerprint: Of the embedder.
        data_hash: 16 hex digits over the clips' contents and splits, whatever their order.
        embedding: ``(n, dim)`` unit vectors of the clips (of a fixed sample where there are very many).
        held_out: ``(m, dim)`` unit vectors of the calibration clips, which are in none of the statistics.
        stats: Gaussian statistics of the clips' unit vectors.
        frame_stats: Gaussian statistics of the un-normalised window vectors.
        held_out_frame_distance: FAD between ``frame_stats`` and each held-out clip of two or more windows.
        makeup: What the set is made of.
    """

    category: str
    embedder: str
    fingerprint: str
    data_hash: str
    embedding: Float[Tensor, "n dim"]
    held_out: Float[Tensor, "m dim"]
    stats: GaussianStats
    frame_stats: GaussianStats
    held_out_frame_distance: Float[Tensor, " windowed"]
    makeup: tuple[MakeupRow, ...]

    @cached_property
    def bandwidth(self) -> float:
        """Median distance of two reference clips, in embedding units: the bandwidth of KAD."""
        distances = torch.pdist(self.embedding.double())
        return float(distances.quantile(0.5)) if len(distances) < 10_000_000 else float(distances.median())

    @cached_property
    def mahalanobis(self) -> MahalanobisTypicality:
        """Typicality by shrunk covariance."""
        return MahalanobisTypicality.of(self.stats)

    @cached_property
    def kernel(self) -> KernelTypicality:
        """Typicality by kernel mean."""
        return KernelTypicality(self.embedding.double(), self.bandwidth * KERNEL_SHARE)

    @cached_property
    def mahalanobis_rank(self) -> RankCalibration:
        """Rank of a Mahalanobis typicality among the held-out clips'."""
        return RankCalibration(self.mahalanobis(self.held_out))

    @cached_property
    def kernel_rank(self) -> RankCalibration:
        """Rank of a kernel typicality among the held-out clips'."""
        return RankCalibration(self.kernel(self.held_out))

    @cached_property
    def nearest_rank(self) -> RankCalibration:
        """Rank of a distance to the nearest reference clip among the held-out clips' own."""
        return RankCalibration(self.nearest_distance(self.held_out), floor=0.0)

    def nearest_distance(self, embedding: Float[Tensor, "batch dim"]) -> Float[Tensor, " batch"]:
        """Euclidean distance of each unit vector to the nearest reference clip's, in [0, 2]; NaN rows stay NaN."""
        distances = torch.cdist(
            embedding.double(), self.embedding.double(), compute_mode="donot_use_mm_for_euclid_dist"
        )
        nearest: Tensor = distances.min(1).values
        return nearest

    @property
    def summary(self) -> str:
        """What the set holds in a line, and a second one if it is lopsided."""
        origins: dict[str, int] = {}
        for row in self.makeup:
            origins[row.origin] = origins.get(row.origin, 0) + row.clips
        parts = ", ".join(f"{count} {origin}" for origin, count in sorted(origins.items()))
        line = (
            f"{self.category}: {self.stats.n} reference and {len(self.held_out)} held-out clips, "
            f"{len(self.makeup)} kinds, {sum(row.seconds for row in self.makeup):.0f} s ({parts}); "
            f"{self.embedder} {self.fingerprint}, clips {self.data_hash}"
        )
        return f"{line}\n  warning: {self.warning}" if self.warning else line

    @property
    def warning(self) -> str | None:
        """What is lopsided about the set's make-up, or None. A set of one kind of sound takes it for the category."""
        total = sum(row.clips for row in self.makeup)
        by_label: dict[str, int] = {}
        for row in self.makeup:
            by_label[row.label] = by_label.get(row.label, 0) + row.clips
        label, most = max(by_label.items(), key=lambda item: item[1])
        if most <= LOPSIDED_SHARE * total:
            return None
        return (
            f"{most} of the {total} clips of {self.category!r} are {label!r}: distances to this set favour that sound; "
            "add clips of other labels."
        )

    def save(self, folder: Path) -> None:
        """Writes ``<category>.safetensors`` and ``<category>.json`` into ``folder``, which is made where missing."""
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {
            "embedding": self.embedding.float(),
            "held_out": self.held_out.float(),
            "mean": self.stats.mean,
            "factor": _factor(self.stats),
            "frame_mean": self.frame_stats.mean,
            "frame_factor": _factor(self.frame_stats),
            "held_out_frame_distance": self.held_out_frame_distance.double(),
        }
        contiguous = {name: tensor.contiguous() for name, tensor in tensors.items()}
        save_file(contiguous, folder / f"{self.category}.safetensors")
        described = {
            "format": FORMAT,
            "category": self.category,
            "embedder": self.embedder,
            "fingerprint": self.fingerprint,
            "data_hash": self.data_hash,
            "n": self.stats.n,
            "n_frames": self.frame_stats.n,
            "makeup": [asdict(row) for row in self.makeup],
        }
        text = json.dumps(described, indent=1, ensure_ascii=False)
        (folder / f"{self.category}.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, category: str) -> "ReferenceSet":
        """Reads a saved set.

        Raises:
            CheckpointError: If a file is missing, damaged or of another format; the message names the rebuild command.
        """
        try:
            described = json.loads((folder / f"{category}.json").read_text(encoding="utf-8"))
            tensors = load_file(folder / f"{category}.safetensors")
            if described["format"] != FORMAT:
                raise ValueError(f"format {described['format']}, this version reads {FORMAT}")
            return cls(
                category=described["category"],
                embedder=described["embedder"],
                fingerprint=described["fingerprint"],
                data_hash=described["data_hash"],
                embedding=tensors["embedding"],
                held_out=tensors["held_out"],
                stats=_stats(described["n"], tensors["mean"], tensors["factor"]),
                frame_stats=_stats(described["n_frames"], tensors["frame_mean"], tensors["frame_factor"]),
                held_out_frame_distance=tensors["held_out_frame_distance"],
                makeup=tuple(MakeupRow(**row) for row in described["makeup"]),
            )
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"{folder / category} is no reference set ({error}): build it with `audioforge reference build`."
            ) from error


def _factor(stats: GaussianStats) -> Float[Tensor, "rank dim"]:
    """F with FᵀF the scatter, without its null directions: few clips in many dimensions take little room."""
    values, vectors = torch.linalg.eigh(stats.scatter)
    keep = values > values[-1] * 1e-10
    return torch.mul(vectors[:, keep], values[keep].sqrt()).T.float()


def _stats(n: int, mean: Tensor, factor: Tensor) -> GaussianStats:
    return GaussianStats(n, mean.double(), factor.double().T @ factor.double())
