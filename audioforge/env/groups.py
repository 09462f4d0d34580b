"""Rollout records and answers as the group Atropos sends to a trainer.

Everything is plain Python: a numpy number would cost the whole group ("not JSON serializable"), and a NaN the
trainer's batch.
"""

import math
from collections.abc import Sequence
from typing import Any

from audioforge.env.answers import Answer
from audioforge.rollouts import Message, RolloutRecord, record_to_json

_TRAINER_FIELDS = (
    "id", "group", "target_id", "category", "status", "parse_failure", "components", "total", "charges", "proposal",
)  # fmt: skip


def scored_group(records: Sequence[RolloutRecord], answers: Sequence[Answer], *, run: str = "") -> dict[str, Any]:
    """The ``ScoredDataGroup`` of a group; component scores and statuses travel in ``overrides``.

    Args:
        records: The judged answers.
        answers: Their tokens.
        run: Name of the run; with the group's number it tells a group from every other.

    Raises:
        ValueError: If a reward is not finite, since that would poison the trainer's batch.
    """
    rewards = [float(record.reward) for record in records]
    if not all(math.isfinite(reward) for reward in rewards):
        raise ValueError(f"rewards must be finite, got {rewards} for group {records[0].group}: check the floor.")
    return {
        "tokens": [list(answer.tokens) for answer in answers],
        "masks": [list(answer.masks) for answer in answers],
        "scores": rewards,
        "inference_logprobs": [[float(value) for value in answer.logprobs] for answer in answers],
        "advantages": None,
        "ref_logprobs": None,
        "messages": [_whole_chat(record) for record in records],
        "generation_params": None,
        "group_overrides": {},
        "overrides": [_details(record) | {"run": run} for record in records],
        "images": None,
    }


def spread(records: Sequence[RolloutRecord]) -> float:
    """Largest minus smallest reward of a group."""
    rewards = [record.reward for record in records]
    return max(rewards) - min(rewards)


def _whole_chat(record: RolloutRecord) -> list[Message]:
    return [*record.messages, Message(role="assistant", content=record.completion)]


def _details(record: RolloutRecord) -> dict[str, Any]:
    plain = record_to_json(record)
    return {name: plain[name] for name in _TRAINER_FIELDS}
