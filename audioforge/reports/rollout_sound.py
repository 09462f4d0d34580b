"""A rollout's clip for a page: its sound and its picture, or nothing where the file is gone or lies elsewhere."""

from pathlib import Path
from typing import NamedTuple

from audioforge.reports.pictures import mel_picture, player_source
from audioforge.rollouts import RolloutRecord
from reward_models.audio import AudioBatch, AudioError


class RolloutSound(NamedTuple):
    """``data:`` addresses; both ``None`` where there is no clip, or none that can be read."""

    audio: str | None
    picture: str | None


def sound_of(
    record: RolloutRecord, folder: Path, *, compression: float | None = None, small: bool = False
) -> RolloutSound:
    """Reads a record's clip from its run's folder; a rollouts file is no reason to read another folder.

    Args:
        record: Of the run.
        folder: Where the records' ``audio`` paths start.
        compression: As ``player_source`` takes it.
        small: As ``mel_picture`` takes it.
    """
    path = (folder / (record.audio or "")).resolve()
    if record.audio is None or not path.is_relative_to(folder.resolve()):
        return RolloutSound(None, None)
    try:
        audio = AudioBatch.load([path])
    except AudioError:
        return RolloutSound(None, None)
    return RolloutSound(player_source(audio, 0, compression=compression), mel_picture(audio, 0, small=small))
