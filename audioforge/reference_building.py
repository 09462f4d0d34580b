"""Builds a category's :class:`~reward_models.reference.ReferenceSet` from its clips, as a stream, in constant memory.

Statistics are of every clip of the ``reference`` split; ``calibration`` clips are only ever measured against them. Of
the embeddings themselves at most ``MAX_KEPT`` are kept: those whose content hash is smallest, a fixed random sample
that does not depend on the order of the stream.
"""

import hashlib
from bisect import insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.data_files import DataError
from audioforge.metrics.frechet import frechet_distance
from audioforge.reference_clips import ReferenceClip, load_reference_clips
from audioforge.reference_folder import read_reference_folder
from audioforge.targets import CATEGORIES
from reward_models.audio import AudioBatch
from reward_models.embedders.base import Embedder
from reward_models.rank_calibration import MIN_HELD_OUT
from reward_models.reference import MakeupRow, ReferenceSet
from reward_models.statistics import GaussianStats

MAX_KEPT = 4096
"""Embeddings kept of a split; beyond them nearest neighbours and kernels use the sample."""
MIN_REFERENCES = 3
"""Fewest reference clips that have a shape at all; useful sets have tens."""
BATCH = 16


class ReferenceBuilder:
    """Takes in a category's clips batch by batch.

    Args:
        category: Such as ``drums``.
        embedder: Whose view of the clips is kept.
    """

    def __init__(self, category: str, embedder: Embedder) -> None:
        self.category = category
        self.embedder = embedder
        self._stats = GaussianStats.empty(embedder.dim)
        self._frame_stats = GaussianStats.empty(embedder.dim)
        self._references = _SmallestHashes(embedder.dim)
        self._held_out = _SmallestHashes(embedder.dim)
        self._held_out_frames: list[Tensor] = []
        self._hash = 0
        self._makeup: dict[tuple[str, str], MakeupRow] = {}

    def add(self, clips: Sequence[ReferenceClip]) -> None:
        """Embeds and takes in some clips.

        Raises:
            AudioError: If a file can't be read.
        """
        # At the embedder's own rate: else all files would take that of the first.
        audio = AudioBatch.load([own.path for own in clips], sample_rate=self.embedder.sample_rate)
        frames = self.embedder.frame_embeddings(audio)
        for index, clip in enumerate(clips):
            self._note(clip)
            self._take_in(clip, frames.embedding[frames.clip == index])

    def finish(self) -> ReferenceSet:
        """The set of everything taken in.

        Raises:
            DataError: If there are too few clips in a split.
        """
        self._check_counts()
        windowed = [own for own in self._held_out_frames if len(own) >= 2]
        distances = [frechet_distance(self._frame_stats, own) for own in windowed] if self._frame_stats.n >= 2 else []
        return ReferenceSet(
            category=self.category,
            embedder=self.embedder.name,
            fingerprint=self.embedder.fingerprint,
            data_hash=_shortened(self._hash),
            embedding=self._references.embedding,
            held_out=self._held_out.embedding,
            stats=self._stats,
            frame_stats=self._frame_stats,
            held_out_frame_distance=torch.tensor(distances, dtype=torch.float64),
            makeup=tuple(sorted(self._makeup.values(), key=lambda row: (-row.clips, row.label, row.origin))),
        )

    def _take_in(self, clip: ReferenceClip, frames: Float[Tensor, "frame dim"]) -> None:
        embedding = torch.nn.functional.normalize(frames.mean(0), dim=0)
        if clip.split == "calibration":
            self._held_out.add(clip.sha256, embedding)
            self._held_out_frames.append(frames.double())
            return
        self._references.add(clip.sha256, embedding)
        self._stats = self._stats.update(embedding[None])
        self._frame_stats = self._frame_stats.update(frames)

    def _note(self, clip: ReferenceClip) -> None:
        self._hash += _clip_hash(clip)
        key = (clip.label, clip.origin)
        row = self._makeup.get(key, MakeupRow(clip.label, clip.origin, 0, 0, 0.0))
        held_out = row.held_out + (clip.split == "calibration")
        self._makeup[key] = replace(
            row, clips=row.clips + 1, held_out=held_out, seconds=round(row.seconds + clip.seconds, 3)
        )

    def _check_counts(self) -> None:
        held_out = len(self._held_out.embedding)
        if self._stats.n < MIN_REFERENCES or held_out < MIN_HELD_OUT:
            raise DataError(
                f"{self.category!r} has {self._stats.n} clips with split 'reference' and {held_out} "
                f"with 'calibration': a reference set needs at least {MIN_REFERENCES} and {MIN_HELD_OUT}."
            )


def data_hash(clips: Iterable[ReferenceClip]) -> str:
    """16 hex digits over the clips' contents and splits, in any order: what a set of these clips has as its hash."""
    return _shortened(sum(_clip_hash(clip) for clip in clips))


def _clip_hash(clip: ReferenceClip) -> int:
    return int.from_bytes(hashlib.sha256(f"{clip.sha256} {clip.split}".encode()).digest())


def _shortened(total: int) -> str:
    # A sum, so that the order of the clips doesn't count.
    return f"{total % 2**64:016x}"


class _SmallestHashes:
    """The embeddings with the ``MAX_KEPT`` smallest content hashes, in the order of their hashes."""

    def __init__(self, dim: int) -> None:
        self._dim = dim
        self._kept: list[tuple[str, Tensor]] = []

    def add(self, sha256: str, embedding: Float[Tensor, " dim"]) -> None:
        insort(self._kept, (sha256, embedding), key=lambda item: item[0])
        del self._kept[MAX_KEPT:]

    @property
    def embedding(self) -> Float[Tensor, "n dim"]:
        return torch.stack([own for _, own in self._kept]) if self._kept else torch.zeros(0, self._dim)


def build_reference_set(category: str, embedder: Embedder, clips: Sequence[ReferenceClip]) -> ReferenceSet:
    """One category's set from its clips.

    Raises:
        DataError: If there are too few clips in a split.
        AudioError: If a file can't be read.
    """
    builder = ReferenceBuilder(category, embedder)
    for start in range(0, len(clips), BATCH):
        builder.add(clips[start : start + BATCH])
    return builder.finish()


def build_reference_sets(
    embedder: Embedder,
    out: Path,
    *,
    clips: Path | None = None,
    on_built: Callable[[ReferenceSet], None] = lambda built: None,
) -> tuple[ReferenceSet, ...]:
    """Builds and saves the sets of all categories.

    Args:
        embedder: Whose view of the clips is kept.
        out: Folder to save them in.
        clips: A folder with a manifest, or with subfolders named after categories, of which those that are absent
            get no set; the packaged references by default.
        on_built: Called with each set once it is saved, for progress.

    Raises:
        DataError: If the manifest is wrong or a category has too few clips.
    """
    built = []
    for category in CATEGORIES:
        found = _clips_of(clips, category)
        if not found and clips is not None:
            continue
        own = build_reference_set(category, embedder, found)
        own.save(out)
        on_built(own)
        built.append(own)
    if not built:
        raise DataError(f"{clips} lists no clip of a category: expected {', '.join(CATEGORIES)}.")
    return tuple(built)


def _clips_of(folder: Path | None, category: str) -> tuple[ReferenceClip, ...]:
    if folder is None or (folder / "manifest.json").is_file():
        return load_reference_clips(folder, category=category)
    return read_reference_folder(folder, category)
