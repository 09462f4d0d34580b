"""One object of a data file, read field by field, with errors that name file, entry and mend.

The loaders of this package share it, so that ``"yes"`` for a number or a misspelt key is told in the same words
everywhere.
"""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from audioforge.data_files import DataError


@dataclass(frozen=True)
class Entry:
    """A JSON object and where it stands.

    Attributes:
        file: Name of the file, for messages.
        name: Which entry of it, e.g. ``entry 3 ("drums-techno-128")``.
        fields: The object itself.
    """

    file: str
    name: str
    fields: Mapping[str, object]

    def fail(self, message: str) -> NoReturn:
        """Raise ``DataError`` with this entry's place before the message."""
        raise DataError(f"{self.file}, {self.name}: {message}")

    def expect_keys(self, required: Collection[str], optional: Collection[str] = ()) -> None:
        """Refuse missing and unknown keys."""
        missing = [key for key in required if key not in self.fields]
        if missing:
            self.fail(f"missing {_quoted(missing)}: add it.")
        unknown = [key for key in self.fields if key not in required and key not in optional]
        if unknown:
            self.fail(f"unknown key {_quoted(unknown)}: known are {_quoted([*required, *optional])}; a misspelling?")

    def text(self, key: str, *, empty: bool = False) -> str:
        """The string at ``key``; blank ones are refused unless ``empty``."""
        value = self.fields[key]
        if not isinstance(value, str):
            self._wrong(key, "a string", value)
        if not empty and not value.strip():
            self.fail(f'"{key}" is empty: write it out.')
        return value

    def choice(self, key: str, options: Collection[str]) -> str:
        """The string at ``key``, which must be one of ``options``."""
        value = self.text(key)
        if value not in options:
            self.fail(f'"{key}" must be one of {_quoted(options)}, got "{value}".')
        return value

    def number(self, key: str, low: float, high: float) -> float:
        """The finite number at ``key``, within ``[low, high]``."""
        value = self.fields[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self._wrong(key, "a finite number", value)
        if not low <= value <= high:
            self.fail(f'"{key}" must lie in {low:g} to {high:g}, got {value:g}.')
        return float(value)

    def whole(self, key: str, low: int, high: int) -> int:
        """The integer at ``key``, within ``[low, high]``."""
        value = self.fields[key]
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong(key, "a whole number", value)
        return int(self.number(key, low, high))

    def texts(self, key: str) -> tuple[str, ...]:
        """The non-empty list of non-empty strings at ``key``."""
        value = self.fields[key]
        if (
            not isinstance(value, list)
            or not value
            or not all(isinstance(item, str) and item.strip() for item in value)
        ):
            self._wrong(key, "a list of at least one non-empty string", value)
        return tuple(value)

    def entry(self, key: str) -> "Entry":
        """The object at ``key``."""
        value = self.fields[key]
        if not isinstance(value, dict):
            self._wrong(key, "an object", value)
        return Entry(self.file, f'{self.name}, "{key}"', value)

    def entries(self, key: str) -> Iterator["Entry"]:
        """The objects of the list at ``key``."""
        for entry in list_entries(self.fields[key], f'{self.file}, {self.name}, "{key}"'):
            yield replace(entry, file=self.file, name=f'{self.name}, "{key}", {entry.name}')

    def _wrong(self, key: str, expected: str, value: object) -> NoReturn:
        self.fail(f'"{key}" must be {expected}, got {value!r}.')


def list_entries(document: object, file: str, key: str | None = None) -> list[Entry]:
    """The objects of a JSON array.

    Args:
        document: The decoded array.
        file: Its name, for messages.
        key: The field that names an entry in messages, if there is one.

    Raises:
        DataError: If it is no array, or holds something else than objects.
    """
    if not isinstance(document, list):
        raise DataError(f"{file} must hold a JSON array of objects, got {type(document).__name__}: wrap it in [ ].")
    return [_list_entry(item, file, index, key) for index, item in enumerate(document)]


def refuse_duplicates(entries: Collection[Entry], key: str) -> None:
    """Refuse two entries with the same text at ``key``."""
    seen: dict[object, Entry] = {}
    for entry in entries:
        earlier = seen.setdefault(entry.fields[key], entry)
        if earlier is not entry:
            entry.fail(f'"{key}" is that of {earlier.name} too: give each its own.')


def _list_entry(item: object, file: str, index: int, key: str | None) -> Entry:
    if not isinstance(item, dict):
        raise DataError(f"{file}, entry {index}: expected an object, got {item!r}.")
    label = f'entry {index} ("{item[key]}")' if key is not None and key in item else f"entry {index}"
    return Entry(file, label, item)


def _quoted(names: Collection[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
