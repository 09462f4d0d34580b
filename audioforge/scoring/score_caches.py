"""The caches in front of a scorer: memory first, then disk under the fingerprint of all that judges."""

from pathlib import Path
from typing import NamedTuple

from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.scores import Scores
from audioforge.scoring.cache import ScoreCache, has_failed
from audioforge.scoring.disk_cache import DiskScores
from audioforge.scoring.model_fingerprint import code_version, model_fingerprint


class KnownScores(NamedTuple):
    """An answer, and whether it came from the disk."""

    scores: Scores
    from_disk: bool


class ScoreCaches:
    """Answers of one reward by content key.

    Args:
        reward: Whose answers they are; on disk they are kept under its fingerprint and this code's version.
        memory_clips: Clips whose scores are remembered in memory.
        file: SQLite file, or None.

    Raises:
        DataError: If the file can't be used.
    """

    def __init__(self, reward: CombinedReward, memory_clips: int, file: Path | None) -> None:
        self._memory = ScoreCache(memory_clips)
        self._disk = None if file is None else DiskScores(file)
        self._models = "" if file is None else f"{code_version()} {model_fingerprint(reward)}"

    @property
    def errors(self) -> int:
        """Reads and writes of the file that failed."""
        return 0 if self._disk is None else self._disk.errors

    def get(self, key: str) -> KnownScores | None:
        """The answer stored under a content key."""
        scores = self._memory.get(key)
        if scores is not None:
            return KnownScores(scores, from_disk=False)
        scores = None if self._disk is None else self._disk.get(f"{self._models} {key}")
        if scores is None:
            return None
        self._memory.put(key, scores)
        return KnownScores(scores, from_disk=True)

    def put(self, key: str, scores: Scores) -> None:
        """Remembers an answer, unless a backend failed on it."""
        if has_failed(scores):
            return
        self._memory.put(key, scores)
        if self._disk is not None:
            self._disk.put(f"{self._models} {key}", scores)

    def close(self) -> None:
        """Closes the file."""
        if self._disk is not None:
            self._disk.close()
