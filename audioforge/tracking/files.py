"""Plain files for a run without W&B: JSON lines for numbers and rollouts, FLAC and PNG for clips.

==================  ====================================================================================
``metrics.jsonl``   one line a group: metrics, histograms, failures by kind, values and rewards by parameter
``rollouts.jsonl``  records as ``audioforge.rollouts`` reads them, ``audio`` naming the clips kept
``clips/``          ``<step>-<answer>.flac`` and the mel spectrogram beside it as ``.png``
``compared.jsonl``  comparisons
==================  ====================================================================================
"""

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from audioforge.component_score import finite_or_none
from audioforge.rollouts import RolloutRecord, record_to_json
from audioforge.tracking.comparison import RolloutComparison
from audioforge.tracking.entries import GroupEntry, Recent, flac_bytes, mel_bytes
from audioforge.tracking.limits import Allowance, Limits

logger = logging.getLogger(__name__)

METRICS, ROLLOUTS, COMPARED, CLIPS = "metrics.jsonl", "rollouts.jsonl", "compared.jsonl", "clips"


class FileSink:
    """Writes below a folder; appends to what an earlier run left there.

    Args:
        folder: Made if it is not there.
        limits: How much is kept; what is there already counts.
    """

    def __init__(self, folder: Path, limits: Limits) -> None:
        (folder / CLIPS).mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.media, self.text = Allowance(limits.megabytes), Allowance(limits.megabytes)
        self.media.take(sum(path.stat().st_size for path in (folder / CLIPS).iterdir()))
        self.text.take(sum(path.stat().st_size for path in folder.glob("*.jsonl")))
        self._recent = Recent(limits.window)
        self._told: set[str] = set()

    def group(self, entry: GroupEntry) -> None:
        """Keep clips, records and numbers of a group."""
        self._recent.add(entry.records)
        names = {row: self._clip(entry, place) for place, row in enumerate(entry.rows)}
        for row, record in enumerate(entry.records):
            self._line(ROLLOUTS, _record(record, names.get(row)))
        self._numbers(
            entry.step,
            entry.metrics,
            histograms=self._recent.histograms(),
            failures=self._recent.failures(),
            parameters=self._recent.parameters(),
        )

    def metrics(self, step: int, metrics: Mapping[str, float]) -> None:
        """Keep some numbers."""
        self._numbers(step, metrics)

    def comparison(self, step: int, found: RolloutComparison) -> None:
        """Keep a comparison."""
        self._line(COMPARED, {"step": step, **found.to_json()})

    def close(self) -> None:
        """Nothing is open between entries."""

    def _numbers(self, step: int, metrics: Mapping[str, float], **more: object) -> None:
        finite = {name: finite_or_none(float(value)) for name, value in metrics.items()}
        self._line(METRICS, {"step": step, "time": round(time.time(), 3), "metrics": finite, **more})

    def _clip(self, entry: GroupEntry, place: int) -> str | None:
        if entry.audio is None:
            return None
        sound, picture = flac_bytes(entry.audio, place), mel_bytes(entry.audio, place)
        if not self.media.take(len(sound) + len(picture)):
            self._say_once("sound and pictures")
            return None
        name = f"{CLIPS}/{entry.step}-{entry.rows[place]}"
        (self.folder / f"{name}.flac").write_bytes(sound)
        (self.folder / f"{name}.png").write_bytes(picture)
        return f"{name}.flac"

    def _line(self, file: str, fields: Mapping[str, object]) -> None:
        line = json.dumps(fields, ensure_ascii=False, allow_nan=False) + "\n"
        if not self.text.take(len(line.encode())):
            self._say_once("tables and numbers")
            return
        with (self.folder / file).open("a", encoding="utf-8") as lines:
            lines.write(line)

    def _say_once(self, what: str) -> None:
        if what not in self._told:
            self._told.add(what)
            logger.warning("tracking: the limit for %s in %s is reached, no more are kept", what, self.folder)


def _record(record: RolloutRecord, audio: str | None) -> dict[str, object]:
    return record_to_json(replace(record, audio=audio))
