"""Which items can be rendered in one batch, and what happens when a batch is too large for the memory."""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import torch

from audioforge.grouping import rows_by

T = TypeVar("T")
R = TypeVar("R")


def alike(shared: Sequence[Hashable], max_batch: int) -> list[list[int]]:
    """Indices of items that share everything a batch must share.

    Args:
        shared: Per item, what it must have in common with its batch.
        max_batch: Most items of a batch.

    Returns:
        Batches in the order of their first items.
    """
    groups = rows_by(shared).values()
    return [rows[start : start + max_batch] for rows in groups for start in range(0, len(rows), max_batch)]


def in_batches(
    items: Sequence[T], batches: Sequence[Sequence[int]], render: Callable[[Sequence[T]], list[R]]
) -> list[R]:
    """Every item's rendering, in the order of the items; a batch is halved where memory runs out."""
    rendered: dict[int, R] = {}
    for rows in batches:
        rendered.update(zip(rows, in_halves([items[row] for row in rows], render), strict=True))
    return [rendered[index] for index in range(len(items))]


def in_halves(items: Sequence[T], render: Callable[[Sequence[T]], list[R]]) -> list[R]:
    """``render(items)``, or both halves on their own where the whole runs out of memory.

    Raises:
        torch.OutOfMemoryError: If a single item is too much.
    """
    try:
        return render(items)
    except torch.OutOfMemoryError:
        if len(items) == 1:
            raise
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    half = len(items) // 2
    return in_halves(items[:half], render) + in_halves(items[half:], render)
