"""What a policy answered, with what a trainer needs of it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """One sampled answer with what a trainer needs of it.

    Attributes:
        text: The whole answer.
        tokens: Prompt and answer, as the policy's token ids.
        masks: As ``tokens``, with -100 where the policy was not the author.
        logprobs: One a token, natural; 1.0 where the policy was not the author (Atropos' convention).
    """

    text: str
    tokens: Sequence[int] = ()
    masks: Sequence[int] = ()
    logprobs: Sequence[float] = ()

    @property
    def length(self) -> int:
        """How many tokens the policy wrote."""
        return sum(mask != -100 for mask in self.masks)
