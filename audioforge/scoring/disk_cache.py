"""Scores on disk: an SQLite file that any number of threads and processes may share, bounded by the clips it holds.

A cache that fails never fails a score: what can't be read is a miss, what can't be written is left out, and both are
counted in ``errors``. The file must lie on a local disk (SQLite's locks don't hold on most network file systems).
"""

import os
import sqlite3
import threading
import time
from pathlib import Path

from audioforge.data_files import DataError
from audioforge.rewards.scores import Scores
from audioforge.scoring.stored_scores import scores_from_bytes, scores_to_bytes

PRUNE_EVERY = 256
"""Answers stored between two looks at the bound."""
BUSY_SECONDS = 5.0
_TABLE = "CREATE TABLE IF NOT EXISTS scores (key TEXT PRIMARY KEY, clips INTEGER, used REAL, answer BLOB)"
_INDEX = "CREATE INDEX IF NOT EXISTS scores_used ON scores (used, clips)"


class DiskScores:
    """The most recently used answers of all processes that share the file.

    Args:
        path: The file; it and its folder are made if they aren't there.
        max_clips: Clips whose scores are kept.

    Raises:
        DataError: If the file can't be used; the message says what to do.
    """

    def __init__(self, path: Path, *, max_clips: int = 1_000_000) -> None:
        self.path = path
        self.errors = 0
        self._max_clips = max_clips
        self._puts = 0
        self._lock = threading.Lock()
        self._process = os.getpid()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._open()
            self._prune()
        except (sqlite3.Error, OSError) as error:
            raise DataError(f"{path} can't hold scores ({error}): delete it, or name another file.") from error

    def get(self, key: str) -> Scores | None:
        """The answer stored under ``key``, which counts as used now."""
        with self._lock:
            try:
                row = self._connection().execute("SELECT answer FROM scores WHERE key = ?", (key,)).fetchone()
                if row is None:
                    return None
                scores = scores_from_bytes(row[0])
            except (sqlite3.Error, ValueError):
                self.errors += 1
                return None
            self._note_use(key)
            return scores

    def put(self, key: str, scores: Scores) -> None:
        """Stores an answer; drops the least recently used ones beyond the bound now and then."""
        with self._lock:
            try:
                row = (key, len(scores), time.time(), scores_to_bytes(scores))
                self._connection().execute("INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?)", row)
                self._puts += 1
                if self._puts % PRUNE_EVERY == 0:
                    self._prune()
            except (sqlite3.Error, TypeError, ValueError):  # a provenance that is no JSON is not stored either
                self.errors += 1

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._file.close()

    def _note_use(self, key: str) -> None:
        """An answer that was read is one, even where the file can't be written."""
        try:
            self._file.execute("UPDATE scores SET used = ? WHERE key = ?", (time.time(), key))
        except sqlite3.Error:
            self.errors += 1

    def _connection(self) -> sqlite3.Connection:
        if self._process != os.getpid():  # a connection must not cross a fork
            self._file, self._process = self._open(), os.getpid()
        return self._file

    def _open(self) -> sqlite3.Connection:
        file = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = NORMAL")  # a crash of the machine may cost the last answers, no more
        file.execute(_TABLE)
        file.execute(_INDEX)
        return file

    def _prune(self) -> None:
        """Drops the least recently used answers beyond the bound; reads the index alone, as far as need be."""
        (held,) = self._file.execute("SELECT COALESCE(SUM(clips), 0) FROM scores").fetchone()
        if held <= self._max_clips:
            return
        last_dropped = 0.0
        for used, clips in self._file.execute("SELECT used, clips FROM scores ORDER BY used"):
            held, last_dropped = held - clips, used
            if held <= self._max_clips:
                break
        self._file.execute("DELETE FROM scores WHERE used <= ?", (last_dropped,))
