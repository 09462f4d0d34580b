"""Intervals for set metrics by resampling clips.

A resample takes half of the clips *without* replacement. Its spread is that of a classic bootstrap of the full size
(Buja & Stuetzle 2006, "Observations on bagging"), but no clip comes twice: copies would collapse nearest-neighbour
radii (PRDC), add ones to a kernel's off-diagonal (KAD) and lower ranks (FAD, Vendi). Metrics with a bias in n shift
at half the size, so the interval is the spread of the resamples about their own mean, laid around the estimate: it
covers the metric's expectation *at these sizes*, not its value for infinitely many clips.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from audioforge.metrics.embeddings import MetricError
from audioforge.metrics.measurement import Interval
from reward_models.statistics import GaussianStats

MIN_CLIPS = 8
"""Fewest candidate clips for an interval: halves of fewer say nothing about spread."""

Resampled = Tensor | GaussianStats | None


@dataclass(frozen=True)
class Bootstrap:
    """How to resample.

    Attributes:
        resamples: At least 20.
        level: Coverage, in (0, 1).
        seed: Equal seeds give equal intervals.

    Raises:
        MetricError: If a value is out of range.
    """

    resamples: int = 200
    level: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        if self.resamples < 20:
            raise MetricError(f"an interval needs at least 20 resamples, got {self.resamples}.")
        if not 0 < self.level < 1:
            raise MetricError(f"level is a share in (0, 1), got {self.level} (was it given in per cent?).")


def bootstrap_interval(
    metric: Callable[[Any, Tensor], float], reference: Resampled, candidate: Tensor, value: float, bootstrap: Bootstrap
) -> Interval:
    """Interval of ``metric(reference, candidate)`` over clips.

    Args:
        metric: Of two sets.
        reference: Resampled too where it is a tensor of embeddings; statistics stay as they are.
        candidate: Embeddings ``(n, dim)``.
        value: The metric at full size, around which the interval lies.
        bootstrap: How to resample.

    Raises:
        MetricError: If the candidate has fewer than ``MIN_CLIPS`` clips.
    """
    if len(candidate) < MIN_CLIPS:
        raise MetricError(f"an interval needs at least {MIN_CLIPS} candidate clips, got {len(candidate)}.")
    generator = torch.Generator().manual_seed(bootstrap.seed)
    draws = [
        metric(_half(reference, generator), candidate[half_of(len(candidate), generator).to(candidate.device)])
        for _ in range(bootstrap.resamples)
    ]
    return spread_interval(torch.tensor(draws, dtype=torch.float64), value, bootstrap)


def spread_interval(draws: Tensor, value: float, bootstrap: Bootstrap) -> Interval:
    """The central ``level`` of the draws about their mean, laid around ``value``."""
    tail = (1 - bootstrap.level) / 2
    deviation = draws - draws.mean()
    low, high = deviation.quantile(tail), deviation.quantile(1 - tail)
    return Interval(value + float(low), value + float(high), bootstrap.level, bootstrap.resamples)


def _half(one: Resampled, generator: torch.Generator) -> Resampled:
    if not isinstance(one, Tensor) or len(one) < MIN_CLIPS:
        return one
    return one[half_of(len(one), generator).to(one.device)]


def half_of(n: int, generator: torch.Generator) -> Tensor:
    """Indices of half of ``n`` clips, drawn without replacement; odd numbers are rounded up or down by chance.

    Rounded up always, intervals of 9 clips would be 11 % too narrow.
    """
    size = (n + int(torch.randint(2, (1,), generator=generator))) // 2 if n % 2 else n // 2
    return torch.randperm(n, generator=generator)[:size]
