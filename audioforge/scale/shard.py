"""A shard: the clips that one worker scores in one go, and the Parquet part that it leaves.

Scores depend on nothing outside the shard, so the same shard gives the same part, whoever scores it.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from audioforge.clips import gather_clips
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.scores import Scores
from audioforge.scale.archive import ArchiveClip
from audioforge.scoring.category_guess import category_guesser
from audioforge.scoring.file_batches import file_batches

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
    """One row a clip, in the shard's order; a clip that can't be scored has nulls, its status and the reason.

    Files are judged in batches of one form, so that none is resampled or padded because of its neighbours.
    """
    categories, guessed = _categories(shard, reward)
    rows: dict[int, dict[str, object]] = {}
    for places in file_batches([Path(own.file) for own in shard.clips]):
        own = [shard.clips[i] for i in places]
        requests = [clip.request for clip in own]
        clips = gather_clips([clip.file for clip in own], requests, categories=[categories[i] for i in places])
        scores = reward.judge(clips)
        for row, place in enumerate(places):
            waveform, rate = clips.sounds.clip(row)
            seconds = round(waveform.shape[1] / rate, 6)
            rows[place] = _about(own[row], categories[place], guessed[place]) | {"seconds": seconds}
            rows[place] |= _score_columns(scores, row) | {"model": model, "key": shard.keys[place]}
    schema = part_schema([component.name for component in reward.components])
    return pa.Table.from_pylist([rows[place] for place in sorted(rows)], schema=schema)


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


def _about(clip: ArchiveClip, category: str | None, guessed: bool) -> dict[str, object]:
    own: dict[str, object] = {"id": clip.id, "file": clip.file, "request": clip.request}
    return own | {"category": category, "category_guessed": guessed}


def _categories(shard: Shard, reward: CombinedReward) -> tuple[list[str | None], list[bool]]:
    """Each clip's category, and whether it was guessed."""
    guess = category_guesser(reward)
    open_ones = [
        guess is not None and own.category is None and bool((own.request or "").strip()) for own in shard.clips
    ]
    asked = [own.request or "" for own, is_open in zip(shard.clips, open_ones, strict=True) if is_open]
    found = iter(guess(asked) if guess is not None and asked else ())
    categories = [next(found) if is_open else own.category for own, is_open in zip(shard.clips, open_ones, strict=True)]
    return categories, open_ones


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
