"""Clips to hear: the latest, the best and the worst of a run, each once."""

from collections.abc import Sequence
from dataclasses import dataclass

from audioforge.dashboard.runs import Run
from audioforge.reports.rollout_sound import sound_of
from audioforge.rollouts import RolloutRecord


@dataclass(frozen=True)
class HeardClip:
    """A rollout with its sound; both addresses are ``None`` where the file is gone or unreadable."""

    why: str
    record: RolloutRecord
    audio: str | None
    picture: str | None


def clips_to_hear(run: Run, each: int = 4) -> list[HeardClip]:
    """Up to ``each`` latest, best and worst clips, of as many requests as there are."""
    with_clip = [record for record in run.records if record.audio is not None and record.total is not None]
    by_total = sorted(with_clip, key=_total)
    chosen: dict[str, HeardClip] = {}
    for why, records in (("latest", with_clip[::-1]), ("best", by_total[::-1]), ("worst", by_total)):
        for record in _different_requests(records, set(chosen), each):
            chosen[record.id] = HeardClip(why, record, *sound_of(record, run.folder, compression=0.5, small=True))
    return list(chosen.values())


def _total(record: RolloutRecord) -> float:
    return record.total or 0.0


def _different_requests(records: Sequence[RolloutRecord], taken: set[str], most: int) -> list[RolloutRecord]:
    found: dict[str, RolloutRecord] = {}
    for record in records:
        if record.id not in taken:
            found.setdefault(record.request, record)
        if len(found) == most:
            break
    return list(found.values())
