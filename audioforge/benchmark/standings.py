"""Means of every measure by system and category, and systems compared on the requests that both answered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from math import comb
from statistics import fmean

import torch

from audioforge.metrics.bootstrap import MIN_CLIPS, Bootstrap, bootstrap_interval
from audioforge.metrics.embeddings import MetricError
from audioforge.metrics.paired import compare_paired
from audioforge.reports.benchmark_report import ALL, SECOND, TOTAL, ClipRow, PairedRow, Standing

INTERVALS = Bootstrap(resamples=500, level=0.95, seed=0)
LEAST_SWAPS = 1000
SWAPS_PER_PAIR = 40
"""Holm multiplies the smallest p-value, 1 / (swaps + 1), by the number of pairs: this many leave it below 0.05."""


def swaps_for(pairs: int) -> Bootstrap:
    """Random swaps of a comparison that is one of so many."""
    return Bootstrap(resamples=max(LEAST_SWAPS, SWAPS_PER_PAIR * pairs), level=0.95, seed=0)


def standings(
    clips: Sequence[ClipRow], systems: Sequence[str], categories: Sequence[str], measures: Sequence[str]
) -> list[Standing]:
    """One entry per system, category (and all) and measure."""
    return [
        _standing(
            [own for own in clips if own.system == system and category in (ALL, own.category)], system, category, m
        )
        for system in systems
        for category in (ALL, *categories)
        for m in measures
    ]


def paired(
    clips: Sequence[ClipRow], systems: Sequence[str], categories: Sequence[str], measures: Sequence[str]
) -> list[PairedRow]:
    """All pairs of systems: every measure over all requests, the total in each category too.

    P-values are adjusted after Holm over the pairs of one measure and category.
    """
    questions = [(measure, ALL) for measure in measures] + [(TOTAL, category) for category in categories]
    rows: list[PairedRow] = []
    swaps = swaps_for(comb(len(systems), 2))
    for measure, category in questions:
        chosen = [own for own in clips if category in (ALL, own.category)]
        means = {system: request_means([own for own in chosen if own.system == system], measure) for system in systems}
        found = [
            compare_means(means[first], means[second], PairedRow(first, second, category, measure, *_NOTHING), swaps)
            for first, second in combinations(systems, 2)
        ]
        rows += holm_adjusted(found)
    return rows


def request_means(clips: Sequence[ClipRow], measure: str) -> dict[str, float]:
    """Request id → mean over its scored clips; requests without a score are left out. Sorted by id."""
    values: defaultdict[str, list[float]] = defaultdict(list)
    for own in clips:
        value = own.measure(measure)
        if value is not None:
            values[own.id].append(value)
    return {name: fmean(values[name]) for name in sorted(values)}


def compare_means(
    first: Mapping[str, float], second: Mapping[str, float], empty: PairedRow, swaps: Bootstrap
) -> PairedRow:
    """``empty`` with what the shared requests say."""
    shared = sorted(first.keys() & second.keys())
    if not shared:
        return replace(empty, reason="no request that both have a score for")
    vectors = [torch.tensor([own[name] for name in shared], dtype=torch.float64) for own in (first, second)]
    try:
        found = compare_paired(vectors[0], vectors[1], bootstrap=swaps)
    except MetricError as error:
        return replace(empty, requests=len(shared), reason=str(error))
    return replace(
        empty,
        difference=round(found.difference, 6),
        low=round(found.interval.low, 6),
        high=round(found.interval.high, 6),
        p_value=round(found.p_value, 6),
        requests=found.n,
    )


def holm_adjusted(rows: Sequence[PairedRow]) -> list[PairedRow]:
    """The rows with p-values that hold for all of them together (Holm 1979)."""
    known = sorted((own.p_value, place) for place, own in enumerate(rows) if own.p_value is not None)
    adjusted, worst = list(rows), 0.0
    for rank, (p_value, place) in enumerate(known):
        worst = max(worst, min(1.0, p_value * (len(known) - rank)))
        adjusted[place] = replace(rows[place], p_adjusted=round(worst, 6))
    return adjusted


_NOTHING = (None, None, None, None, None, 0)


def _standing(clips: Sequence[ClipRow], system: str, category: str, measure: str) -> Standing:
    means = list(request_means(clips, measure).values())
    scored = sum(own.measure(measure) is not None for own in clips)
    counts = (len(means), scored, len(clips))
    if not means:
        return Standing(system, category, measure, None, None, None, *counts)
    mean = fmean(means)
    low, high = _interval(means, mean)
    return Standing(system, category, measure, round(mean, 6), low, high, *counts)


def _interval(means: Sequence[float], mean: float) -> tuple[float | None, float | None]:
    if len(means) < MIN_CLIPS:
        return None, None
    values = torch.tensor(means, dtype=torch.float64)
    found = bootstrap_interval(lambda _, own: float(own.mean()), None, values, mean, INTERVALS)
    return round(found.low, 6), round(found.high, 6)


def measures_of(components: Sequence[str]) -> tuple[str, ...]:
    """Everything that a clip is measured by: the total first."""
    return (TOTAL, *components, SECOND)
