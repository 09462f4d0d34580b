"""A run over an archive: what is still to do, who does it, and what came of it."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from audioforge.rewards.combined import CombinedReward
from audioforge.scale.archive import ArchiveClip, ArchiveError
from audioforge.scale.shard import PARTS, Shard, cut_shards, score_shard, write_part
from audioforge.status import Status

SHARD_CLIPS = 64
FAILED = Status.FAILED.value
Worker = Callable[[Sequence[Shard], str], Iterable[int]]
"""Scores shards under a model fingerprint, writes their parts, and yields each one's number of clips once done."""


@dataclass(frozen=True)
class ArchiveRun:
    """What came of a run.

    Attributes:
        clips: In the archive.
        scored_now: Clips that this run judged; the others had been judged before.
        status: How many clips have which status.
        table: The merged Parquet file, sorted by id.
    """

    clips: int
    scored_now: int
    status: dict[str, int]
    table: Path

    @property
    def failed(self) -> int:
        """Clips without a score."""
        return self.clips - self.status.get("ok", 0)


def run_archive(
    clips: Sequence[ArchiveClip], out: Path, worker: Worker, *, model: str, shard_clips: int = SHARD_CLIPS
) -> ArchiveRun:
    """Scores what isn't scored yet; writes ``scores.parquet``, ``failed.csv`` and ``summary.json`` to ``out``.

    Args:
        clips: Sorted, as ``read_archive`` gives them.
        out: Folder; parts of an earlier run in it are kept and used if clip, request, file and models are the same.
            A clip on which a backend failed is scored again.
        worker: ``LocalWorker``, or Ray's pool.
        model: Fingerprint of the reward, see ``audioforge.scoring.model_fingerprint``.
        shard_clips: Clips scored as one batch; another number changes scores by rounding only.

    Raises:
        OSError: If ``out`` can't be written.
        ArchiveError: If the worker left clips out.
    """
    keys = [own.key(model) for own in clips]
    done = _answered_keys(out)
    todo = [(own, key) for own, key in zip(clips, keys, strict=True) if key not in done]
    shards = cut_shards([own for own, _ in todo], [key for _, key in todo], shard_clips)
    scored = sum(worker(shards, model))
    table = _merged(out, keys)
    missing = len(set(keys)) - len(table)
    if missing:
        raise ArchiveError(f"{out}: {missing} of {len(clips)} clips have no row: run again to score them.")
    return _conclude(table, out, scored)


class LocalWorker:
    """Scores in this process, one shard after the other."""

    def __init__(self, reward: CombinedReward, out: Path) -> None:
        self.reward = reward
        self.out = out

    def __call__(self, shards: Sequence[Shard], model: str) -> Iterator[int]:
        """Yields the clips of every shard once its part is written."""
        for shard in shards:
            write_part(shard, score_shard(shard, self.reward, model), self.out)
            yield len(shard.clips)


def _answered_keys(out: Path) -> set[str]:
    """Keys that need no further look: all but those on which a backend failed."""
    tables = [pq.read_table(path, columns=["key", "status"]) for path in _parts(out)]
    return {key for own in tables for key in own.filter(pc.not_equal(own["status"], FAILED))["key"].to_pylist()}


def _parts(out: Path) -> list[Path]:
    return sorted((out / PARTS).glob("part-*.parquet"))


def _merged(out: Path, keys: Sequence[str]) -> pa.Table:
    """Rows of the parts that belong to the archive as it is now, each once, sorted by id; answers before failures."""
    tables = [pq.read_table(path) for path in _parts(out)]
    if not tables:
        return pa.table({"id": []})
    table = pa.concat_tables(tables, promote_options="default")
    wanted = set(keys)
    rows: dict[str, int] = {}
    status = table["status"].to_pylist()
    for row, key in enumerate(table["key"].to_pylist()):
        if key in wanted and (key not in rows or status[rows[key]] == FAILED):
            rows[key] = row
    return table.take(sorted(rows.values())).sort_by("id")


def _conclude(table: pa.Table, out: Path, scored: int) -> ArchiveRun:
    path = out / "scores.parquet"
    pq.write_table(table, path)
    status = Counter(table["status"].to_pylist())
    with (out / "failed.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "file", "status", "reason"])
        failed = table.filter(pc.not_equal(table["status"], "ok"))
        writer.writerows(zip(*(failed[name].to_pylist() for name in ("id", "file", "status", "reason")), strict=True))
    run = ArchiveRun(len(table), scored, dict(sorted(status.items())), path)
    summary = {"clips": run.clips, "status": run.status, "mean_total": _mean_total(table)}
    (out / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return run


def _mean_total(table: pa.Table) -> float | None:
    mean = pc.mean(table["total"]).as_py()
    return None if mean is None else round(float(mean), 6)
