"""What a set metric returns: a value that never travels without the sizes of its sets."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Interval:
    """A two-sided interval.

    Attributes:
        low: Lower end, in the metric's unit.
        high: Upper end.
        level: Nominal coverage, in (0, 1).
        resamples: Resamples that it rests on.
    """

    low: float
    high: float
    level: float
    resamples: int


@dataclass(frozen=True)
class Measurement:
    """One metric of one set, or of a candidate set against a reference.

    Attributes:
        name: The metric, such as ``"fad"``.
        value: In the metric's own unit.
        n_reference: Clips of the reference; 0 where the metric has none.
        n_candidate: Clips of the candidate.
        interval: Over clips, at these sizes; None where none was asked for.
    """

    name: str
    value: float
    n_reference: int
    n_candidate: int
    interval: Interval | None = None

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        sizes = f"n={self.n_candidate}" + (f" against {self.n_reference}" if self.n_reference else "")
        if self.interval is None:
            return f"{self.name} {self.value:.4g} ({sizes})"
        low, high, level = self.interval.low, self.interval.high, self.interval.level
        return f"{self.name} {self.value:.4g} [{low:.4g}, {high:.4g}] at {level:.0%} ({sizes})"

    def with_interval(self, interval: Interval) -> "Measurement":
        """The same measurement with an interval."""
        return replace(self, interval=interval)
