"""Clean clips: passages of real recordings and renders, mono at 32 kHz, with the group that must not be split.

Two places give them: the reference clips that ship with the package, and any folder with a ``manifest.json`` (a list of
objects with ``file``, ``group`` and ``category``). Clips of one group share a recording session, an author or a source:
a group is either trained on or tested on, never both.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from audioforge.reference_clips import load_reference_clips
from reward_models.audio import AudioBatch
from training.degradations.severity import Waveform

SAMPLE_RATE = 32_000
SECONDS = 3.0
SHORTEST_SECONDS = 0.1
QUIETEST_PEAK = 1e-2

HELD_OUT_GROUPS = frozenset(
    {
        "dynamic-surroundings", "freesound-cc0-loops", "opengameart-loops", "minetest-game", "opensoundeffects",
        "freepats-guitar", "freepats-hang", "weresax", "gogodze-phu", "kenney-starter-kits", "horse-pulse",
    }
)  # fmt: skip
"""Groups of a clips folder that no head is trained on, in all four categories; reference clips have their own split."""


@dataclass(frozen=True)
class Source:
    """A file that a clean passage can be cut from."""

    path: Path
    group: str
    category: str
    held_out: bool


@dataclass(frozen=True)
class Passage:
    """A clean passage: ``(time,)`` at ``SAMPLE_RATE``, at most ``SECONDS`` long."""

    waveform: Waveform
    source: Source


def folder_sources(folder: Path) -> list[Source]:
    """The sources of a clips folder.

    Raises:
        ValueError: If there is no ``manifest.json``, or an entry lacks a key.
    """
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        raise ValueError(f"{folder} has no manifest.json: give a folder with a list of file, group and category.")
    try:
        return [
            Source(folder / entry["file"], entry["group"], entry["category"], entry["group"] in HELD_OUT_GROUPS)
            for entry in json.loads(manifest.read_text(encoding="utf-8"))
        ]
    except KeyError as error:
        raise ValueError(f"{manifest}: an entry has no {error}: each needs file, group and category.") from error


def reference_sources() -> list[Source]:
    """The shipped reference clips: recordings, of which the ``calibration`` split is held out, and renders.

    Synthesised clips are left out, since noise made by an algorithm is what the head should learn to refuse, and so are
    ``calibration`` renders: they share their soundfont with training clips, so they could neither train nor test.
    """
    return [
        Source(clip.path, clip.group, clip.category, clip.split == "calibration")
        for clip in load_reference_clips()
        if clip.origin == "recording" or (clip.origin == "render" and clip.split == "reference")
    ]


def choose(sources: Sequence[Source], count: int, rng: np.random.Generator) -> list[Source]:
    """Up to ``count`` sources, round-robin over groups so that no large pack drowns the others."""
    by_group: dict[str, list[Source]] = defaultdict(list)
    for index in rng.permutation(len(sources)):
        by_group[sources[index].group].append(sources[index])
    chosen: list[Source] = []
    while len(chosen) < count and by_group:
        for group in list(by_group):
            chosen.append(by_group[group].pop())
            if not by_group[group]:
                del by_group[group]
    return chosen[:count]


def passages(sources: Iterable[Source], rng: np.random.Generator) -> Iterable[Passage]:
    """The loudest of three random passages of each source; silent and very short files are left out."""
    for source in sources:
        audio = AudioBatch.load([source.path], sample_rate=SAMPLE_RATE, channels=1)
        waveform = loudest_passage(audio.clip(0)[0].numpy(), rng)
        if len(waveform) >= SHORTEST_SECONDS * SAMPLE_RATE and np.abs(waveform).max() >= QUIETEST_PEAK:
            yield Passage(waveform, source)


def loudest_passage(waveform: Waveform, rng: np.random.Generator) -> Waveform:
    """The loudest of three random cuts of ``SECONDS``; the whole clip if it is shorter."""
    size = round(SECONDS * SAMPLE_RATE)
    starts = rng.integers(0, max(1, len(waveform) - size + 1), 3)
    cuts = [waveform[start : start + size] for start in starts]
    return max(cuts, key=lambda cut: float(np.square(cut).sum()))
