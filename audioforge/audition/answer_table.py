"""A CSV file of what raters answered, that several processes may write and that a crash can't tear.

A new answer is one appended line, written at once under a lock; a changed mind replaces the whole file in one step.
Every answer is keyed by its first columns (and the rater among them), so a clip is never rated twice by one rater.
"""

import csv
import fcntl
import io
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from audioforge.audition.clip_list import AuditionError

RATING_COLUMNS, RATING_KEY = ("clip", "rater", "score"), ("clip", "rater")
CHOICE_COLUMNS, CHOICE_KEY = ("first", "second", "rater", "choice", "played_first"), ("first", "second", "rater")


@dataclass(frozen=True)
class AnswerTable:
    """Answers in a file.

    Attributes:
        path: The CSV file; made with its heading when the first answer comes.
        columns: All columns, in order.
        key: Those that tell answers apart.
    """

    path: Path
    columns: tuple[str, ...]
    key: tuple[str, ...]

    def rows(self) -> list[dict[str, str]]:
        """Every answer, oldest first.

        Raises:
            AuditionError: If the file has other columns.
        """
        if not self.path.is_file() or not self.path.stat().st_size:
            return []
        with self.path.open(encoding="utf-8-sig", newline="") as file:  # spreadsheets put a byte order mark first
            reader = csv.DictReader(file)
            had = reader.fieldnames or ()
            missing = [name for name in self.columns if name not in had]
            if missing:
                raise AuditionError(
                    f"{self.path} has no column {missing[0]}, expected {', '.join(self.columns)}, separated by commas; "
                    f"it has {', '.join(map(repr, had))}."
                )
            return [{name: row[name] or "" for name in self.columns} for row in reader]

    def put(self, answer: Mapping[str, str]) -> None:
        """Write one answer, in place of an earlier one of the same key; on disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            rows = self.rows()
            key = self._key(answer)
            if any(self._key(row) == key for row in rows):
                self._replace([dict(answer) if self._key(row) == key else row for row in rows])
            else:
                self._append(answer)

    def _append(self, answer: Mapping[str, str]) -> None:
        """One write of whole lines: the heading too if the file is new, a line end if the last writer died."""
        with self.path.open("ab+") as file:
            size = file.seek(0, os.SEEK_END)
            start = self._lines([], heading=True) if not size else b""
            if size:
                file.seek(-1, os.SEEK_END)
                start = b"" if file.read(1) == b"\n" else b"\n"
            file.write(start + self._lines([answer]))
            file.flush()
            os.fsync(file.fileno())

    def _replace(self, rows: Sequence[Mapping[str, str]]) -> None:
        with tempfile.NamedTemporaryFile(dir=self.path.parent, prefix=f".{self.path.name}.", delete=False) as fresh:
            fresh.write(self._lines(rows, heading=True))
            fresh.flush()
            os.fsync(fresh.fileno())
        Path(fresh.name).replace(self.path)

    def _lines(self, rows: Sequence[Mapping[str, str]], *, heading: bool = False) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, self.columns, lineterminator="\n")
        if heading:
            writer.writeheader()
        writer.writerows([{name: row[name] for name in self.columns} for row in rows])
        return text.getvalue().encode()

    def _key(self, row: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(row[name] for name in self.key)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time; the lock is a file beside the table, since the table itself may be replaced."""
        with self.path.with_name(f".{self.path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def ratings_table(path: Path) -> AnswerTable:
    """Scores from 1 to 5, as ``training/fit_quality_head.py --ratings`` reads them."""
    return AnswerTable(path, RATING_COLUMNS, RATING_KEY)


def choices_table(path: Path) -> AnswerTable:
    """Preferences between two clips of one request: ``choice`` is ``first``, ``second`` or ``tie``."""
    return AnswerTable(path, CHOICE_COLUMNS, CHOICE_KEY)


def relative_name(path: Path, table: Path) -> str:
    """How a table in its folder names a clip: the relative path, with forward slashes."""
    return Path(os.path.relpath(path, table.resolve().parent)).as_posix()
