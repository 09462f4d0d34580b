"""What set metrics compare with: the shipped reference sets, or a folder of the user's clips."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.audio_files import AUDIO_SUFFIXES, audio_files
from audioforge.benchmark.entries import BenchmarkError
from audioforge.benchmark.judging import file_hash
from audioforge.clips import gather_clips
from audioforge.reference_sets import ReferenceLibrary
from audioforge.reports.benchmark_report import ALL
from audioforge.scoring.file_batches import file_batches
from audioforge.targets import CATEGORIES
from reward_models.embedders.base import Embedder


@dataclass(frozen=True, eq=False)
class References:
    """Reference clips under one embedder.

    Attributes:
        embedder: Its name.
        by_category: Category → ``(n, dim)``; ``all`` holds clips of no category.
        hashes: Category → hash of the clips.
    """

    embedder: str
    by_category: Mapping[str, Float[Tensor, "n dim"]]
    hashes: Mapping[str, str]

    def of(self, category: str, categories: Sequence[str]) -> Float[Tensor, "n dim"] | None:
        """The clips of a category; for ``all`` those of all ``categories`` and of none. None if there aren't any."""
        wanted = (*categories, ALL) if category == ALL else (category,)
        found = [self.by_category[name] for name in wanted if name in self.by_category]
        return torch.cat(found) if found else None


def shipped_references(embedder: Embedder) -> References:
    """The reference sets that rewards use, without the clips held out for their calibration."""
    library = ReferenceLibrary(embedder)
    sets = {category: own for category in CATEGORIES if (own := library[category]) is not None}
    return References(
        embedder.name,
        {name: own.embedding for name, own in sets.items()},
        {name: own.data_hash for name, own in sets.items()},
    )


def folder_references(
    folder: Path, embedders: Sequence[Embedder], on_embedded: Callable[[int], None] = lambda count: None
) -> list[References]:
    """Clips of a folder under each embedder; a subfolder named after a category holds that category's clips.

    Raises:
        BenchmarkError: If there is no clip that can be embedded.
    """
    groups: dict[str, list[Path]] = {}
    for path in reference_files(folder):
        first = path.relative_to(folder).parts[0]
        groups.setdefault(first if first in CATEGORIES else ALL, []).append(path)
    vectors: dict[str, list[Tensor]] = {
        name: _embedded(paths, embedders, on_embedded) for name, paths in groups.items()
    }
    hashes = {name: _hash(paths) for name, paths in groups.items()}
    return [
        References(own.name, {name: vectors[name][place] for name in groups}, hashes)
        for place, own in enumerate(embedders)
    ]


def reference_files(folder: Path) -> list[Path]:
    """Audio files below a folder, sorted.

    Raises:
        BenchmarkError: If there are none.
    """
    found = audio_files(folder)
    if not found:
        raise BenchmarkError(f"--reference {folder}: no clips there ({', '.join(AUDIO_SUFFIXES)}).")
    return found


def _embedded(paths: Sequence[Path], embedders: Sequence[Embedder], done: Callable[[int], None]) -> list[Tensor]:
    parts: list[list[Tensor]] = [[] for _ in embedders]
    for rows in file_batches(paths):
        clips = gather_clips([paths[row] for row in rows])
        bad = next((own for own in clips.status if not own.ok), None)
        if bad is not None:
            raise BenchmarkError(f"a reference can't be used: {bad}.")
        for place, embedder in enumerate(embedders):
            parts[place].append(clips.embedding(embedder).float().cpu())
        done(len(clips))
    return [torch.cat(own) for own in parts]


def _hash(paths: Sequence[Path]) -> str:
    return hashlib.sha256(" ".join(sorted(map(file_hash, paths))).encode()).hexdigest()[:16]
