"""Judged clips on disk, so that a run that was cut off goes on where it was."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from audioforge.benchmark.entries import BenchmarkError
from audioforge.benchmark.judged_clip import JudgedClip, from_bytes, to_bytes

_TABLE = "CREATE TABLE IF NOT EXISTS judged (key TEXT PRIMARY KEY, clip BLOB)"


class ClipCache:
    """An SQLite file of judged clips by key; use as a context manager.

    Args:
        path: Made if absent.

    Raises:
        BenchmarkError: If it can't be used.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path, timeout=10)
            self._file.execute(_TABLE)
        except (sqlite3.Error, OSError) as error:
            raise BenchmarkError(f"{path} can't hold judged clips ({error}): delete it, or name another.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def get(self, key: str) -> JudgedClip | None:
        """The clip under ``key``; a damaged entry is as good as none."""
        found = self._file.execute("SELECT clip FROM judged WHERE key = ?", (key,)).fetchone()
        try:
            return None if found is None else from_bytes(found[0])
        except (ValueError, KeyError, TypeError):
            return None

    def put(self, clips: Mapping[str, JudgedClip]) -> None:
        """Keeps a batch whole or not at all; clips on which a backend failed are left out."""
        rows: Sequence[tuple[str, bytes]] = [(key, to_bytes(own)) for key, own in clips.items() if not own.failed]
        with self._file:
            self._file.executemany("INSERT OR REPLACE INTO judged VALUES (?, ?)", rows)
