"""What a set of rollouts comes to: by category, by group, best and worst. Plain numbers, no rendering."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from audioforge.rollouts import RolloutRecord


@dataclass(frozen=True)
class CategorySummary:
    """One category's rollouts.

    Attributes:
        category: Its name.
        rollouts: How many answers.
        scored: How many of them have a total.
        mean_total: Mean total of the scored ones; None if there are none.
        best_total: Highest total; None if there is none.
        mean_reward: Mean of what the trainer got for all of them; None if there are none.
        components: Component → mean score over the clips where it was scored.
    """

    category: str
    rollouts: int
    scored: int
    mean_total: float | None
    best_total: float | None
    mean_reward: float | None
    components: dict[str, float]


def summarise(records: Sequence[RolloutRecord]) -> list[CategorySummary]:
    """One summary a category in alphabetical order, then one named ``all``."""
    names = sorted({record.category for record in records})
    parts = [_summary(name, [record for record in records if record.category == name]) for name in names]
    return [*parts, _summary("all", records)]


def groups_of(records: Sequence[RolloutRecord]) -> list[list[RolloutRecord]]:
    """The records of each group together, best first; groups in their order of arrival."""
    groups: dict[str, list[RolloutRecord]] = {}
    for record in records:
        groups.setdefault(record.group, []).append(record)
    return [sorted(group, key=_order) for group in groups.values()]


def best_and_worst(records: Sequence[RolloutRecord]) -> tuple[RolloutRecord, RolloutRecord] | None:
    """The scored records with the highest and the lowest total; None if none was scored."""
    scored = sorted((record for record in records if record.total is not None), key=_order)
    return (scored[0], scored[-1]) if scored else None


def component_names(records: Sequence[RolloutRecord]) -> list[str]:
    """Every component that some record has, in order of appearance."""
    return list(dict.fromkeys(name for record in records for name in record.components))


def _order(record: RolloutRecord) -> tuple[float, str]:
    return (-(record.total if record.total is not None else -1.0), record.id)


def _summary(category: str, records: Sequence[RolloutRecord]) -> CategorySummary:
    totals = [record.total for record in records if record.total is not None]
    return CategorySummary(
        category=category,
        rollouts=len(records),
        scored=len(totals),
        mean_total=fmean(totals) if totals else None,
        best_total=max(totals, default=None),
        mean_reward=fmean(record.reward for record in records) if records else None,
        components=_component_means(records),
    )


def _component_means(records: Sequence[RolloutRecord]) -> dict[str, float]:
    scores: dict[str, list[float]] = {}
    for record in records:
        for name, component in record.components.items():
            if component.score is not None:
                scores.setdefault(name, []).append(component.score)
    return {name: fmean(values) for name, values in scores.items()}
