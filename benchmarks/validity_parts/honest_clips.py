"""Real clips with what they are, to judge the judge on: none of them was heard by the model under test.

Two models, two lists: what ``mini`` never heard serves alignment and exploits, what ``fidelity`` and the quality head
never heard serves the degradation ladders.
"""

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from audioforge.reference_clips import load_reference_clips
from reward_models.audio import AudioBatch
from training.mini.split import is_held_out
from training.quality.sources import HELD_OUT_GROUPS as UNHEARD_BY_QUALITY

SAMPLE_RATE = 44_100
SHORTEST, LONGEST = 0.4, 10.0
"""Seconds of a clip that takes part: shorter ones say little, longer ones are cut."""
EXPECTED = (
    "give a folder with a manifest.json, a list of objects with file, category, label, captions, group and seconds, "
    "or leave out --library for the shipped references."
)


@dataclass(frozen=True)
class HonestClip:
    """A clip, and what a listener would call it.

    Attributes:
        path: Its file.
        category: One of the four.
        label: Short name.
        request: What somebody would have asked for to get it.
        group: Its pack or source.
    """

    path: Path
    category: str
    label: str
    request: str
    group: str


class LibraryError(ValueError):
    """A folder that is no clip library; the message says what was expected."""


def held_out_library(folder: Path) -> list[HonestClip]:
    """The clips of a library whose groups are held out of training.

    Raises:
        LibraryError: As ``library_clips``, and if no group is held out.
    """
    clips = [clip for clip in library_clips(folder) if is_held_out(clip.group)]
    if not clips:
        raise LibraryError(f"{folder} has no clip of a held-out group: see HELD_OUT_GROUPS in training/mini/split.py.")
    return clips


def undamaged_library(folder: Path) -> list[HonestClip]:
    """The clips of a library whose groups neither ``fidelity`` nor the quality head was trained on.

    Raises:
        LibraryError: As ``library_clips``, and if there is none of them.
    """
    clips = [clip for clip in library_clips(folder) if clip.group in UNHEARD_BY_QUALITY]
    if not clips:
        raise LibraryError(f"{folder} has no clip of HELD_OUT_GROUPS in training/quality/sources.py.")
    return clips


def library_clips(folder: Path) -> list[HonestClip]:
    """All clips of a library that are long enough.

    Raises:
        LibraryError: If the folder has no ``manifest.json``, or one that isn't a list of objects with file, category,
            label, captions, group and seconds.
    """
    manifest = folder / "manifest.json"
    try:
        rows = json.loads(manifest.read_text(encoding="utf-8"))
        return [_honest(folder, row) for row in rows if row["seconds"] >= SHORTEST]
    except OSError as error:
        raise LibraryError(f"{folder} is no clip library ({error.strerror}: {manifest}): {EXPECTED}") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise LibraryError(f"{manifest} can't be used ({type(error).__name__}: {error}): {EXPECTED}") from error


def _honest(folder: Path, row: Mapping[str, Any]) -> HonestClip:
    return HonestClip(folder / row["file"], row["category"], row["label"], row["captions"][-1], row["group"])


def calibration_references() -> list[HonestClip]:
    """The shipped references of the calibration split that are recordings. The embedded models may have heard them."""
    return _shipped("calibration", recordings=True)


def shipped_references() -> list[HonestClip]:
    """The shipped references of the other split: neighbours of the former."""
    return _shipped("reference", recordings=False)


def _shipped(split: Literal["reference", "calibration"], *, recordings: bool) -> list[HonestClip]:
    return [
        HonestClip(clip.path, clip.category, clip.label, clip.caption, clip.group)
        for clip in load_reference_clips(split=split)
        if (clip.origin == "recording" or not recordings) and clip.seconds >= SHORTEST
    ]


def chosen(clips: Sequence[HonestClip], each: int, seed: int = 0) -> list[HonestClip]:
    """At most ``each`` clips a category, spread over its labels, the same for a seed."""
    by_category: dict[str, list[HonestClip]] = defaultdict(list)
    for clip in clips:
        by_category[clip.category].append(clip)
    generator = random.Random(seed)
    return [clip for name in sorted(by_category) for clip in _spread(by_category[name], each, generator)]


def clips_hash(clips: Sequence[HonestClip]) -> str:
    """16 hex digits that name a choice of clips."""
    names = "\n".join(f"{clip.group}/{clip.path.name}" for clip in clips)
    return hashlib.sha256(names.encode()).hexdigest()[:16]


def load(clips: Sequence[HonestClip]) -> AudioBatch:
    """Their audio, at most ``LONGEST`` seconds each."""
    batch = AudioBatch.load([clip.path for clip in clips], sample_rate=SAMPLE_RATE, channels=2)
    limit = round(LONGEST * SAMPLE_RATE)
    return AudioBatch.from_arrays([batch.clip(i)[:, :limit] for i in range(len(batch))], SAMPLE_RATE)


def _spread(clips: Sequence[HonestClip], each: int, generator: random.Random) -> list[HonestClip]:
    by_label: dict[str, list[HonestClip]] = defaultdict(list)
    for clip in sorted(clips, key=lambda own: str(own.path)):
        by_label[clip.label].append(clip)
    labels = sorted(by_label)
    generator.shuffle(labels)
    for label in labels:
        generator.shuffle(by_label[label])
    return list(_rounds([by_label[label] for label in labels], each))


def _rounds(queues: Sequence[list[HonestClip]], each: int) -> Iterator[HonestClip]:
    taken = 0
    for turn in range(max(map(len, queues), default=0)):
        for queue in queues:
            if turn < len(queue) and taken < each:
                taken += 1
                yield queue[turn]
