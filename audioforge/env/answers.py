"""What a policy answered, and what of it a generator can use."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from audioforge.proposals import Proposal


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


def cut_prompt(proposal: Proposal, limit: int | None) -> tuple[Proposal, int]:
    """Drop the prompt's words past the generator's limit, so that nothing is judged as asked that was never heard.

    A word is at least one token of any tokenizer, so words past the limit are invisible for certain; a generator with
    its own tokenizer may read fewer.

    Returns:
        The proposal as it is rendered, and how many words were dropped.
    """
    words = proposal.prompt.split()
    if limit is None or len(words) <= limit:
        return proposal, 0
    return replace(proposal, prompt=" ".join(words[:limit])), len(words) - limit
