"""Finished groups on their way to the trainer: kept in order, and on disk where there is a folder for them.

A group's file is written whole before it is sent and removed after the API took it. What a killed environment leaves
behind is therefore sent by the next one; whether the API had already taken it is *in doubt*, and asked first.
"""

import json
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audioforge.env.run_state import write_whole

REFUSED = "refused"


@dataclass
class Parcel:
    """One group to send.

    Attributes:
        number: Its number in the run.
        group: What the API is given.
        in_doubt: Whether the API may have it already.
        place: Counts what went into an outbox; the order of sending, which is not that of the numbers.
    """

    number: int
    group: dict[str, Any]
    in_doubt: bool = False
    place: int = 0


class Outbox:
    """First in, first out.

    Args:
        folder: Where parcels survive a kill; ``None`` keeps them in memory alone.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._parcels: deque[Parcel] = deque(self._left_behind())
        self._places = self._parcels[-1].place + 1 if self._parcels else 0

    def __len__(self) -> int:
        return len(self._parcels)

    def numbers(self) -> list[int]:
        """The groups in it, next one first."""
        return [parcel.number for parcel in self._parcels]

    def put(self, parcel: Parcel) -> None:
        """Take a group; it is on disk when this returns."""
        parcel.place, self._places = self._places, self._places + 1
        if self.folder is not None:
            write_whole(self._file(parcel), json.dumps(parcel.group, allow_nan=False))
        self._parcels.append(parcel)

    def first(self) -> Parcel:
        """The group to send next; it stays in the outbox."""
        return self._parcels[0]

    def drop_first(self) -> Parcel:
        """The API has the first group."""
        parcel = self._parcels.popleft()
        if self.folder is not None:
            self._file(parcel).unlink(missing_ok=True)
        return parcel

    def refuse_first(self) -> Parcel:
        """The API will never take the first group: it is set aside under ``refused``."""
        parcel = self._parcels.popleft()
        if self.folder is not None:
            aside = self.folder / REFUSED / self._file(parcel).name
            aside.parent.mkdir(exist_ok=True)
            self._file(parcel).replace(aside)
        return parcel

    def _file(self, parcel: Parcel) -> Path:
        assert self.folder is not None, "asked for only where there is one"
        return self.folder / f"{parcel.place:09d}-{parcel.number}.json"

    def _left_behind(self) -> list[Parcel]:
        if self.folder is None:
            return []
        self.folder.mkdir(parents=True, exist_ok=True)
        return [_unpacked(file) for file in sorted(self.folder.glob("*.json"))]


def _unpacked(file: Path) -> Parcel:
    place, _, number = file.stem.partition("-")
    group = json.loads(file.read_text(encoding="utf-8"))
    return Parcel(int(number), group, in_doubt=True, place=int(place))
