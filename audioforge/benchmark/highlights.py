"""Clips worth hearing: the best, the worst, and those that the reward and the second judge rank furthest apart."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from audioforge.reports.benchmark_report import ClipRow, Highlight

LEAST_PAIRS = 8


def highlights(clips: Sequence[ClipRow], systems: Sequence[str]) -> list[Highlight]:
    """Per system the best, worst and most disputed clips, each clip once."""
    each = 6 if len(systems) == 1 else 3
    gaps = rank_gaps(clips)
    found: list[Highlight] = []
    for system in systems:
        own = [clip for clip in clips if clip.system == system and clip.total is not None]
        ranked = [clip.key for clip in sorted(own, key=lambda clip: (-(clip.total or 0.0), clip.key))]
        disputed = sorted((key for key in ranked if key in gaps), key=lambda key: (-abs(gaps[key]), key))
        taken: set[str] = set()
        for kind, order in (("best", ranked), ("worst", ranked[::-1]), ("disputed", disputed)):
            chosen = [key for key in order if key not in taken][:each]
            taken.update(chosen)
            found += [Highlight(kind, key, gaps.get(key)) for key in chosen]
    return found


def rank_gaps(clips: Sequence[ClipRow]) -> dict[str, float]:
    """Clip → rank by the total minus rank by the second judge, both as shares in (0, 1], over all systems' clips."""
    both = [own for own in clips if own.total is not None and own.second_judge is not None]
    if not both:
        return {}
    first, second = (stats.rankdata([own.measure(name) for own in both]) for name in ("total", "second_judge"))
    gaps = (first - second) / len(both)
    return {own.key: round(float(gap), 6) for own, gap in zip(both, gaps, strict=True)}


def agreement(clips: Sequence[ClipRow]) -> float | None:
    """Spearman's rank correlation of total and second judge; None with too few clips, or no spread."""
    pairs = np.array(
        [(own.total, own.second_judge) for own in clips if own.total is not None and own.second_judge is not None]
    )
    if len(pairs) < LEAST_PAIRS or bool((np.ptp(pairs, axis=0) == 0).any()):
        return None
    return round(float(stats.spearmanr(pairs[:, 0], pairs[:, 1]).statistic), 6)
