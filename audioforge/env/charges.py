"""What an answer pays for what nobody hears or asked for: words the generator cannot see, and a length far off.

A charge is a share of the total; ``reward = total * (1 - sum of charges)``, and the record keeps the total as it was.
Rewards compare the clip with the request, never with the prompt, so unseen words earn nothing anyway; without a charge
they would cost nothing either, and a policy is free to babble. The length asked for stands in the request's message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from audioforge.prompt_words import count_words
from audioforge.proposals import Proposal

UNSEEN_WORDS = "unseen_words"
LENGTH = "length"


@runtime_checkable
class CountsTokens(Protocol):
    """A generator that tells its own tokens: that counts better than by words."""

    def count_tokens(self, prompt: str) -> int:
        """Tokens of a text."""


@dataclass(frozen=True)
class Charges:
    """The tariff.

    Attributes:
        unseen_word: Share of the total for each word, or token, that the generator does not see.
        most_unseen: Most that unseen words can cost.
        length: Share of the total for a clip of no length, or without end.
        free_factor: A clip this many times shorter or longer than asked costs nothing yet.
    """

    unseen_word: float = 0.01
    most_unseen: float = 0.25
    length: float = 0.4
    free_factor: float = 1.5

    def of(self, proposal: Proposal, unseen: int, seconds_asked: float) -> Mapping[str, float]:
        """What a proposal pays, by reason; reasons that cost nothing are left out.

        Args:
            proposal: As rendered.
            unseen: Words the generator does not see.
            seconds_asked: Length the request asks for.
        """
        ratio = min(proposal.seconds, seconds_asked) / max(proposal.seconds, seconds_asked)
        charges = {
            UNSEEN_WORDS: min(self.most_unseen, unseen * self.unseen_word),
            LENGTH: self.length * max(0.0, 1 - ratio * self.free_factor),
        }
        return {reason: round(charge, 4) for reason, charge in charges.items() if charge > 0}


def unseen_words(generator: object, proposal: Proposal, words_cut: int, limit: int | None) -> int:
    """Words of the proposal that the generator does not see; tokens, where it :class:`CountsTokens`.

    Args:
        generator: What renders.
        proposal: As rendered, its prompt cut to as many words as the generator reads tokens.
        words_cut: Words of the prompt already cut.
        limit: Tokens the generator reads of a text at most; ``None`` for all.
    """
    if limit is None:
        return words_cut
    texts = [text for text in (proposal.prompt, proposal.negative_prompt) if text]
    if isinstance(generator, CountsTokens):
        lengths = [generator.count_tokens(text) for text in texts]
    else:
        lengths = [count_words(text) for text in texts]
    return words_cut + sum(max(0, length - limit) for length in lengths)
