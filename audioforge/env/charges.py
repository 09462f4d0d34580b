"""What an answer pays for: words the generator cannot see, a length far off and, where that is switched on, compute.

A charge is a share of the total; ``reward = total * (1 - sum of charges)``, and the record keeps the total as it was.
Rewards compare the clip with the request, never with the prompt, so unseen words earn nothing anyway; without a charge
they would cost nothing either, and a policy is free to babble. The length asked for stands in the request's message.
All charges together stay below the whole, so an answer with a total above the floor's 0 keeps a reward above it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from audioforge.generators.base import ParameterSpace
from audioforge.prompt_words import count_words
from audioforge.proposals import Proposal

UNSEEN_WORDS = "unseen_words"
LENGTH = "length"
COMPUTE = "compute"
MOST_LENGTH, MOST_COMPUTE = 0.5, 0.2
"""With the most for unseen words these leave a twentieth of the total."""


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
        compute: Share of the total for the dearest legal clip, see :func:`compute_share`; 0 charges nothing.
    """

    unseen_word: float = 0.01
    most_unseen: float = 0.25
    length: float = 0.4
    free_factor: float = 1.5
    compute: float = 0.0

    def of(
        self, proposal: Proposal, unseen: int, seconds_asked: float, compute_used: float = 0.0
    ) -> Mapping[str, float]:
        """What a proposal pays, by reason; reasons that cost nothing are left out.

        Args:
            proposal: As rendered.
            unseen: Words the generator does not see.
            seconds_asked: Length the request asks for.
            compute_used: As :func:`compute_share` says.
        """
        ratio = min(proposal.seconds, seconds_asked) / max(proposal.seconds, seconds_asked)
        charges = {
            UNSEEN_WORDS: min(self.most_unseen, unseen * self.unseen_word),
            LENGTH: self.length * max(0.0, 1 - ratio * self.free_factor),
            COMPUTE: self.compute * compute_used,
        }
        return {reason: round(charge, 4) for reason, charge in charges.items() if charge > 0}


def compute_share(proposal: Proposal, space: ParameterSpace, seconds_asked: float) -> float:
    """How much compute a clip takes, in [0, 1]: 0 for a single network evaluation, 1 for the dearest legal clip.

    Every doubling of evaluations counts alike, since the dearest clip is hundreds of times dearer than a good one. A
    clip longer than asked for counts as that many more evaluations; a shorter one gains nothing by it.

    Args:
        proposal: As rendered.
        space: What the generator accepts.
        seconds_asked: Length the request asks for.
    """
    most = space.most_evaluations
    used = proposal.evaluations * max(1.0, proposal.seconds / seconds_asked)
    return min(1.0, math.log(used) / math.log(most)) if most > 1 else 0.0


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
