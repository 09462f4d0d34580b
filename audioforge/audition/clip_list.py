"""What can be auditioned: clips from folders, files, rollouts and manifests, under ids that give nothing away.

A manifest is a table (csv, json list, jsonl) with the column ``file``, relative to the table, and, as wanted, ``id``,
``request`` (or ``caption``), ``category`` and ``system``; a rollouts file is one too, its clips' requests and totals
included. Clips of one ``pair_key`` answer the same request and may be compared: the request where it is known, else
the path inside the folder, so that two systems' folders pair by name and never by order.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from audioforge.audio_files import AUDIO_SUFFIXES, audio_files, is_audio_name
from audioforge.rollouts import read_rollouts
from audioforge.row_files import ROW_SUFFIXES, is_row_file, read_rows


class AuditionError(ValueError):
    """Clips or ratings that can't be used; the message names the file and the mend."""


@dataclass(frozen=True)
class AuditionClip:
    """One clip.

    Attributes:
        path: Its audio, absolute.
        name: As its source calls it; hidden while rating.
        system: What made it: the folder, table or column it came by; hidden while rating.
        pair_key: Clips of one key answer the same request.
        request: What was asked for, if known.
        category: Of the request, if known.
        total: What the reward gave it, if its source says so; hidden while rating.
    """

    path: Path
    name: str
    system: str
    pair_key: str
    request: str | None = None
    category: str | None = None
    total: float | None = None

    @property
    def id(self) -> str:
        """Stands for the clip on the page: a hash, so that it shows neither name nor order."""
        return hashlib.sha256(f"{self.path}\n{self.name}".encode()).hexdigest()[:16]


def list_clips(sources: Sequence[Path]) -> list[AuditionClip]:
    """Every clip of some folders, audio files, rollouts or manifests; each file once, in the sources' order.

    Raises:
        AuditionError: If a source is of no known kind or empty, or names a clip that isn't there.
        DataError: If a table can't be read.
    """
    found: dict[Path, AuditionClip] = {}
    for source in sources:
        clips = _list_source(source)
        if not clips:
            raise AuditionError(f"{source} holds no clips ({', '.join(AUDIO_SUFFIXES)}).")
        for clip in clips:
            found.setdefault(clip.path, clip)
    return list(found.values())


def _list_source(source: Path) -> list[AuditionClip]:
    if source.is_dir():
        return _from_folder(source)
    if not source.is_file():
        raise AuditionError(f"{source} is not there: give a folder, audio files, a rollouts file or a manifest.")
    if is_audio_name(source):
        return [AuditionClip(source.resolve(), source.name, source.parent.name, source.name)]
    if is_row_file(source):
        rows = read_rows(source)
        return _from_rollouts(source) if rows and "completion" in rows[0] else _from_rows(source, rows)
    raise AuditionError(f"{source}: expected a folder, an audio file, or a table ({', '.join(ROW_SUFFIXES)}).")


def _from_folder(folder: Path) -> list[AuditionClip]:
    files = audio_files(folder)
    names = [path.relative_to(folder).as_posix() for path in files]
    system = folder.resolve().name
    return [AuditionClip(path.resolve(), name, system, name) for path, name in zip(files, names, strict=True)]


def _from_rollouts(path: Path) -> list[AuditionClip]:
    return [
        AuditionClip(
            path=_existing(path, record.audio, f"rollout {record.id}"),
            name=record.id,
            system=path.stem,
            pair_key=record.request,
            request=record.request,
            category=record.category,
            total=record.total,
        )
        for record in read_rollouts(path)
        if record.audio is not None
    ]


def _from_rows(path: Path, rows: Iterable[Mapping[str, object]]) -> list[AuditionClip]:
    return [_from_row(path, number, row) for number, row in enumerate(rows, start=1)]


def _from_row(path: Path, number: int, row: Mapping[str, object]) -> AuditionClip:
    file = _text(row, "file")
    if file is None:
        raise AuditionError(f'{path}, entry {number} has no "file": expected file and, as wanted, request, category.')
    request, name = _text(row, "request") or _text(row, "caption"), _text(row, "id") or file
    total = row.get("total")
    return AuditionClip(
        path=_existing(path, file, f"entry {number}"),
        name=name,
        system=_text(row, "system") or path.stem,
        pair_key=request or name,
        request=request,
        category=_text(row, "category"),
        total=float(total) if isinstance(total, int | float) else None,
    )


def _existing(table: Path, file: str, place: str) -> Path:
    path = (table.parent / file).resolve()
    if not path.is_file():
        raise AuditionError(f"{table}, {place} names {file}, which is not there: paths are relative to the table.")
    return path


def _text(row: Mapping[str, object], key: str) -> str | None:
    value = row.get(key)
    return str(value) if value not in (None, "") else None
