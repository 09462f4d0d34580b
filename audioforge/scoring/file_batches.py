"""Files judged in batches of one form, so that no clip is resampled or padded because of its neighbours.

Every clip of a batch takes the memory of the longest: one hour among short clips would fill a machine. So a batch holds
files of one rate, one number of channels and one length bucket, in the order given; the same files form the same
batches on every run.
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import soundfile

from audioforge.clips import gather_clips
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.scores import Scores
from audioforge.scoring.calls import MOST_SAMPLES, length_bucket

BATCH = 16


def file_batches(paths: Sequence[Path], size: int = BATCH) -> list[list[int]]:
    """Indices of the files, batch by batch.

    Args:
        paths: Audio files; those that can't be read form batches of their own.
        size: Most files in a batch; fewer where they are long, see ``MOST_SAMPLES``.
    """
    heads = [_head(path) for path in paths]
    forms = [(head.rate, head.channels, length_bucket(head.frames / max(1, head.rate))) for head in heads]
    batches: list[list[int]] = []
    for _, alike in groupby(sorted(range(len(paths)), key=lambda i: (forms[i], i)), key=forms.__getitem__):
        batches.append([])
        for row in alike:
            fuller = [*batches[-1], row]
            if len(fuller) > size or (len(fuller) > 1 and _samples([heads[i] for i in fuller]) > MOST_SAMPLES):
                batches.append([row])
            else:
                batches[-1] = fuller
    return batches


class _Head(NamedTuple):
    rate: int
    channels: int
    frames: int


def _head(path: Path) -> _Head:
    """What a file's header says; zeros where it can't be read."""
    try:
        info = soundfile.info(str(path))
        return _Head(info.samplerate, info.channels, info.frames)
    except (soundfile.LibsndfileError, OSError, TypeError):
        return _Head(0, 0, 0)


def _samples(heads: Sequence[_Head]) -> int:
    """Of all channels, once padded to the longest."""
    return len(heads) * max(head.channels * head.frames for head in heads)


def judge_files(
    reward: CombinedReward,
    paths: Sequence[Path],
    requests: Sequence[str | None],
    categories: Sequence[str | None],
    on_judged: Callable[[int], None] = lambda count: None,
) -> list[Scores]:
    """Each file's scores, in the order given; no file's score depends on another's.

    Args:
        reward: What judges.
        paths: Audio files.
        requests: One a file.
        categories: One a file.
        on_judged: Called with the number of files that were just done.
    """
    found: dict[int, Scores] = {}
    for rows in file_batches(paths):
        own = [paths[i] for i in rows]
        clips = gather_clips(own, [requests[i] for i in rows], categories=[categories[i] for i in rows])
        scores = reward.judge(clips)
        found |= {row: scores.select([place]) for place, row in enumerate(rows)}
        on_judged(len(rows))
    return [found[i] for i in range(len(paths))]
