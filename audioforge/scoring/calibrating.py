"""Calibrating a text–audio embedder on captioned clips: cosine → probability that clip and request belong together.

Every clip gives its own caption as a match, and as mismatches one caption of another label of its category and one of
another label of any; the match is counted twice: even odds. Labels are split in two for a crosswise calibration error.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.data_files import DataError
from audioforge.reference_clips import load_reference_clips
from audioforge.row_files import Row, read_rows
from reward_models.audio import AudioBatch
from reward_models.calibration import MatchCalibration, cross_fitted_match_calibration
from reward_models.embedders.base import TextAudioEmbedder

CLIPS_AT_ONCE = 32
LEAST_CLIPS = 20


@dataclass(frozen=True)
class CaptionedClip:
    """A clip and what it is.

    Attributes:
        path: Its file.
        caption: What somebody would have asked for to get it.
        label: Clips of one label never serve as each other's mismatch.
        category: Half of the mismatches come from the clip's own.
    """

    path: Path
    caption: str
    label: str
    category: str


def shipped_clips() -> list[CaptionedClip]:
    """The recordings among the shipped reference clips."""
    clips = [clip for clip in load_reference_clips() if clip.origin == "recording"]
    return [CaptionedClip(clip.path, clip.caption, clip.label, clip.category) for clip in clips]


def read_captioned_clips(manifest: Path) -> list[CaptionedClip]:
    """Clips of a table (JSON, JSON lines, CSV) of ``file``, ``caption`` and, as wanted, ``label`` and ``category``.

    Args:
        manifest: The table; files are relative to it.

    Raises:
        DataError: If the file is no such table; the message names the entry.
    """
    rows = read_rows(manifest)
    return [_captioned(row, f"{manifest}, entry {index}", manifest.parent) for index, row in enumerate(rows)]


def calibrate(
    embedder: TextAudioEmbedder, clips: Sequence[CaptionedClip], *, data: str, seed: int = 0
) -> MatchCalibration:
    """Fits the calibration of one embedder.

    Args:
        embedder: What is calibrated.
        clips: Real clips, best ones that it never heard.
        data: What they are, in words; stored with the result.
        seed: Of the choice of mismatched captions.

    Raises:
        DataError: If there are too few clips or only one label.
        CheckpointError: If the embedder doesn't know matches from mismatches on these clips.
    """
    labels = sorted({clip.label for clip in clips})
    if len(clips) < LEAST_CLIPS or len(labels) < 4:
        counts = f"got {len(clips)} clips of {len(labels)} labels"
        raise DataError(f"a calibration needs at least {LEAST_CLIPS} clips of 4 labels: {counts}.")
    cosine = _heard(embedder, clips) @ embedder.embed_text([clip.caption for clip in clips]).T
    pairs = _pairs(clips, random.Random(seed))
    left, right = torch.tensor([pair[0] for pair in pairs]), torch.tensor([pair[1] for pair in pairs])
    fold = torch.tensor([labels.index(clips[pair[0]].label) % 2 for pair in pairs])
    slope, intercept, ece = cross_fitted_match_calibration(cosine[left, right], (left == right).float(), fold)
    version = f"{embedder.name.rsplit('/', 1)[-1]}-{len(clips)}-clips"
    return MatchCalibration(slope, intercept, embedder.fingerprint, version, data, ece, len(pairs))


def _heard(embedder: TextAudioEmbedder, clips: Sequence[CaptionedClip]) -> Float[Tensor, "clip dim"]:
    parts = []
    for start in range(0, len(clips), CLIPS_AT_ONCE):
        paths = [clip.path for clip in clips[start : start + CLIPS_AT_ONCE]]
        # At the embedder's own rate: else all files would take that of the first.
        parts.append(embedder.embed_audio(AudioBatch.load(paths, sample_rate=embedder.sample_rate)))
    return torch.cat(parts)


def _captioned(row: Row, where: str, folder: Path) -> CaptionedClip:
    file, caption = row.get("file"), row.get("caption")
    if not (isinstance(file, str) and file and isinstance(caption, str) and caption):
        raise DataError(f'{where} must have a "file" and a "caption".')
    return CaptionedClip(folder / file, caption, str(row.get("label") or caption), str(row.get("category") or ""))


def _pairs(clips: Sequence[CaptionedClip], generator: random.Random) -> list[tuple[int, int]]:
    pairs = []
    for index, clip in enumerate(clips):
        others = [k for k, other in enumerate(clips) if other.label != clip.label]
        near = [k for k in others if clips[k].category == clip.category] or others
        pairs += [(index, index)] * 2 + [(index, generator.choice(near)), (index, generator.choice(others))]
    return pairs
