"""Judges the clips of a benchmark batch by batch.

Batches are those of ``audioforge.scoring.file_batches`` over what is not judged yet, kept whole: a run that was cut off
forms the same ones when it goes on, and ends in the same numbers to the last bit. Clips are judged without groups: no
clip's score depends on another clip.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from audioforge.benchmark.clip_cache import ClipCache
from audioforge.benchmark.entries import BenchmarkClip
from audioforge.benchmark.judged_clip import JudgedClip
from audioforge.benchmark.judges import Judges
from audioforge.clips import Clips, gather_clips
from audioforge.component_score import finite_or_none
from audioforge.reports.benchmark_report import ClipRow
from audioforge.reports.waveform import waveform_peaks
from audioforge.rewards.combined import guarded
from audioforge.rewards.scores import Scores
from audioforge.scoring.category_guess import guess_categories
from audioforge.scoring.file_batches import BATCH, file_batches
from audioforge.status import Status

DIGITS = 6
"""Scores are rounded to so many decimals: differences below come from the size of a batch."""


def judge_clips(
    clips: Sequence[BenchmarkClip],
    judges: Judges,
    cache: ClipCache,
    *,
    on_judged: Callable[[int], None] = lambda count: None,
) -> list[JudgedClip]:
    """Every clip judged, in the order given; what the cache holds is not judged again.

    Args:
        clips: Sorted.
        judges: Who judges.
        cache: Of earlier runs; new clips are added.
        on_judged: Called with the number of clips that were just done.
    """
    fingerprint = judges.fingerprint()
    hashes = [file_hash(own.path) for own in clips]
    keys = [_key(own, digest, fingerprint) for own, digest in zip(clips, hashes, strict=True)]
    found = {place: known for place, key in enumerate(keys) if (known := cache.get(key)) is not None}
    found = {place: _renamed(known, clips[place]) for place, known in found.items()}
    on_judged(len(found))
    left = [place for place in range(len(clips)) if place not in found]
    for rows in file_batches([clips[place].path for place in left], BATCH):
        places = [left[row] for row in rows]
        own = _judge([clips[place] for place in places], [hashes[place] for place in places], judges)
        cache.put({keys[place]: one for place, one in zip(places, own, strict=True)})
        found.update(zip(places, own, strict=True))
        on_judged(len(places))
    return [found[place] for place in range(len(clips))]


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hex; empty where it can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _key(clip: BenchmarkClip, digest: str, fingerprint: str) -> str:
    fields = (digest, clip.path.name, clip.request.text, clip.request.category, fingerprint)
    return hashlib.sha256(repr(fields).encode(errors="surrogatepass")).hexdigest()


def _renamed(known: JudgedClip, clip: BenchmarkClip) -> JudgedClip:
    """The same clip may have another name in this run."""
    row = replace(known.row, system=clip.system, id=clip.request.id, seed=clip.seed, file=clip.file)
    return replace(known, row=row)


def _judge(entries: Sequence[BenchmarkClip], hashes: Sequence[str], judges: Judges) -> list[JudgedClip]:
    asked = [own.request.text for own in entries]
    categories = [own.request.category for own in entries]
    open_ones = [place for place, own in enumerate(categories) if own is None]
    guessed = guess_categories([asked[place] for place in open_ones], judges.embedder) if open_ones else []
    for place, category in zip(open_ones, guessed, strict=True):
        categories[place] = category
    clips = gather_clips([own.path for own in entries], asked, categories=categories)
    scores, second = judges.reward.judge(clips), guarded(judges.second, clips)
    parts = (*scores.components.values(), second)
    failed = [any(part.status[i].code is Status.FAILED for part in parts) for i in range(len(clips))]
    vectors = _embeddings(clips, judges, failed)
    return [
        JudgedClip(
            _row(own, hashes[i], clips, scores, float(second.score[i]), i),
            waveform_peaks(clips.audio.clip(i)),
            vectors.get(i, ()),
            failed[i],
        )
        for i, own in enumerate(entries)
    ]


def _embeddings(clips: Clips, judges: Judges, failed: Sequence[bool]) -> dict[int, tuple[torch.Tensor, ...]]:
    """By row, under each of the judges' embedders; a clip on which a judge failed isn't shown to them again."""
    whole = [row for row, own in enumerate(failed) if not own]
    if not any(clips.status[row].ok for row in whole):
        return {}
    part = clips if len(whole) == len(clips) else clips.select(whole)  # mostly embedded already
    tables = [part.embedding(own).float().cpu() for own in judges.embedders]
    return {row: tuple(table[place] for table in tables) for place, row in enumerate(whole) if clips.status[row].ok}


def _row(entry: BenchmarkClip, digest: str, clips: Clips, scores: Scores, second: float, index: int) -> ClipRow:
    components = scores.component_scores(index)
    return ClipRow(
        system=entry.system,
        id=entry.request.id,
        seed=entry.seed,
        request=entry.request.text,
        category=clips.categories[index],
        category_guessed=entry.request.category is None and clips.categories[index] is not None,
        file=entry.file,
        sha256=digest,
        seconds=round(float(clips.audio.seconds[index]), DIGITS),
        status=scores.status[index].code.value,
        reason=_plain(scores.status[index].reason, entry),
        total=_rounded(float(scores.total[index])),
        gate=_rounded(float(scores.gates[index])),
        components={name: _rounded(own.score) for name, own in components.items()},
        raw={name: _rounded(own.raw) for name, own in components.items()},
        second_judge=_rounded(second),
    )


def _plain(reason: str, entry: BenchmarkClip) -> str:
    """The reason without the folder, which is another on each machine."""
    return reason.replace(str(entry.path), entry.path.name)


def _rounded(value: float | None) -> float | None:
    finite = finite_or_none(value)
    return None if finite is None else round(finite, DIGITS)
