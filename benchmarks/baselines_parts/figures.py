"""The table: means over requests with bootstrap intervals."""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from audioforge.optimise.measured import Measured, measured
from benchmarks.baselines_parts.rounds import Round
from benchmarks.baselines_parts.systems import System


@dataclass(frozen=True)
class Row:
    """One system's figures over requests that all systems have answered.

    Attributes:
        system: Its name.
        requests: How many.
        clips: Takes a request, on average.
        evaluations: Spent a request, on average.
        search: Spent beforehand, over all categories.
        one: Reward of a take: what one clip is worth.
        best: Reward of the best take by that reward: what choosing makes of the same compute.
        best_gain: Best take less the first system's, request by request.
        one_second: What the second judge says of the first take.
        best_second: What the second judge says of the chosen take.
        failed: Share of takes without a score.
        components: Mean of the first take's components.
    """

    system: str
    requests: int
    clips: float
    evaluations: float
    search: int
    one: Measured
    best: Measured
    best_gain: Measured
    one_second: Measured
    best_second: Measured
    failed: float
    components: dict[str, float]


def figures(systems: Sequence[System], rounds: Sequence[Round], *, seed: int) -> list[Row]:
    """One row a system, in order."""
    played = {own.name: {r.target_id: r for r in rounds if r.system == own.name} for own in systems}
    shared = set.intersection(*(set(own) for own in played.values()))
    first = played[systems[0].name]
    return [
        _row(system, {name: r for name, r in played[system.name].items() if name in shared}, first, seed)
        for system in systems
    ]


def _row(system: System, own: dict[str, Round], first: dict[str, Round], seed: int) -> Row:
    takes = [total for r in own.values() for total in r.totals]

    def over_requests(value: Callable[[Round], float | None]) -> Measured:
        return measured([(name, value(r)) for name, r in own.items()], seed=seed)

    return Row(
        system=system.name,
        requests=len(own),
        clips=len(takes) / max(1, len(own)),
        evaluations=sum(r.evaluations for r in own.values()) / max(1, len(own)),
        search=system.search,
        one=over_requests(lambda r: _mean(r.scored)),
        best=over_requests(lambda r: max(r.scored, default=None)),
        best_gain=over_requests(lambda r: _gain(r, first[r.target_id])),
        one_second=over_requests(lambda r: r.first_second),
        best_second=over_requests(lambda r: r.best_second),
        failed=sum(total is None for total in takes) / max(1, len(takes)),
        components=_component_means(list(own.values())),
    )


def _gain(own: Round, first: Round) -> float | None:
    return max(own.scored) - max(first.scored) if own.scored and first.scored else None


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _component_means(rounds: Sequence[Round]) -> dict[str, float]:
    names = dict.fromkeys(name for own in rounds for name in own.components)
    return {name: _mean([own.components[name] for own in rounds if name in own.components]) or 0.0 for name in names}


def markdown(rows: Sequence[Row]) -> str:
    """The table as Markdown."""
    lines = [
        "| system | clips a request | evaluations a request | searched before | reward, one clip | reward, best clip "
        "| best less identity's best | second judge, one clip | second judge, best clip | failed |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        numbers = [f"{row.clips:.1f}", f"{row.evaluations:.0f}", f"{row.search}"]
        measures = [row.one, row.best, row.best_gain, row.one_second, row.best_second]
        lines.append(f"| {row.system} | {' | '.join([*numbers, *map(str, measures)])} | {row.failed:.0%} |")
    return "\n".join(lines)


def to_json(rows: Sequence[Row]) -> list[dict[str, object]]:
    """The rows as plain JSON values; unknown numbers are ``None``."""
    return [{name: _plain(value) for name, value in asdict(row).items()} for row in rows]


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain(own) for name, own in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
