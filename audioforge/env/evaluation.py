"""Evaluation: held-out targets, fixed seeds, intervals over targets, and a second judge beside the reward."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audioforge.env.judging import Occasion
from audioforge.env.schedule import GroupItem, Schedule
from audioforge.env.second_judge import agreement
from audioforge.env.statistics import metric_means
from audioforge.metrics.mean_interval import mean_interval
from audioforge.rollouts import RolloutRecord
from audioforge.scoring.calls import Priority
from audioforge.targets import Target, load_targets

if TYPE_CHECKING:
    from audioforge.env.environment import AudioForgeEnv

SECOND = "second_judge"


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation found.

    Attributes:
        metrics: Means as in ``metric_means``, with ``<name>/low`` and ``<name>/high`` (95 % over targets) for
            ``reward`` and ``second_judge``, ``second_judge/agreement`` (rank correlation with the total over clips) and
            ``targets``.
        records: Every rollout, with its ``second_judge``.
    """

    metrics: dict[str, float]
    records: tuple[RolloutRecord, ...]


async def evaluate_policy(env: "AudioForgeEnv") -> Evaluation:
    """Roll out the first held-out targets, the categories taking turns, several groups at a time."""
    seed = env.config.environment_seed
    targets = taking_turns(load_targets(split="held_out"))[: env.config.evaluation_targets]
    schedule, turn = Schedule(targets, seed=seed), asyncio.Semaphore(max(1, env.config.max_eval_workers))
    # Groups at a time do not change the answers: each is drawn with its own seed.
    async with asyncio.TaskGroup() as tasks:
        groups = [tasks.create_task(_roll_out(env, _item(schedule, targets, n), turn)) for n in range(len(targets))]
    records = tuple(record for group in groups for record in group.result())
    return Evaluation(_metrics(records, seed) | {"targets": float(len(targets))}, records)


def parting(earlier: Mapping[str, float], now: Mapping[str, float]) -> str | None:
    """A warning if the reward has risen and the second judge fallen, both by more than the interval of the earlier one.

    Args:
        earlier: Metrics of an evaluation of the same targets.
        now: Those of this one.
    """
    keys = ("reward", "reward/high", SECOND, f"{SECOND}/low")
    if any(key not in earlier for key in keys) or SECOND not in now:
        return None
    if now["reward"] <= earlier["reward/high"] or now[SECOND] >= earlier[f"{SECOND}/low"]:
        return None
    return (
        f"the training reward rose from {earlier['reward']:.3f} to {now['reward']:.3f} while the judge that is not "
        f"trained on fell from {earlier[SECOND]:.3f} to {now[SECOND]:.3f}: listen to the samples before you trust it."
    )


def disagreement(now: Mapping[str, float]) -> str | None:
    """A warning if, over the clips of one evaluation, the two judges rank the other way round."""
    value = now.get(f"{SECOND}/agreement")
    if value is None or value >= 0:
        return None
    return f"the reward and the judge that is not trained on rank these clips in opposite order (Spearman {value:.2f})."


def metrics_table(metrics: Mapping[str, float]) -> str:
    """One line a number, with its interval where it has one."""
    ends = ("/low", "/high")
    names = [name for name in metrics if not name.endswith(ends)]
    width = max(map(len, names), default=0)
    return "\n".join(f"  {name:<{width}}  {metrics[name]:.3f}{_ends(metrics, name)}" for name in names)


def _ends(metrics: Mapping[str, float], name: str) -> str:
    if f"{name}/low" not in metrics:
        return ""
    return f" [{metrics[f'{name}/low']:.3f}, {metrics[f'{name}/high']:.3f}]"


def taking_turns(targets: Sequence[Target]) -> list[Target]:
    """One of each category, then the next of each, so that a prefix is balanced."""
    seen: defaultdict[str, int] = defaultdict(int)
    turns = []
    for target in targets:
        turns.append((seen[target.category], target))
        seen[target.category] += 1
    return [target for _, target in sorted(turns, key=lambda turn: turn[0])]


def _item(schedule: Schedule, targets: Sequence[Target], number: int) -> GroupItem:
    """Group by place in the list, so that a longer evaluation holds a shorter one with the same seeds."""
    return GroupItem(number, targets[number], schedule.item(number).seed)


async def _roll_out(env: "AudioForgeEnv", item: GroupItem, turn: asyncio.Semaphore) -> list[RolloutRecord]:
    async with turn:
        # Groups count from 0 here as they do in training: only where there is no training may their clips be kept.
        occasion = Occasion(step=env.curr_step, priority=Priority.EVALUATION, keep_audio=env.evaluate_mode)
        messages = env.get_prompt(item.target, seed=item.seed)
        answers = await env.ask_policy(messages, env.config.group_size, env.config.temperature, seed=item.seed)
        judge, second = env.judges()
        judged = await judge.judge_aloud(item, messages, answers, occasion)
        scores: dict[int, float | None] = {}
        if second is not None and judged.audio is not None:
            scores = dict(zip(judged.rows, await second.judge(judged.audio, item.target.category), strict=True))
        return [replace(record, second_judge=scores.get(row)) for row, record in enumerate(judged.records)]


def _metrics(records: Sequence[RolloutRecord], seed: int) -> dict[str, float]:
    metrics = metric_means(records)
    metrics |= _interval("reward", [(own.target_id, own.reward) for own in records], seed)
    judged = [(own, own.second_judge) for own in records if own.second_judge is not None]
    if judged:
        metrics[SECOND] = math.fsum(second for _, second in judged) / len(judged)
        metrics |= _interval(SECOND, [(own.target_id, second) for own, second in judged], seed)
    pairs = [(own.total, second) for own, second in judged if own.total is not None]
    rank = agreement([total for total, _ in pairs], [second for _, second in pairs])
    return metrics if rank is None else metrics | {f"{SECOND}/agreement": rank}


def _interval(name: str, values: Sequence[tuple[str, float]], seed: int) -> dict[str, float]:
    by_target: defaultdict[str, list[float]] = defaultdict(list)
    for target, value in values:
        by_target[target].append(value)
    if len(by_target) < 2:
        return {}
    low, high = mean_interval([math.fsum(own) / len(own) for own in by_target.values()], seed=seed)
    return {f"{name}/low": low, f"{name}/high": high}
