"""Reads requests and systems: JSON, JSON lines or CSV, and folders whose files are named after the requests' ids."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from audioforge.audio_files import audio_files
from audioforge.benchmark.entries import BenchmarkClip, BenchmarkError, Mismatch, Pairing, Request, gather
from audioforge.choices import wrong_choice
from audioforge.row_files import ROW_SUFFIXES, Row, is_row_file, read_rows
from audioforge.targets import CATEGORIES

_REQUEST_COLUMNS = "expected id (a clip's file name without its suffix), request and, as wanted, category"


class _Read(NamedTuple):
    clips: list[BenchmarkClip]
    mismatches: list[Mismatch]


def read_benchmark(systems: Sequence[str], requests: Path | None = None) -> Pairing:
    """All clips of all systems.

    Args:
        systems: ``NAME=FOLDER``, ``NAME=MANIFEST``, or ``MANIFEST`` whose rows name their system.
        requests: File of requests; needed for folders. Where there is one, it says what is asked for.

    Raises:
        BenchmarkError, DataError: If something can't be read; the message names file, row and mend.
    """
    known = {} if requests is None else {own.id: own for own in read_requests(requests)}
    read = [_read_system(source, known) for source in systems]
    names = [{own.system for own in one.clips} for one in read]
    _refuse_shared(names)
    return gather([own for one in read for own in one.clips], [own for one in read for own in one.mismatches], known)


def read_requests(path: Path) -> list[Request]:
    """Requests of a file: rows with ``id``, ``request`` and, as wanted, ``category``.

    Raises:
        DataError: If the file can't be read.
        BenchmarkError: If there is no row, a field is missing, or an id comes twice.
    """
    requests = [_request(path, number, row) for number, row in enumerate(read_rows(path), 1)]
    if not requests:
        raise BenchmarkError(f"{path} holds no row: {_REQUEST_COLUMNS}.")
    seen: set[str] = set()
    for own in requests:
        if own.id in seen:
            raise BenchmarkError(f"{path}: the id {own.id!r} comes twice: give each request its own.")
        seen.add(own.id)
    return requests


def _read_system(source: str, known: Mapping[str, Request]) -> _Read:
    name, path = _split(source)
    if path.is_dir():
        if name is None:
            raise BenchmarkError(f"{source}: name the system, as in --system mine={source}.")
        return _from_folder(name, path, known)
    if not path.is_file():
        raise BenchmarkError(f"{source}: there is no folder or file {path}.")
    if not is_row_file(path):
        raise BenchmarkError(f"{source}: expected a folder of clips or a manifest ({', '.join(ROW_SUFFIXES)}).")
    return _from_manifest(name, path, known)


def _split(source: str) -> tuple[str | None, Path]:
    name, equals, place = source.partition("=")
    if not equals or Path(source).exists():
        return None, Path(source)
    if not name.strip() or not place:
        raise BenchmarkError(f"--system {source!r}: expected NAME=FOLDER, NAME=MANIFEST or MANIFEST.")
    return name.strip(), Path(place)


def _from_folder(system: str, folder: Path, known: Mapping[str, Request]) -> _Read:
    if not known:
        raise BenchmarkError(f"{folder}: a folder needs --requests, a file that says what each clip answers.")
    read = _Read([], [])
    for path in audio_files(folder):
        file = path.relative_to(folder).as_posix()
        if path.stem in known:
            read.clips.append(BenchmarkClip(system, known[path.stem], path, file))
        else:
            read.mismatches.append(Mismatch(system, file, "no request of this id"))
    return read


def _from_manifest(name: str | None, path: Path, known: Mapping[str, Request]) -> _Read:
    read = _Read([], [])
    for number, row in enumerate(read_rows(path), 1):
        system = _text(row, "system") or name
        if system is None:
            raise BenchmarkError(f'{path}, row {number}: no "system"; add it, or say --system NAME={path}.')
        if name is not None and system != name:
            continue
        _take(read, system, path, number, row, known)
    if name is not None and not (read.clips or read.mismatches):
        raise BenchmarkError(f"{path}: no row belongs to the system {name!r}.")
    return read


def _take(read: _Read, system: str, path: Path, number: int, row: Row, known: Mapping[str, Request]) -> None:
    file = _text(row, "file")
    if file is None:
        raise BenchmarkError(f'{path}, row {number}: no "file".')
    own_id = _text(row, "id") or Path(file).stem
    request = known.get(own_id)
    if known and request is None:
        read.mismatches.append(Mismatch(system, file, f"no request of the id {own_id}"))
        return
    if request is None:
        request = _request(path, number, {**row, "id": own_id})
    elif _text(row, "request") not in (None, request.text):
        read.mismatches.append(Mismatch(system, own_id, "the manifest's request differs; the requests file counts"))
    read.clips.append(BenchmarkClip(system, request, path.parent / file, file, _seed(path, number, row)))


def _request(path: Path, number: int, row: Row) -> Request:
    name, text, category = _text(row, "id"), _text(row, "request"), _text(row, "category")
    if name is None or text is None:
        missing = "id" if name is None else "request"
        had = ", ".join(row) or "nothing"
        raise BenchmarkError(f'{path}, row {number}: no "{missing}"; it has {had}: {_REQUEST_COLUMNS}.')
    if category is not None and category not in CATEGORIES:
        raise BenchmarkError(f"{path}, row {number}: {wrong_choice('category', category, CATEGORIES)}.")
    return Request(name, text, category)


def _seed(path: Path, number: int, row: Row) -> int | None:
    value = row.get("seed")
    if value is None or value == "":
        return None
    try:
        return int(str(value))
    except ValueError as error:
        raise BenchmarkError(f"{path}, row {number}: seed {value!r} is no whole number.") from error


def _text(row: Row, key: str) -> str | None:
    value = row.get(key)
    return None if value is None or not str(value).strip() else str(value)


def _refuse_shared(names: Sequence[set[str]]) -> None:
    seen: set[str] = set()
    for own in names:
        if shared := seen & own:
            raise BenchmarkError(f"two sources name the system {min(shared)!r}: give each system its own name.")
        seen |= own
