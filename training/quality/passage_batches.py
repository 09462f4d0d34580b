"""Batches in which the copies of a passage lie together: pairs are only found within a batch."""

from collections.abc import Iterator

import torch
from jaxtyping import Int
from torch import Tensor
from torch.utils.data import Sampler


class PassageBatches(Sampler[list[int]]):
    """Indices of examples, passages shuffled anew at every pass as blocks, and those without a passage one by one.

    Args:
        passage: Number of each example's passage; -1 for none.
        size: Examples of a batch; the passages at its ends may be cut.
    """

    def __init__(self, passage: Int[Tensor, " example"], size: int) -> None:
        self.passage, self.size = passage, size

    def __len__(self) -> int:
        return -(-len(self.passage) // self.size)

    def __iter__(self) -> Iterator[list[int]]:
        alone = self.passage < 0
        place = torch.rand(int(self.passage.max()) + 1 + 1)[self.passage]
        order = torch.argsort(torch.where(alone, torch.rand(len(self.passage)), place), stable=True)
        return iter([batch.tolist() for batch in torch.split(order, self.size)])
