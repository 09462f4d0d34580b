"""Evaluation: held-out targets, fixed seeds, intervals over targets."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audioforge.env.schedule import GroupItem, Schedule
from audioforge.env.statistics import bootstrap_interval, metric_means
from audioforge.rollouts import RolloutRecord, record_to_json
from audioforge.targets import Target, load_targets

if TYPE_CHECKING:
    from audioforge.env.environment import AudioForgeEnv


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation found.

    Attributes:
        metrics: Means as in ``metric_means``, with ``reward/low`` and ``reward/high`` (95 % over targets) and
        ``targets``. samples: Every rollout as plain JSON values.
    """

    metrics: dict[str, float]
    samples: list[dict[str, Any]]


async def evaluate_policy(env: "AudioForgeEnv") -> Evaluation:
    """Roll out the first held-out targets, the categories taking turns."""
    seed = env.config.environment_seed
    targets = taking_turns(load_targets(split="held_out"))[: env.config.evaluation_targets]
    schedule = Schedule(targets, seed=seed)
    records: list[RolloutRecord] = []
    for number in range(len(targets)):
        records += await _roll_out(env, schedule.item(number))
    by_target: defaultdict[str, list[float]] = defaultdict(list)
    for record in records:
        by_target[record.target_id].append(record.reward)
    low, high = bootstrap_interval([math.fsum(own) / len(own) for own in by_target.values()], seed=seed)
    metrics = metric_means(records) | {"reward/low": low, "reward/high": high, "targets": float(len(targets))}
    return Evaluation(metrics, [record_to_json(record) for record in records])


async def _roll_out(env: "AudioForgeEnv", item: GroupItem) -> list[RolloutRecord]:
    messages = env.get_prompt(item.target, seed=item.seed)
    answers = await env.ask_policy(messages, env.config.group_size, env.config.temperature, seed=item.seed)
    return await env.process_batch(item, answers)


def taking_turns(targets: Sequence[Target]) -> list[Target]:
    """One of each category, then the next of each, so that a prefix is balanced."""
    seen: defaultdict[str, int] = defaultdict(int)
    turns = []
    for target in targets:
        turns.append((seen[target.category], target))
        seen[target.category] += 1
    return [target for _, target in sorted(turns, key=lambda turn: turn[0])]
