"""Reward methods for a verifiers task: ``@vf.reward(weight=…) async def f(self, trace)``.

The task's ``data`` holds ``request``, and may hold ``category`` and ``seed``; the answer is the trace's last reply. A
failure to judge raises, which marks the rollout as failed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from audioforge.adapters.judging import TOTAL, AnswerJudge, Question, default_judge
from audioforge.status import ScoringError


class Trace(Protocol):
    """The part of a verifiers trace that judging needs."""

    @property
    def last_reply(self) -> str | None:
        """What the policy said last."""


class Task(Protocol):
    """The part of a verifiers task that judging needs."""

    @property
    def data(self) -> object:
        """The row, with ``request``."""


RewardMethod = Callable[[Task, Trace], Awaitable[float]]


def reward_method(judge: AnswerJudge | None = None, name: str = TOTAL) -> RewardMethod:
    """A method to decorate with ``vf.reward(weight=…)``.

    Args:
        judge: What renders and scores; the shipped preset by default.
        name: ``total`` or a component.

    Raises:
        ValueError: If there is no reward of that name.
    """
    known = judge or default_judge()
    known.check_name(name)

    async def reward(self: Task, trace: Trace) -> float:
        [judgement] = await asyncio.to_thread(known.judge, [_question(self.data, trace.last_reply or "")])
        return known.reward_or_raise(judgement, name)

    reward.__name__ = f"audioforge_{name}"  # verifiers records a reward under its name
    return reward


def _question(data: object, answer: str) -> Question:
    request = getattr(data, "request", None)
    if not isinstance(request, str):
        raise ScoringError(f"the task's data needs a text 'request', got {request!r:.200}: add the field.")
    category, seed = getattr(data, "category", None), getattr(data, "seed", None)
    return Question(answer, request, category=category, seed=seed)
