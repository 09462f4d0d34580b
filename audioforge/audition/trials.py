"""What a rater is asked, in what order: shuffled by a seed and the rater's name, so that it can be taken up again.

Each rater has an order of their own: what tires or surprises one is not what tires or surprises the next.
"""

import itertools
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from audioforge.audition.clip_list import AuditionClip


@dataclass(frozen=True)
class Pair:
    """Two clips of one request.

    Attributes:
        first: The clip whose name comes first; the tables' order.
        second: The other.
    """

    first: AuditionClip
    second: AuditionClip

    @property
    def id(self) -> str:
        """Stands for the pair on the page."""
        return f"{self.first.id}-{self.second.id}"


def rating_order(clips: Sequence[AuditionClip], seed: int, rater: str) -> list[AuditionClip]:
    """All clips in the rater's order; the order in which they are given does not matter."""
    order = sorted(clips, key=lambda clip: clip.id)
    random.Random(f"{seed} {rater}").shuffle(order)
    return order


def pair_order(pairs: Sequence[Pair], seed: int, rater: str) -> list[tuple[Pair, bool]]:
    """All pairs in the rater's order, and whether the first clip of each is played as A."""
    chance = random.Random(f"{seed} {rater}")
    order = sorted(pairs, key=lambda pair: pair.id)
    chance.shuffle(order)
    return [(pair, chance.random() < 0.5) for pair in order]


def make_pairs(clips: Sequence[AuditionClip], seed: int) -> list[Pair]:
    """Pairs of clips that answer the same request: of n clips, n - 1 pairs in a chain, so that all can be ranked."""
    by_key: defaultdict[str, list[AuditionClip]] = defaultdict(list)
    for clip in sorted(clips, key=lambda clip: clip.id):
        by_key[clip.pair_key].append(clip)
    pairs = []
    for key, own in sorted(by_key.items()):
        random.Random(f"{seed} {key}").shuffle(own)
        pairs += [_pair(*two) for two in itertools.pairwise(own)]
    return pairs


def _pair(one: AuditionClip, other: AuditionClip) -> Pair:
    first, second = sorted((one, other), key=lambda clip: (clip.system, clip.name, str(clip.path)))
    return Pair(first, second)
