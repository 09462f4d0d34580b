"""Real clips with what they are, to judge the judge on: none of them was heard by the model under test."""

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from audioforge.reference_clips import load_reference_clips
from reward_models.audio import AudioBatch
from training.mini.split import is_held_out

SAMPLE_RATE = 44_100
SHORTEST, LONGEST = 0.4, 10.0
"""Seconds of a clip that takes part: shorter ones say little, longer ones are cut."""


@dataclass(frozen=True)
class HonestClip:
    """A clip, and what a listener would call it.

    Attributes:
        path: Its file.
        category: One of the four.
        label: Short name.
        request: What somebody would have asked for to get it.
    """

    path: Path
    category: str
    label: str
    request: str


def held_out_library(folder: Path) -> list[HonestClip]:
    """The clips of a library whose groups are held out of training.

    Its ``manifest.json`` lists file, category, label, captions, group and seconds.
    """
    rows = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return [
        HonestClip(folder / row["file"], row["category"], row["label"], row["captions"][-1])
        for row in rows
        if is_held_out(row["group"]) and row["seconds"] >= SHORTEST
    ]


def calibration_references() -> list[HonestClip]:
    """The shipped references of the calibration split that are recordings. The embedded models may have heard them."""
    return [
        HonestClip(clip.path, clip.category, clip.label, clip.caption)
        for clip in load_reference_clips(split="calibration")
        if clip.origin == "recording" and clip.seconds >= SHORTEST
    ]


def chosen(clips: Sequence[HonestClip], each: int, seed: int = 0) -> list[HonestClip]:
    """At most ``each`` clips a category, spread over its labels, the same for a seed."""
    by_category: dict[str, list[HonestClip]] = defaultdict(list)
    for clip in clips:
        by_category[clip.category].append(clip)
    generator = random.Random(seed)
    return [clip for name in sorted(by_category) for clip in _spread(by_category[name], each, generator)]


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
