"""A shard: the clips that one worker scores as one batch, and the Parquet part that it leaves.

Scores depend on nothing outside the shard, so the same shard gives the same part, whoever scores it.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from audioforge.clips import Clips, gather_clips
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.scores import Scores
from audioforge.scale.archive import ArchiveClip
from audioforge.scoring.category_guess import category_guesser

PARTS = "parts"


@dataclass(frozen=True)
class Shard:
    """Clips with their keys, scored together.

    Attributes:
        clips: At most a few hundred.
        keys: One a clip; a row of an earlier part counts only under its key.
    """

    clips: tuple[ArchiveClip, ...]
    keys: tuple[str, ...]

    @property
    def name(self) -> str:
        """File name of its part."""
        return f"part-{hashlib.sha256(' '.join(self.keys).encode()).hexdigest()[:16]}.parquet"


def cut_shards(clips: Sequence[ArchiveClip], keys: Sequence[str], size: int) -> list[Shard]:
    """Consecutive clips in shards of ``size``."""
    starts = range(0, len(clips), size)
    return [Shard(tuple(clips[i : i + size]), tuple(keys[i : i + size])) for i in starts]


def score_shard(shard: Shard, reward: CombinedReward, model: str) -> pa.Table:
    """One row a clip, in the shard's order; a clip that can't be scored has nulls, its status and the reason."""
    clips, guessed = _gathered(shard, reward)
    scores = reward.judge(clips)
    rows = [
        {"id": own.id, "file": own.file, "request": own.request, "category": clips.categories[i]}
        | {"category_guessed": guessed[i], "seconds": round(float(clips.audio.seconds[i]), 6)}
        | _score_columns(scores, i)
        | {"model": model, "key": shard.keys[i]}
        for i, own in enumerate(shard.clips)
    ]
    return pa.Table.from_pylist(rows, schema=part_schema(list(scores.components)))


def write_part(shard: Shard, table: pa.Table, out: Path) -> Path:
    """Writes the shard's part whole or not at all, however many workers write the same."""
    path = out / PARTS / shard.name
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.draft")
    pq.write_table(table, draft)
    draft.replace(path)
    return path


def part_schema(components: Sequence[str]) -> pa.Schema:
    """Columns of a part: what was asked, the total, and per component its score and its raw number."""
    text = [pa.field(name, pa.string()) for name in ("id", "file", "request", "category")]
    about = [pa.field("category_guessed", pa.bool_()), pa.field("seconds", pa.float64())]
    numbers = [pa.field(name, pa.float32()) for name in ("total", "gate")]
    own = [pa.field(column, pa.float32()) for name in components for column in (name, f"{name}_raw")]
    ends = [pa.field(name, pa.string()) for name in ("status", "reason", "model", "key")]
    return pa.schema([*text, *about, *numbers, *own, *ends])


def _gathered(shard: Shard, reward: CombinedReward) -> tuple[Clips, list[bool]]:
    guess = category_guesser(reward)
    open_ones = [
        guess is not None and own.category is None and bool((own.request or "").strip()) for own in shard.clips
    ]
    asked = [own.request or "" for own, is_open in zip(shard.clips, open_ones, strict=True) if is_open]
    found = iter(guess(asked) if guess is not None and asked else ())
    categories = [next(found) if is_open else own.category for own, is_open in zip(shard.clips, open_ones, strict=True)]
    files = [own.file for own in shard.clips]
    return gather_clips(files, [own.request for own in shard.clips], categories=categories), open_ones


def _score_columns(scores: Scores, index: int) -> dict[str, object]:
    columns: dict[str, object] = {}
    for name, own in scores.component_scores(index).items():
        columns |= {name: own.score, f"{name}_raw": own.raw}
    answer = scores.to_json(index)
    status = scores.status[index]
    return columns | {
        "total": answer["total"],
        "gate": answer["gate"],
        "status": status.code.value,
        "reason": status.reason,
    }
