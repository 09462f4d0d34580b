"""Opinions of several raters on one scale.

Raters differ in where they put the middle and how far they swing, so each rater's scores are standardised (mean 0,
population standard deviation 1 over the clips they rated) before a clip's opinion is their mean. Not a measure of
agreement: see ``audioforge.audition.agreement``.
"""

from collections import defaultdict
from collections.abc import Mapping
from statistics import fmean, pstdev

RaterScores = Mapping[str, Mapping[str, float]]
"""Clip → rater → score."""


def standardised(scores: RaterScores) -> dict[str, dict[str, float]]:
    """Clip → rater → score in standard deviations of that rater; one who gives every clip the same says 0."""
    by_rater: defaultdict[str, list[float]] = defaultdict(list)
    for own in scores.values():
        for rater, score in own.items():
            by_rater[rater].append(score)
    middle = {rater: fmean(own) for rater, own in by_rater.items()}
    spread = {rater: pstdev(own) or 1.0 for rater, own in by_rater.items()}
    return {
        clip: {rater: (score - middle[rater]) / spread[rater] for rater, score in own.items()}
        for clip, own in scores.items()
    }


def opinions(scores: RaterScores) -> dict[str, float]:
    """Mean standardised score of each clip."""
    return {clip: fmean(own.values()) for clip, own in standardised(scores).items()}
