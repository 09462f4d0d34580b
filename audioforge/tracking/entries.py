"""What is logged of one group: the records, and a few of its clips with their pictures."""

import base64
import io
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import soundfile

from audioforge.reports.pictures import mel_picture
from audioforge.rollouts import RolloutRecord
from reward_models.audio import AudioBatch

BINS = 20


@dataclass(frozen=True)
class GroupEntry:
    """One group as it is handed to a sink.

    Attributes:
        step: Number of the group.
        records: One an answer.
        audio: The clips worth keeping; ``None`` if there are none.
        rows: Which answers they are.
        metrics: Numbers by name.
    """

    step: int
    records: tuple[RolloutRecord, ...]
    audio: AudioBatch | None
    rows: tuple[int, ...]
    metrics: Mapping[str, float] = field(default_factory=dict)


def worth_keeping(
    records: Sequence[RolloutRecord], audio: AudioBatch | None, rows: Sequence[int], count: int
) -> tuple[AudioBatch | None, tuple[int, ...]]:
    """A group's best clip, its worst, and those after the best, up to ``count``; clips without a score come last.

    Args:
        records: Of the group.
        audio: Clips of some of its answers.
        rows: Which answers they are.
        count: Most that are kept.
    """
    if audio is None or count < 1:
        return None, ()
    order = sorted(range(len(rows)), key=lambda place: -_total(records[rows[place]]))
    places = list(dict.fromkeys([*order[:1], *order[-1:], *order]))[:count]
    return audio.select(places), tuple(rows[place] for place in places)


def flac_bytes(audio: AudioBatch, index: int) -> bytes:
    """One clip as FLAC, 16 bit."""
    file = io.BytesIO()
    samples = audio.clip(index).clamp(-1, 1).numpy().T
    soundfile.write(file, samples, audio.sample_rate, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def mel_bytes(audio: AudioBatch, index: int) -> bytes:
    """One clip's mel spectrogram as PNG."""
    return base64.b64decode(mel_picture(audio, index).partition(",")[2])


class Recent:
    """The latest rollouts: what histograms, failure counts and tables are made of.

    Args:
        window: How many.
    """

    def __init__(self, window: int) -> None:
        self.records: deque[RolloutRecord] = deque(maxlen=window)

    def add(self, records: Sequence[RolloutRecord]) -> None:
        """Take a group."""
        self.records.extend(records)

    def histograms(self) -> dict[str, list[int]]:
        """Counts in 20 equal bins over [0, 1] of the total and every component."""
        values: dict[str, list[float]] = {}
        for record in self.records:
            scores = {name: own.score for name, own in record.components.items()} | {"total": record.total}
            for name, score in scores.items():
                if score is not None:
                    values.setdefault(name, []).append(score)
        return {name: np.histogram(own, bins=BINS, range=(0.0, 1.0))[0].tolist() for name, own in values.items()}

    def failures(self) -> dict[str, int]:
        """How many answers were malformed, by kind, and how many clips got no score, by status."""
        kinds = Counter(
            own.parse_failure or f"clip_{own.status.code.value}" for own in self.records if not own.status.ok
        )
        return dict(sorted(kinds.items()))

    def parameters(self) -> dict[str, list[tuple[Any, float]]]:
        """Value and reward of every scored answer, by parameter."""
        pairs = [
            (own.proposal, own.total) for own in self.records if own.proposal is not None and own.total is not None
        ]
        names = ("steps", "cfg_scale", "sampler", "seconds")
        return {name: [(getattr(proposal, name), total) for proposal, total in pairs] for name in names}


def _total(record: RolloutRecord) -> float:
    return -1.0 if record.total is None else record.total
