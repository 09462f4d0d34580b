"""A run as it lies on disk: the rollouts it has written so far and its evaluations.

Both files may be growing while they are read, so half a last line is waited for, and a line that is no record is
counted rather than fatal: a dashboard must show a run that is in trouble.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from audioforge.rollouts import RolloutFileError, RolloutRecord, record_from_json

HISTORY = "history.jsonl"
SAMPLES = "samples.jsonl"
"""Atropos' name for the records of the last evaluation."""


@dataclass(frozen=True)
class EvaluationEntry:
    """One evaluation of held-out targets.

    Attributes:
        step: The trainer's step it was made at.
        settings: What must be equal for two evaluations to be compared.
        metrics: As ``audioforge.env`` wrote them: ``reward``, ``second_judge`` and their ``/low`` and ``/high``.
    """

    step: int
    settings: Mapping[str, object]
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        name: To tell it from others.
        records: Its rollouts, oldest first.
        folder: Where the records' ``audio`` paths start.
        evaluations: Oldest first.
        skipped: Lines of its files that are no records.
    """

    name: str
    records: Sequence[RolloutRecord]
    folder: Path
    evaluations: Sequence[EvaluationEntry]
    skipped: int


def run_files(source: Path) -> tuple[Path | None, list[Path]]:
    """The rollouts file and the evaluation histories of a run.

    Args:
        source: The run's folder, its rollouts file, or a ``history.jsonl`` alone.

    Returns:
        The rollouts file if there is one, and every history in the same folder or below.

    Raises:
        RolloutFileError: If there is neither, or a folder holds the rollouts of several runs.
    """
    if source.is_file():
        if source.name == HISTORY:
            return None, [source]
        if not _holds_rollouts(source):
            raise RolloutFileError(f"{source} holds no rollouts: give a rollouts file or the folder of a run.")
        return source, sorted(source.parent.rglob(HISTORY))
    if not source.is_dir():
        raise RolloutFileError(f"there is no run at {source}: give a rollouts file or the folder of a run.")
    found = [path for path in sorted(source.glob("*.jsonl")) if _holds_rollouts(path)]
    if len(found) > 1:
        raise RolloutFileError(f"{source} holds the rollouts of several runs: name {found[0].name} or another of them.")
    histories = sorted(source.rglob(HISTORY))
    if not found and not histories:
        raise RolloutFileError(f"{source} holds no rollouts (*.jsonl) and no evaluations ({HISTORY}).")
    return (found[0] if found else None), histories


def read_run(source: Path, name: str | None = None) -> Run:
    """A run as it is now.

    Raises:
        RolloutFileError: As ``run_files``.
    """
    rollouts, histories = run_files(source)
    records, skipped = _records(rollouts)
    entries, bad = _evaluations(histories)
    folder = rollouts.parent if rollouts is not None else histories[0].parent
    return Run(name or _name(source), records, folder, entries, skipped + bad)


def read_runs(sources: Sequence[Path]) -> list[Run]:
    """Several runs under names that differ: the folder's, the whole path where two folders share one."""
    names = [_name(source) for source in sources]
    own = [str(source) if names.count(name) > 1 else name for source, name in zip(sources, names, strict=True)]
    return [read_run(source, name) for source, name in zip(sources, own, strict=True)]


def state_of(sources: Sequence[Path]) -> str:
    """Changes whenever a file of the runs does."""
    files = [path for source in sources for path in _flat(run_files(source))]
    return " ".join(f"{path.stat().st_size}.{path.stat().st_mtime_ns}" for path in files)


def _flat(files: tuple[Path | None, list[Path]]) -> list[Path]:
    return [path for path in (files[0], *files[1]) if path is not None]


def _name(source: Path) -> str:
    own = source.resolve()
    return own.name if own.is_dir() else own.parent.name


def _holds_rollouts(path: Path) -> bool:
    """By its first line; the samples of an evaluation are such records too. An empty file may become."""
    if path.name == SAMPLES:
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        first = next((line for line in file if line.strip()), None)
    if first is None:
        return True
    return '"completion"' in first


def _records(path: Path | None) -> tuple[list[RolloutRecord], int]:
    records, skipped = [], 0
    for line in _whole_lines(path) if path is not None else ():
        try:
            records.append(record_from_json(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError):
            skipped += 1
    return records, skipped


def _evaluations(paths: Sequence[Path]) -> tuple[list[EvaluationEntry], int]:
    timed, skipped = [], 0
    for path in paths:
        for line in _whole_lines(path):
            try:
                entry = json.loads(line)
                metrics = {str(name): float(value) for name, value in entry["metrics"].items()}
                timed.append((float(entry["time"]), EvaluationEntry(int(entry["step"]), entry["settings"], metrics)))
            except (ValueError, KeyError, TypeError, AttributeError):
                skipped += 1
    return [entry for _, entry in sorted(timed, key=lambda own: own[0])], skipped


def _whole_lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        yield from (line for line in file if line.endswith("\n") and line.strip())
