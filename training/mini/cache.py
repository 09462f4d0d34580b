"""Pictures of all recordings on disk, computed once: ``pictures.f16`` (frame, mel) and ``entries.json``."""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from reward_models.embedders.mini.front_end import FrontEndConfig, LogMel
from training.mini.captions import all_phrases, compose
from training.mini.kept_file import kept, write_text
from training.mini.measures import Measures, adjectives_of, measured, quarters
from training.mini.records import Recording

CAPTIONS_EACH = 12


@dataclass(frozen=True)
class Entry:
    """A cached recording: where its picture lies and what is known about it."""

    start: int
    frames: int
    label: str
    category: str
    phrases: tuple[str, ...]
    group: str
    kind: str
    bpm: float | None
    licence: str
    author: str
    measures: Measures


@dataclass(frozen=True)
class Cache:
    """All pictures and their entries.

    Attributes:
        pictures: ``(frame, mel)`` absolute decibels, float16, all recordings end to end.
        entries: One a recording.
    """

    pictures: npt.NDArray[np.float16]
    entries: tuple[Entry, ...]

    def picture(self, entry: Entry) -> npt.NDArray[np.float16]:
        """One recording's ``(frame, mel)``."""
        return self.pictures[entry.start : entry.start + entry.frames]


def build_cache(recordings: Iterable[Recording], folder: Path, *, report_every: int = 1000) -> Cache:
    """Computes and writes the cache; recordings that are silent or shorter than a frame are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "entries.json").unlink(missing_ok=True)  # what it says would no longer be true
    front_end = LogMel(FrontEndConfig())
    entries: list[Entry] = []
    start = 0
    with (folder / "pictures.f16").open("wb") as file:
        for number, recording in enumerate(recordings):
            picture = _picture(front_end, recording)
            if picture is not None:
                file.write(picture.T.astype(np.float16).tobytes())
                entries.append(_entry(recording, picture, start))
                start += picture.shape[1]
            if number % report_every == 0:
                print(f"cache: {number} recordings, {start / 50 / 3600:.2f} h", flush=True)
    kept(folder / "entries.json", write_text(json.dumps([asdict(entry) for entry in entries])))
    return load_cache(folder)


def load_cache(folder: Path) -> Cache:
    """The cache of ``build_cache``."""
    rows = json.loads((folder / "entries.json").read_text(encoding="utf-8"))
    entries = tuple(
        Entry(**{**row, "phrases": tuple(row["phrases"]), "measures": Measures(**row["measures"])}) for row in rows
    )
    flat = np.fromfile(folder / "pictures.f16", dtype=np.float16)
    return Cache(flat.reshape(-1, FrontEndConfig().n_mels), entries)


def _picture(front_end: LogMel, recording: Recording) -> npt.NDArray[np.float32] | None:
    hop = front_end.config.hop_length
    waveform = np.ascontiguousarray(recording.waveform, dtype=np.float32)
    # A one-shot of 60 ms must not lose its tail to the dropped last frame.
    padded = np.pad(waveform, (0, hop - len(waveform) % hop + 2 * hop))
    if np.abs(waveform).max(initial=0.0) < 1e-4:
        return None
    return front_end.decibels(torch.from_numpy(padded)[None])[0].numpy()


def _entry(recording: Recording, picture: npt.NDArray[np.float32], start: int) -> Entry:
    return Entry(
        start,
        picture.shape[1],
        recording.label,
        recording.category,
        recording.phrases,
        recording.group,
        recording.kind,
        recording.bpm,
        recording.licence,
        recording.author,
        measured(picture),
    )


def captions_of(
    entries: tuple[Entry, ...],
    seed: int,
    *,
    each: int = CAPTIONS_EACH,
    mined: Mapping[str, Sequence[str]] | None = None,
) -> list[list[str]]:
    """``each`` captions of every entry: its label first, then templates, adjectives and tempo.

    Args:
        entries: Recordings.
        seed: Of every choice.
        each: Captions an entry.
        mined: Label → natural sentences; a quarter of the captions where there are some.
    """
    real = [entry.measures for entry in entries if entry.kind == "real"]
    limits = quarters(real or [entry.measures for entry in entries])
    rng = random.Random(seed)
    captions = []
    for entry in entries:
        phrases = all_phrases(entry.label, entry.phrases)
        words = adjectives_of(entry.measures, limits)
        natural = (mined or {}).get(entry.label, ())
        share = min(len(natural), each // 4)
        composed = [
            compose(rng.choice(phrases), entry.category, words, entry.bpm, rng) for _ in range(each - 1 - share)
        ]
        captions.append([entry.label, *composed, *rng.sample(list(natural), share)])
    return captions
