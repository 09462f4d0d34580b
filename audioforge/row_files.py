"""Tables that users bring (requests, manifests of clips): a JSON list, JSON lines or CSV, read as rows by name."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

from audioforge.data_files import DataError

ROW_SUFFIXES = (".json", ".jsonl", ".csv")

Row = Mapping[str, object]


def is_row_file(path: Path) -> bool:
    """Whether the name ends like that of such a table."""
    return path.suffix.lower() in ROW_SUFFIXES


def read_rows(path: Path) -> list[Row]:
    """Rows of a table; a JSON object with a list ``clips`` counts as that list.

    Raises:
        DataError: If it can't be read, or holds something else than rows; the message names file, line and mend.
    """
    if not is_row_file(path):
        raise DataError(f"{path}: expected a table ({', '.join(ROW_SUFFIXES)}).")
    try:
        rows = _parsed(path, path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DataError(f"{path} can't be read ({error.strerror}): check the path.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 (byte {error.start}): save it as UTF-8.") from error
    except csv.Error as error:
        raise DataError(f"{path} can't be read as csv: {error}.") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        got = next((row for row in rows if not isinstance(row, dict)), rows) if isinstance(rows, list) else rows
        raise DataError(f'{path}: expected a list of objects such as {{"file": …, "request": …}}, got {got!r:.80}.')
    return rows


def _parsed(path: Path, text: str) -> object:
    if path.suffix.lower() == ".csv":
        return list(csv.DictReader(io.StringIO(text, newline="")))
    if path.suffix.lower() == ".jsonl":  # splitlines would cut at signs that JSON allows inside a string
        return [_json(path, line, f"line {n}") for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    document = _json(path, text, "the file")
    return document["clips"] if isinstance(document, dict) and "clips" in document else document


def _json(path: Path, text: str, place: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise DataError(f"{path}: {place} is no JSON ({error}): mend it or drop it.") from error
