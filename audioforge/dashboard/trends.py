"""How a run goes: means over windows of consecutive groups, so that a line has at most ``WINDOWS`` points.

A group is one request with its answers; groups are counted as they arrived, since several share a training step.
Diversity of a window is that of its prompts: the share that differ (case and spaces apart), and the Vendi score of
their words, the number of different prompts that the window is worth (1: all say the same). Windows hold equal
numbers of groups, the last perhaps fewer; Vendi grows with their size, so compare windows, not runs of other lengths.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from audioforge.env.statistics import metric_means
from audioforge.metrics.vendi import vendi
from audioforge.rollouts import RolloutRecord

WINDOWS = 24


@dataclass(frozen=True)
class Window:
    """Some consecutive groups.

    Attributes:
        groups: How many groups had arrived at its end.
        step: The trainer's step at which its last group was asked for; without a trainer, how many groups were done.
        rollouts: Answers in it.
        metrics: As ``audioforge.env.statistics.metric_means``, with ``distinct_prompts`` (share) and ``vendi_prompts``
            where an answer parsed.
    """

    groups: int
    step: int
    rollouts: int
    metrics: dict[str, float]


def windows_of(records: Sequence[RolloutRecord], most: int = WINDOWS) -> list[Window]:
    """A run's records in windows, oldest first."""
    groups: dict[str, list[RolloutRecord]] = {}
    for record in records:
        groups.setdefault(record.group, []).append(record)
    own = list(groups.values())
    size = -(-len(own) // most) or 1
    return [_window(own[start : start + size], min(start + size, len(own))) for start in range(0, len(own), size)]


def prompts_of(records: Sequence[RolloutRecord]) -> list[str]:
    """The prompts of the answers that parsed, case and spaces evened."""
    return [" ".join(own.proposal.prompt.lower().split()) for own in records if own.proposal is not None]


def prompt_vendi(prompts: Sequence[str]) -> float:
    """Effective number of different prompts by the cosine of their word counts; at least 1.

    Raises:
        MetricError: If there is none with a word in it.
    """
    counts = [Counter(prompt.split()) for prompt in prompts if prompt.split()]
    place = {word: column for column, word in enumerate(sorted({word for own in counts for word in own}))}
    table = torch.zeros(len(counts), max(1, len(place)))
    for row, own in enumerate(counts):
        for word, count in own.items():
            table[row, place[word]] = count
    return vendi(table).value


def _window(groups: Sequence[Sequence[RolloutRecord]], arrived: int) -> Window:
    records = [record for group in groups for record in group]
    metrics, prompts = metric_means(records), prompts_of(records)
    if any(prompts):
        metrics |= {"distinct_prompts": len(set(prompts)) / len(prompts), "vendi_prompts": prompt_vendi(prompts)}
    return Window(arrived, max(record.step for record in records), len(records), metrics)
