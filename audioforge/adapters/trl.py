"""Reward functions for TRL's ``GRPOTrainer(reward_funcs=…)``: the total, and one for each component.

TRL calls ``f(prompts, completions, completion_ids, trainer_state, log_extra, log_metric, **columns)`` with one list a
dataset column, and leaves out of the group's baseline what is ``None``. The dataset needs a column ``request`` beside
``prompt``, and may have ``category`` and ``seed``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from audioforge.adapters.judging import TOTAL, AnswerJudge, Judgement, Question, default_judge
from audioforge.status import ANSWER_FAULTS, ScoringError

Rewards = list[float | None]
RewardFunction = Callable[..., Rewards]
AsyncRewardFunction = Callable[..., Awaitable[Rewards]]


def reward_function(judge: AnswerJudge | None = None, name: str = TOTAL) -> RewardFunction:
    """A synchronous reward function.

    Args:
        judge: What renders and scores; the shipped preset by default.
        name: ``total`` or a component.

    Raises:
        ValueError: If there is no reward of that name.
    """
    judge = _checked(judge, name)

    def reward(prompts: Sequence[object], completions: Sequence[object], **columns: object) -> Rewards:
        return _rewards(judge, name, judge.judge(_questions(completions, columns)), columns)

    reward.__name__ = f"audioforge_{name}"  # TRL logs a function under its name
    return reward


def async_reward_function(judge: AnswerJudge | None = None, name: str = TOTAL) -> AsyncRewardFunction:
    """As ``reward_function``, as a coroutine function: TRL runs those of a batch at the same time."""
    judge = _checked(judge, name)

    async def reward(prompts: Sequence[object], completions: Sequence[object], **columns: object) -> Rewards:
        judgements = await asyncio.to_thread(judge.judge, _questions(completions, columns))
        return _rewards(judge, name, judgements, columns)

    reward.__name__ = f"audioforge_{name}"
    return reward


def component_functions(judge: AnswerJudge | None = None) -> list[RewardFunction]:
    """One reward function for each component, for ``multi_objective_aggregation="normalize_then_sum"``."""
    judge = judge or default_judge()
    return [reward_function(judge, name) for name in judge.component_names]


def _checked(judge: AnswerJudge | None, name: str) -> AnswerJudge:
    judge = judge or default_judge()
    judge.check_name(name)
    return judge


def _questions(completions: Sequence[object], columns: Mapping[str, object]) -> list[Question]:
    count = len(completions)
    requests, categories, seeds = (_column(columns, name, count) for name in ("request", "category", "seed"))
    return [
        Question(
            answer=completion_text(completion),
            request=_request(request),
            category=None if category is None else str(category),
            seed=seed if isinstance(seed, int) else None,
            group=f"{category}: {request}",
        )
        for completion, request, category, seed in zip(completions, requests, categories, seeds, strict=True)
    ]


def _column(columns: Mapping[str, object], name: str, count: int) -> Sequence[object]:
    values = columns.get(name)
    if not isinstance(values, Sequence):
        return [None] * count
    if isinstance(values, str) or len(values) != count:
        got = "one text" if isinstance(values, str) else f"{len(values)} values"
        raise ScoringError(f"the column {name!r} needs one value per completion: got {got} for {count} completions.")
    return values


def _request(request: object) -> str:
    if not isinstance(request, str):
        raise ScoringError(
            f"every row needs a text in the column 'request', got {request!r}: add what the prompt asks for."
        )
    return request


def completion_text(completion: object) -> str:
    """A completion's text: itself, or the last message's if it is a conversation.

    Raises:
        ScoringError: If it is neither.
    """
    if isinstance(completion, str):
        return completion
    last = completion[-1] if isinstance(completion, Sequence) and completion else None
    content = last.get("content") if isinstance(last, Mapping) else None
    if content is None or isinstance(content, str):
        if isinstance(last, Mapping):
            return content or ""
    elif isinstance(content, Sequence):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    raise ScoringError(f"a completion is a text or a list of messages, got {completion!r:.200}.")


def _rewards(judge: AnswerJudge, name: str, judgements: Sequence[Judgement], columns: Mapping[str, object]) -> Rewards:
    rewards = [judge.reward(judgement, name) for judgement in judgements]
    if name == TOTAL and judgements:
        _log(judgements, rewards, columns)
    return rewards


def _log(judgements: Sequence[Judgement], rewards: Rewards, columns: Mapping[str, object]) -> None:
    """Shares of answers at fault themselves and of answers that could not be judged; every answer's status."""
    log_metric, log_extra = columns.get("log_metric"), columns.get("log_extra")
    if callable(log_metric):
        at_fault = sum(judgement.status.code in ANSWER_FAULTS for judgement in judgements)
        log_metric("audioforge/at_fault", at_fault / len(judgements))
        log_metric("audioforge/failed", sum(reward is None for reward in rewards) / len(judgements))
    if callable(log_extra):
        log_extra("audioforge_status", [str(judgement.status) for judgement in judgements])
