"""Comparing two systems that answered the same requests.

Requests differ far more than systems do, so clips are compared request by request: the interval resamples *requests*,
keeping each pair together, and the p-value swaps the two systems' answers within requests at random (Fisher's paired
randomisation test; two-sided, with the observed arrangement counted, Phipson & Smyth 2010, so that it is never 0).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from audioforge.metrics.bootstrap import MIN_CLIPS, Bootstrap, half_of, spread_interval
from audioforge.metrics.embeddings import MetricError
from audioforge.metrics.measurement import Interval


@dataclass(frozen=True)
class Comparison:
    """Second system minus first.

    Attributes:
        difference: In the metric's unit.
        interval: Over requests.
        p_value: Two-sided, in (0, 1]: how often chance alone would differ as much.
        n: Requests compared.
        n_dropped: Requests left out because one of the systems has no value there.
    """

    difference: float
    interval: Interval
    p_value: float
    n: int
    n_dropped: int


def compare_paired(
    first: Tensor,
    second: Tensor,
    *,
    metric: Callable[[Tensor], float] | None = None,
    bootstrap: Bootstrap | None = None,
) -> Comparison:
    """Difference of two systems on the same requests.

    Args:
        first: Scores ``(request,)`` or embeddings ``(request, dim)`` of the first system's answers.
        second: Likewise of the second's, in the same order of requests.
        metric: Of one system's answers, such as ``lambda e: fad(reference, e).value``; by default the mean score.
        bootstrap: How to resample; its number of resamples is also the number of random swaps.

    Raises:
        MetricError: If the shapes differ, fewer than ``MIN_CLIPS`` requests have both answers, or embeddings come
            without a metric.
    """
    bootstrap = bootstrap or Bootstrap(resamples=1000)
    first, second, dropped = _both_present(first, second)
    measure = metric or _mean_score
    if metric is None and first.ndim > 1:
        raise MetricError("embeddings need a metric, such as lambda e: fad(reference, e).value; scores don't.")
    difference = measure(second) - measure(first)
    generator = torch.Generator().manual_seed(bootstrap.seed)
    draws = [_difference_of_half(measure, first, second, generator) for _ in range(bootstrap.resamples)]
    swapped = [_difference_after_swaps(measure, first, second, generator) for _ in range(bootstrap.resamples)]
    extreme = sum(abs(value) >= abs(difference) - 1e-12 for value in swapped)
    interval = spread_interval(torch.tensor(draws, dtype=torch.float64), difference, bootstrap)
    return Comparison(difference, interval, (extreme + 1) / (len(swapped) + 1), len(first), dropped)


def _both_present(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor, int]:
    if first.shape != second.shape:
        raise MetricError(
            f"the systems' answers have shapes {tuple(first.shape)} and {tuple(second.shape)}: "
            "a paired comparison needs one answer each for the same requests, in the same order."
        )
    present = torch.isfinite((first + second).reshape(len(first), -1)).all(1)
    kept = int(present.sum())
    if kept < MIN_CLIPS:
        raise MetricError(f"a paired comparison needs at least {MIN_CLIPS} requests with both answers, got {kept}.")
    return first[present].detach().double(), second[present].detach().double(), len(first) - kept


def _mean_score(score: Tensor) -> float:
    return float(score.mean())


def _difference_of_half(
    measure: Callable[[Tensor], float], first: Tensor, second: Tensor, generator: torch.Generator
) -> float:
    half = half_of(len(first), generator).to(first.device)
    return measure(second[half]) - measure(first[half])


def _difference_after_swaps(
    measure: Callable[[Tensor], float], first: Tensor, second: Tensor, generator: torch.Generator
) -> float:
    swap = torch.rand(len(first), generator=generator).to(first.device) < 0.5
    swap = swap.reshape(-1, *[1] * (first.ndim - 1))
    return measure(torch.where(swap, first, second)) - measure(torch.where(swap, second, first))
