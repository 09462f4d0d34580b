"""Which category a request belongs to, where the caller didn't say.

The guess looks at the request alone, never at the clip, so a clip can't choose what it is compared with: it is the
category of the most similar target descriptions by the text tower. A text tower finds neighbours for any letters at
all, so a request without a single known word (another language, a slip) gets no guess rather than an odd one.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from jaxtyping import Float
from torch import Tensor

from audioforge.generators.sketch.vocabulary import FILLER, matches, stem, tokens
from audioforge.rewards.clap_alignment import CLAPAlignment
from audioforge.rewards.combined import CombinedReward
from audioforge.targets import load_targets
from reward_models.embedders.base import TextAudioEmbedder

NEIGHBOURS = 5
READ_CHARACTERS = 1_000
"""A category shows in the first sentences; text towers cut what is longer anyway."""
SOUNDLESS = frozenset({"once", "negation", "count"})
"""Kinds of known phrases that say nothing of a sound: most are short words of other languages, too."""
_known: dict[str, Float[Tensor, "target dim"]] = {}  # by fingerprint: 160 short texts that never change


def guess_categories(requests: Sequence[str], embedder: TextAudioEmbedder) -> list[str | None]:
    """The category most common among each request's nearest target descriptions.

    Args:
        requests: What was asked for.
        embedder: Its text tower compares them.

    Returns:
        One of ``drums``, ``instruments``, ``sfx``, ``ambient`` per request; None for one without a known word.
    """
    texts = [request[:READ_CHARACTERS] for request in requests]
    clear = [text for text in dict.fromkeys(texts) if has_known_words(text)]
    guessed = dict(zip(clear, _nearest(clear, embedder), strict=True)) if clear else {}
    return [guessed.get(text) for text in texts]


def category_guesser(reward: CombinedReward) -> Callable[[Sequence[str]], list[str | None]] | None:
    """Categories from requests by the reward's own text tower; None for a reward without one."""
    for own in reward.components:
        if isinstance(own, CLAPAlignment):
            embedder = own.embedder
            return lambda requests: guess_categories(requests, embedder)
    return None


def has_known_words(text: str) -> bool:
    """True where a word of a sound is known, from the sketch generator's lexicon or the target descriptions."""
    words = tokens(text)
    if any(word in _described() for word in map(stem, words)):
        return True
    return any(meaning.kind not in SOUNDLESS for match in matches(words) for meaning in match.meanings)


def _nearest(texts: Sequence[str], embedder: TextAudioEmbedder) -> list[str]:
    targets = load_targets()
    if embedder.fingerprint not in _known:
        _known[embedder.fingerprint] = embedder.embed_text([target.target_description for target in targets])
    nearest = (embedder.embed_text(texts) @ _known[embedder.fingerprint].T).topk(NEIGHBOURS, dim=1).indices
    return [Counter(targets[i].category for i in row).most_common(1)[0][0] for row in nearest.tolist()]


@lru_cache(maxsize=1)
def _described() -> frozenset[str]:
    words = {word for target in load_targets() for word in tokens(target.target_description)}
    return frozenset(stem(word) for word in words - FILLER if len(word) > 3 and word.isalpha())
