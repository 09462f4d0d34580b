"""What is to be scored: a folder of clips, or a table (Parquet, CSV, JSON, JSON lines) of files and requests."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from audioforge.audio_files import AUDIO_SUFFIXES, audio_files
from audioforge.data_files import DataError
from audioforge.row_files import ROW_SUFFIXES, read_rows

TABLE_SUFFIXES = (".parquet", *ROW_SUFFIXES)
COLUMNS = ("id", "file", "request", "category")


class ArchiveError(ValueError):
    """An archive that can't be read; the message names the file or row and the mend."""


@dataclass(frozen=True)
class ArchiveClip:
    """One clip to score.

    Attributes:
        id: Unique in the archive; the path inside a folder.
        file: Where it is, as absolute path.
        request: What was asked for; ``None`` makes it a clip without a score, not an error.
        category: ``drums``, ``instruments``, ``sfx``, ``ambient``, or ``None`` to guess it from the request.
    """

    id: str
    file: str
    request: str | None = None
    category: str | None = None

    def key(self, model: str) -> str:
        """Hash of everything its score depends on; a file counts by size and time of change, as ``make`` does it."""
        try:
            stat = Path(self.file).stat()
            version = f"{stat.st_size} {stat.st_mtime_ns}"
        except OSError:
            version = "absent"
        fields = (self.id, self.file, self.request, self.category, version, model)
        return hashlib.sha256(repr(fields).encode()).hexdigest()[:24]


def read_archive(source: Path, *, request: str | None = None, category: str | None = None) -> list[ArchiveClip]:
    """The clips of an archive, sorted by id, whatever order the folder or table has.

    Args:
        source: Folder (searched in depth for wav, flac, ogg, opus, mp3), or a table with the columns ``file`` and, as
            wanted, ``id``, ``request``, ``category``; files are relative to the table.
        request: For clips without one of their own.
        category: Likewise.

    Raises:
        ArchiveError: If the source is absent, empty, or of another kind, a column is missing, or ids repeat.
    """
    if source.is_dir():
        clips = _from_folder(source)
    elif source.suffix in TABLE_SUFFIXES and source.is_file():
        clips = _from_table(source)
    else:
        raise ArchiveError(f"{source}: expected a folder of clips or a table ({', '.join(TABLE_SUFFIXES)}).")
    if not clips:
        raise ArchiveError(f"{source}: no clips there ({', '.join(AUDIO_SUFFIXES)}).")
    _refuse_repeated(source, clips)
    filled = (ArchiveClip(own.id, own.file, own.request or request, own.category or category) for own in clips)
    return sorted(filled, key=lambda own: own.id)


def _from_folder(folder: Path) -> list[ArchiveClip]:
    return [ArchiveClip(path.relative_to(folder).as_posix(), str(path.resolve())) for path in audio_files(folder)]


def _from_table(path: Path) -> list[ArchiveClip]:
    try:
        rows = _parquet_rows(path) if path.suffix == ".parquet" else read_rows(path)
    except (pa.ArrowException, OSError, DataError) as error:
        raise ArchiveError(f"{path}: can't be read as {path.suffix[1:]}: {error}") from error
    if rows and not any("file" in row for row in rows):
        raise ArchiveError(f'{path}: has no column "file", only {", ".join(rows[0])}.')
    return list(_rows(path, rows))


def _parquet_rows(path: Path) -> Sequence[Mapping[str, object]]:
    table = pq.read_table(path)
    known = [name for name in COLUMNS if name in table.column_names]
    rows: list[Mapping[str, object]] = table.select(known or table.column_names[:1]).to_pylist()
    return rows


def _rows(path: Path, rows: Sequence[Mapping[str, object]]) -> Iterable[ArchiveClip]:
    for number, row in enumerate(rows):
        if not row.get("file"):
            raise ArchiveError(f"{path}, row {number}: no file is named.")
        file = path.parent / str(row["file"])
        name, request, category = (_text(row.get(key)) for key in ("id", "request", "category"))
        yield ArchiveClip(name or str(row["file"]), str(file.resolve()), request, category)


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def _refuse_repeated(source: Path, clips: Sequence[ArchiveClip]) -> None:
    repeated = [name for name, count in Counter(own.id for own in clips).items() if count > 1]
    if repeated:
        raise ArchiveError(f"{source}: {len(repeated)} ids repeat, such as {repeated[0]!r}: give each row its own id.")
