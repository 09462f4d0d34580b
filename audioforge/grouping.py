"""Which items belong together."""

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def rows_by(keys: Sequence[K], rows: Iterable[int] | None = None) -> dict[K, list[int]]:
    """Which rows share a key, both keys and rows in the order in which they come.

    Args:
        keys: One a row.
        rows: Those to look at; all of them by default.
    """
    found: dict[K, list[int]] = {}
    for row in range(len(keys)) if rows is None else rows:
        found.setdefault(keys[row], []).append(row)
    return found
