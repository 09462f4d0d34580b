"""Which items can be rendered in one batch, and what happens when a batch is too large for the memory."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch

from audioforge.proposals import Proposal

T = TypeVar("T")
R = TypeVar("R")


def batches(proposals: Sequence[Proposal], max_batch: int) -> list[list[int]]:
    """Indices of proposals that share everything a batch must share; prompts and seconds may differ.

    Returns:
        Batches of at most ``max_batch``, in the order of their first items.
    """
    alike: dict[tuple[object, ...], list[int]] = {}
    for index, own in enumerate(proposals):
        # Without guidance a negative prompt is never read.
        negative = own.cfg_scale != 1 and bool(own.negative_prompt.strip())
        alike.setdefault((own.steps, own.cfg_scale, own.sampler, negative), []).append(index)
    return [rows[start : start + max_batch] for rows in alike.values() for start in range(0, len(rows), max_batch)]


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
