"""slime's ``--custom-rm-path audioforge.adapters.slime.rm``: ``async rm(args, sample)``; a list with ``--group-rm``.

``sample.label`` holds the request; ``sample.metadata`` may hold ``category`` and ``seed``. A failure to judge raises.
``components_rm`` answers with a dictionary, for ``--reward-key total``.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from audioforge.adapters.judging import TOTAL, AnswerJudge, Judgement, Question, default_judge
from audioforge.status import ScoringError


class Sample(Protocol):
    """The part of ``slime.utils.types.Sample`` that judging needs."""

    response: str
    label: str | None
    group_index: int | None
    metadata: dict[str, object]


Reward = float | dict[str, float]
RewardModel = Callable[..., Awaitable[Reward | list[Reward]]]


def reward_model(judge: Callable[[], AnswerJudge], *, components: bool = False) -> RewardModel:
    """A reward model on a judge of one's own.

    Args:
        judge: Gives the judge; called on a worker thread, at the first sample.
        components: Answer with ``total`` and every component by name, NaN for an unscored one outside the total.
    """
    answer = _with_components if components else AnswerJudge.reward_or_raise

    def judged(samples: Sequence[Sample]) -> list[Reward]:
        own = judge()
        judgements = own.judge([_question(sample) for sample in samples])
        return [answer(own, judgement) for judgement in judgements]

    async def model(args: object, sample: Sample | Sequence[Sample], **kwargs: object) -> Reward | list[Reward]:
        if isinstance(sample, Sequence):
            return await asyncio.to_thread(judged, sample)
        return (await asyncio.to_thread(judged, [sample]))[0]

    return model


async def rm(args: object, sample: Sample | Sequence[Sample], **kwargs: object) -> Reward | list[Reward]:
    """Total reward in [0, 1] of a sample, or of each of a list, with the shipped preset.

    Raises:
        ScoringError: If an answer could not be judged, or a request is missing.
    """
    return await reward_model(default_judge)(args, sample, **kwargs)


async def components_rm(args: object, sample: Sample | Sequence[Sample], **kwargs: object) -> Reward | list[Reward]:
    """As ``rm``, with ``total`` and every component by name."""
    return await reward_model(default_judge, components=True)(args, sample, **kwargs)


def _with_components(judge: AnswerJudge, judgement: Judgement) -> Reward:
    rewards = {name: judge.reward(judgement, name) for name in judge.component_names}
    known = {name: math.nan if reward is None else reward for name, reward in rewards.items()}
    return {TOTAL: judge.reward_or_raise(judgement), **known}


def _question(sample: Sample) -> Question:
    if not isinstance(sample.label, str):
        raise ScoringError(f"sample.label must be the request as text, got {sample.label!r:.200}: set --label-key.")
    extra: Mapping[str, object] = sample.metadata or {}
    category, seed = extra.get("category"), extra.get("seed")
    return Question(
        sample.response,
        sample.label,
        category=None if category is None else str(category),
        seed=seed if isinstance(seed, int) else None,
        group=None if sample.group_index is None else str(sample.group_index),
    )
