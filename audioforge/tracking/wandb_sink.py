"""W&B: the same things as charts, sounds, pictures and tables of a run there.

A run that is open already (Atropos opens one with ``--env.use_wandb``) is used and left open. Otherwise one is opened:
online where ``WANDB_MODE`` says so or a key is known, else offline, which needs no network and no account; send it
later with ``wandb sync``. Every entry carries ``audioforge/step``, the number of its group, as its own axis, since
W&B's step belongs to whoever else logs to the run.
"""

import io
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from audioforge.rollouts import RolloutRecord
from audioforge.tracking.comparison import RolloutComparison
from audioforge.tracking.entries import BINS, GroupEntry, Recent, mel_bytes
from audioforge.tracking.limits import Allowance, Limits

logger = logging.getLogger(__name__)

STEP = "audioforge/step"
TABLE_EVERY, TABLE_ROWS = 10, 64
_WAV_BYTES = 2  # a sample, as W&B writes it
_COLUMNS = ["group", "target", "request", "answer", "prompt", "steps", "cfg_scale", "sampler", "seconds"]
_SCORES = ["reward", "total", "status", "parse_failure"]


class WandbSink:
    """Logs to W&B.

    Args:
        folder: Where W&B keeps its files.
        limits: How much is kept.
        run: An open run to use; by default the process's, or a new one.

    Raises:
        ImportError: If wandb is not installed.
    """

    def __init__(self, folder: Path, limits: Limits, run: Any = None) -> None:  # noqa: ANN401 - wandb is untyped
        import wandb

        self._wandb = wandb
        self._is_ours = run is None and wandb.run is None
        self.run = run or wandb.run or _open(wandb, folder)
        self.run.define_metric(STEP)
        self.run.define_metric("audioforge/*", step_metric=STEP)
        self.media = Allowance(limits.megabytes)
        self._recent = Recent(limits.window)
        self._groups = 0
        self._is_told = False

    def group(self, entry: GroupEntry) -> None:
        """Log a group's numbers, histograms, failures and clips; every so often a table of the latest rollouts."""
        self._recent.add(entry.records)
        content: dict[str, Any] = dict(_named("", entry.metrics))
        content |= {f"audioforge/histogram/{name}": self._histogram(n) for name, n in self._recent.histograms().items()}
        content |= _named("failures/", {name: float(count) for name, count in self._recent.failures().items()})
        sounds, pictures = self._media(entry)
        if sounds:
            content |= {"audioforge/clips": sounds, "audioforge/mel": pictures}
        if self._groups % TABLE_EVERY == 0:
            content["audioforge/rollouts"] = self._rollouts()
            content |= self._parameters()
        self._groups += 1
        self.run.log({STEP: entry.step, **content})

    def metrics(self, step: int, metrics: Mapping[str, float]) -> None:
        """Log some numbers."""
        self.run.log({STEP: step, **_named("", metrics)})

    def comparison(self, step: int, found: RolloutComparison) -> None:
        """Log a comparison as a table and its differences as numbers."""
        columns: list[str | int] = [
            "score",
            found.first,
            found.second,
            "difference",
            "low",
            "high",
            "p_value",
            "targets",
        ]
        rows = [[s.name, s.first, s.second, s.difference, s.low, s.high, s.p_value, s.targets] for s in found.scores]
        name = f"audioforge/compare/{found.first}_{found.second}"
        differences = {f"{name}/{own.name}": own.difference for own in found.scores}
        self.run.log({STEP: step, name: self._wandb.Table(columns=columns, data=rows), **differences})

    def close(self) -> None:
        """Finish a run that was opened here."""
        if self._is_ours:
            self.run.finish()

    def _media(self, entry: GroupEntry) -> tuple[list[Any], list[Any]]:
        sounds: list[Any] = []
        pictures: list[Any] = []
        for place, row in enumerate(entry.rows):
            if entry.audio is None:
                break
            samples, picture = entry.audio.clip(place).clamp(-1, 1).numpy().T, mel_bytes(entry.audio, place)
            if not self.media.take(samples.size * _WAV_BYTES + len(picture)):
                self._say_once()
                break
            caption = _caption(entry.records[row])
            sounds.append(self._wandb.Audio(samples, sample_rate=entry.audio.sample_rate, caption=caption))
            pictures.append(self._wandb.Image(_image(picture), caption=caption))
        return sounds, pictures

    def _histogram(self, counts: list[int]) -> Any:  # noqa: ANN401
        return self._wandb.Histogram(np_histogram=(np.asarray(counts), np.linspace(0.0, 1.0, BINS + 1)))

    def _rollouts(self) -> Any:  # noqa: ANN401
        rows = [_row(record) for record in list(self._recent.records)[-TABLE_ROWS:]]
        return self._wandb.Table(columns=[*_COLUMNS, *_SCORES], data=rows)

    def _parameters(self) -> dict[str, Any]:
        found = self._recent.parameters().items()
        pairs = {name: [[_plain(value), total] for value, total in own] for name, own in found if own}
        return {
            f"audioforge/effect/{name}": self._wandb.Table(columns=[name, "total"], data=own)
            for name, own in pairs.items()
        }

    def _say_once(self) -> None:
        if not self._is_told:
            self._is_told = True
            logger.warning("tracking: the limit for sound and pictures is reached, W&B gets no more of them")


def _open(wandb: Any, folder: Path) -> Any:  # noqa: ANN401
    folder.mkdir(parents=True, exist_ok=True)
    known = "WANDB_MODE" in os.environ or bool(os.environ.get("WANDB_API_KEY"))
    mode = None if known else "offline"
    settings = wandb.Settings(silent=True, console="off", disable_git=True, x_disable_stats=True)
    return wandb.init(project="audioforge", dir=str(folder), mode=mode, settings=settings)


def _named(prefix: str, numbers: Mapping[str, float]) -> dict[str, float]:
    return {f"audioforge/{prefix}{name}": float(value) for name, value in numbers.items() if np.isfinite(value)}


def _caption(record: RolloutRecord) -> str:
    total = "no score" if record.total is None else f"{record.total:.2f}"
    prompt = "" if record.proposal is None else record.proposal.prompt
    return f"{total} | {record.request} | {prompt}"[:200]


def _row(record: RolloutRecord) -> list[Any]:
    own = record.proposal
    made = (
        ["", None, None, "", None] if own is None else [own.prompt, own.steps, own.cfg_scale, own.sampler, own.seconds]
    )
    said = [record.group, record.target_id, record.request, record.completion[:1000]]
    return [*said, *made, record.reward, record.total, str(record.status), record.parse_failure or ""]


def _image(picture: bytes) -> Any:  # noqa: ANN401
    from PIL import Image

    return Image.open(io.BytesIO(picture)).convert("RGB")


def _plain(value: object) -> str | float:
    return float(value) if isinstance(value, int | float) else str(value)
