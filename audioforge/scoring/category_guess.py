"""Which category a request belongs to, where the caller didn't say.

The guess looks at the request alone, never at the clip, so a clip can't choose what it is compared with: it is the
category of the most similar target descriptions by the text tower.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from audioforge.rewards.clap_alignment import CLAPAlignment
from audioforge.rewards.combined import CombinedReward
from audioforge.targets import load_targets
from reward_models.embedders.base import TextAudioEmbedder

NEIGHBOURS = 5
READ_CHARACTERS = 1_000
"""A category shows in the first sentences; text towers cut what is longer anyway."""


def guess_categories(requests: Sequence[str], embedder: TextAudioEmbedder) -> list[str]:
    """The category most common among each request's nearest target descriptions.

    Args:
        requests: What was asked for.
        embedder: Its text tower compares them.

    Returns:
        One of ``drums``, ``instruments``, ``sfx``, ``ambient`` per request.
    """
    targets = load_targets()
    known = embedder.embed_text([target.target_description for target in targets])
    nearest = (embedder.embed_text(requests) @ known.T).topk(NEIGHBOURS, dim=1).indices
    return [Counter(targets[i].category for i in row).most_common(1)[0][0] for row in nearest.tolist()]


def category_guesser(reward: CombinedReward) -> Callable[[Sequence[str]], list[str]] | None:
    """Categories from requests by the reward's own text tower; None for a reward without one."""
    for own in reward.components:
        if isinstance(own, CLAPAlignment):
            embedder = own.embedder
            return lambda requests: guess_categories([asked[:READ_CHARACTERS] for asked in requests], embedder)
    return None
