"""Clips to hear: the latest, the best and the worst of a run, each once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audioforge.dashboard.runs import Run
from audioforge.reports.pictures import mel_picture, player_source
from audioforge.rollouts import RolloutRecord
from reward_models.audio import AudioBatch, AudioError


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
            chosen[record.id] = _with_sound(why, record, run.folder)
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


def _with_sound(why: str, record: RolloutRecord, folder: Path) -> HeardClip:
    assert record.audio is not None, "asked of records with a clip"
    path = (folder / record.audio).resolve()
    if not path.is_relative_to(folder.resolve()):  # a rollouts file is no reason to read another folder
        return HeardClip(why, record, None, None)
    try:
        audio = AudioBatch.load([path])
        return HeardClip(why, record, player_source(audio, 0, compression=0.5), mel_picture(audio, 0, small=True))
    except AudioError:
        return HeardClip(why, record, None, None)
