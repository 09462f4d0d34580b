"""A judge that is never optimised: how typical a clip is of its category by an embedder the reward does not use.

It is asked in evaluations alone and sent to no trainer. Where the training reward rises and this one falls, the policy
has probably found a hole in the reward rather than better sound. It knows nothing of the request beyond its category.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from scipy import stats

from audioforge.component_score import finite_or_none
from audioforge.rewards.base import Reward
from reward_models.audio import AudioBatch

LEAST_PAIRS = 8


class SecondJudge:
    """Scores clips apart from the reward.

    Args:
        load: Makes the reward that judges; called when it is first needed.
    """

    def __init__(self, load: Callable[[], Reward]) -> None:
        self._load = load
        self._turn = asyncio.Lock()

    @cached_property
    def reward(self) -> Reward:
        """What judges."""
        return self._load()

    async def judge(self, audio: AudioBatch, category: str) -> list[float | None]:
        """A score in [0, 1] a clip, off the event loop; ``None`` where it cannot be judged."""
        async with self._turn:
            return await asyncio.to_thread(self._scores, audio, category)

    def _scores(self, audio: AudioBatch, category: str) -> list[float | None]:
        result = self.reward(audio, categories=[category] * len(audio))
        return [finite_or_none(float(score)) for score in result.score]


def agreement(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Spearman's rank correlation of two judges over the same clips; ``None`` with too few, or no spread."""
    if len(first) < LEAST_PAIRS or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(stats.spearmanr(first, second).statistic)
