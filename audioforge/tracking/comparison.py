"""A against B: two policies, or two settings, on the same targets and seeds.

Rollouts are paired by target and generation seed, averaged by target, and compared target by target: the interval and
the p-value are those of ``audioforge.metrics.paired``. What has no partner is left out and counted. Scores of other
judges don't compare: what judged is read from the records' provenance.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import torch

from audioforge.metrics.bootstrap import MIN_CLIPS
from audioforge.metrics.paired import compare_paired
from audioforge.rollouts import RolloutRecord

COMPARED = ("policy", "preset", "generator", "generator.fingerprint")
"""Entries of a record's provenance that a comparison may be about; all others say what judged it."""


@dataclass(frozen=True)
class ScoreDifference:
    """Second less first, of one score.

    Attributes:
        name: ``reward``, ``total``, ``second_judge``, or a component.
        first: Mean of the first.
        second: Mean of the second.
        difference: Second less first.
        low: Lower end of the 95 % interval.
        high: Upper end.
        p_value: How often chance alone would differ as much.
        targets: How many targets it rests on.
    """

    name: str
    first: float
    second: float
    difference: float
    low: float
    high: float
    p_value: float
    targets: int


@dataclass(frozen=True)
class RolloutComparison:
    """Two runs side by side.

    Attributes:
        first: Name of the first.
        second: Name of the second.
        scores: One a score that enough targets have in both.
        valid: Share of answers that parsed, in the first and in the second.
        pairs: Targets and seeds that both have.
        unpaired: Targets and seeds that only one has.
        judged_differently: What judged or charged the two otherwise, in words; empty where nothing did.
    """

    first: str
    second: str
    scores: tuple[ScoreDifference, ...]
    valid: tuple[float, float]
    pairs: int
    unpaired: int
    judged_differently: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """As plain JSON values."""
        return asdict(self)


def compare_rollouts(
    first: Sequence[RolloutRecord], second: Sequence[RolloutRecord], *, names: tuple[str, str] = ("first", "second")
) -> RolloutComparison:
    """Compare two runs on the targets and seeds that both have.

    Args:
        first: Rollouts of one policy or setting.
        second: Of the other.
        names: What to call them.

    Raises:
        ValueError: If fewer than 8 targets are in both: too few for an interval.
    """
    ours, theirs = _by_place(first), _by_place(second)
    shared = sorted(ours.keys() & theirs.keys())
    targets = {target for target, _ in shared}
    if len(targets) < MIN_CLIPS:
        raise ValueError(
            f"{names[0]} and {names[1]} share {len(targets)} targets on the same seeds, a comparison needs "
            f"{MIN_CLIPS}: evaluate both on the same targets with the same seed."
        )
    left, right = [ours[place] for place in shared], [theirs[place] for place in shared]
    found = [_difference(name, value, left, right) for name, value in _scores([*first, *second]).items()]
    return RolloutComparison(
        first=names[0],
        second=names[1],
        scores=tuple(own for own in found if own is not None),
        valid=(_valid(left), _valid(right)),
        pairs=len(shared),
        unpaired=len(ours.keys() ^ theirs.keys()),
        judged_differently=judging_differences(first, second),
    )


def judging_differences(first: Sequence[RolloutRecord], second: Sequence[RolloutRecord]) -> tuple[str, ...]:
    """Entries of the provenance that have no value in common, but for what the two are compared about."""
    ours, theirs = _provenance(first), _provenance(second)
    return tuple(
        f"{name} {min(ours[name])} and {min(theirs[name])}"
        for name in sorted(ours.keys() & theirs.keys() - set(COMPARED))
        if ours[name].isdisjoint(theirs[name])
    )


def _provenance(records: Sequence[RolloutRecord]) -> dict[str, set[str]]:
    values: defaultdict[str, set[str]] = defaultdict(set)
    for record in records:
        for name, value in record.provenance.items():
            values[name].add(value)
    return dict(values)


Score = Callable[[RolloutRecord], float | None]


def _by_place(records: Sequence[RolloutRecord]) -> dict[tuple[str, int], list[RolloutRecord]]:
    places: defaultdict[tuple[str, int], list[RolloutRecord]] = defaultdict(list)
    for record in records:
        places[record.target_id, record.seed].append(record)
    return dict(places)


def _scores(records: Sequence[RolloutRecord]) -> dict[str, Score]:
    names = sorted({name for record in records for name in record.components})
    whole: dict[str, Score] = {
        "reward": lambda own: own.reward,
        "total": lambda own: own.total,
        "second_judge": lambda own: own.second_judge,
    }
    return whole | {name: _of(name) for name in names}


def _of(name: str) -> Score:
    return lambda own: own.components[name].score if name in own.components else None


def _difference(
    name: str, value: Score, left: Sequence[list[RolloutRecord]], right: Sequence[list[RolloutRecord]]
) -> ScoreDifference | None:
    ours, theirs = _target_means(value, left), _target_means(value, right)
    known = [target for target in ours if math.isfinite(ours[target]) and math.isfinite(theirs[target])]
    if len(known) < MIN_CLIPS:
        return None
    first, second = (torch.tensor([means[target] for target in known]) for means in (ours, theirs))
    compared = compare_paired(first, second)
    interval = compared.interval
    return ScoreDifference(
        name,
        float(first.mean()),
        float(second.mean()),
        compared.difference,
        interval.low,
        interval.high,
        compared.p_value,
        len(known),
    )


def _target_means(value: Score, groups: Sequence[list[RolloutRecord]]) -> dict[str, float]:
    """A target's mean over the seeds that both runs have; NaN where nothing was scored."""
    values: defaultdict[str, list[float]] = defaultdict(list)
    for group in groups:
        scored = [score for own in group if (score := value(own)) is not None]
        values[group[0].target_id] += scored
    return {target: math.fsum(own) / len(own) if own else math.nan for target, own in values.items()}


def _valid(groups: Sequence[list[RolloutRecord]]) -> float:
    parsed = [record.proposal is not None for group in groups for record in group]
    return sum(parsed) / len(parsed)
