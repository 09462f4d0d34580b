"""Means of outcomes with 95 % intervals over what is independent: targets, or clips where there is one target."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from audioforge.metrics.mean_interval import mean_interval
from audioforge.optimise.studio import Outcome


@dataclass(frozen=True)
class Measured:
    """A mean and how far to trust it.

    Attributes:
        mean: Over units; NaN without any.
        low: Lower end of the 95 % interval; NaN with fewer than two units.
        high: Upper end.
        clips: How many clips it rests on.
        failed: How many more had no score.
    """

    mean: float
    low: float
    high: float
    clips: int
    failed: int = 0

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def measured(values: Sequence[tuple[str, float | None]], *, seed: int) -> Measured:
    """Mean of values with an interval.

    Args:
        values: Name of the target and the value, ``None`` for a failure. Clips of one target are averaged first; with
            one target, each clip is a unit.
        seed: Of the resampling.
    """
    known = [(name, value) for name, value in values if value is not None]
    by_target: defaultdict[str, list[float]] = defaultdict(list)
    for name, value in known:
        by_target[name].append(value)
    units = [math.fsum(own) / len(own) for own in by_target.values()]
    if len(units) == 1:
        units = [value for _, value in known]
    low, high = mean_interval(units, seed=seed)
    mean = math.fsum(units) / len(units) if units else math.nan
    return Measured(mean, low, high, len(known), len(values) - len(known))


def measured_totals(outcomes: Sequence[Outcome], *, seed: int) -> Measured:
    """Mean reward of outcomes."""
    return measured([(own.target_id, own.total) for own in outcomes], seed=seed)


def measured_difference(first: Sequence[Outcome], second: Sequence[Outcome], *, seed: int) -> Measured:
    """Second less first on the same targets and seeds; pairs with a failure are left out and counted.

    Raises:
        ValueError: If the two are not of the same targets and seeds, in the same order.
    """
    if [(a.target_id, a.seed) for a in first] != [(b.target_id, b.seed) for b in second]:
        raise ValueError("a paired difference needs the same targets and seeds, in the same order.")
    pairs = [
        (a.target_id, None if a.total is None or b.total is None else b.total - a.total)
        for a, b in zip(first, second, strict=True)
    ]
    return measured(pairs, seed=seed)
