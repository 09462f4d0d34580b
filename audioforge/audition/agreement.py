"""Whether raters agree with each other, and whether rewards agree with the raters.

Raters: Krippendorff's alpha for ordinal scores (1 perfect, 0 chance, below 0 opposed) and, as a plainer number, the
median Spearman correlation of two raters over the clips that both heard. Rewards: Spearman correlation of a reward's
score with the raters' opinion (``audioforge.metrics.opinions``). Intervals resample clips; below ``LEAST_CLIPS`` there
is none, since a correlation of so few says nothing.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from audioforge.metrics.opinions import RaterScores

LEAST_CLIPS = 5
DRAWS = 1000

Column = npt.NDArray[np.float64]


class Estimate(NamedTuple):
    """A number with its 95 % interval over clips; NaN where it can't be told."""

    value: float
    low: float
    high: float
    n: int


class RaterAgreement(NamedTuple):
    """How raters agree.

    Attributes:
        alpha: Krippendorff's, ordinal; over the clips with two raters.
        spearman: Median over pairs of raters with ``LEAST_CLIPS`` clips in common.
        pairs: How many such pairs there are.
    """

    alpha: Estimate
    spearman: float
    pairs: int


def rater_agreement(scores: RaterScores, *, seed: int = 0) -> RaterAgreement:
    """How the raters agree over the clips that two of them heard."""
    raters = sorted({rater for own in scores.values() for rater in own})
    shared = [own for own in scores.values() if len(own) >= 2]
    table = np.array([[own.get(rater, np.nan) for own in shared] for rater in raters]).reshape(len(raters), -1)
    pairs = [rho for one, other in combinations(table, 2) if np.isfinite(rho := _pair_correlation(one, other))]
    alpha = _estimate(_alpha, table, seed)
    return RaterAgreement(alpha, float(np.median(pairs)) if pairs else float("nan"), len(pairs))


def reward_agreement(score: Mapping[str, float], opinion: Mapping[str, float], *, seed: int = 0) -> Estimate:
    """Spearman of a reward with the raters' opinion.

    Args:
        score: Clip → the reward's score; NaN or absent where unscored.
        opinion: Clip → what raters think.
        seed: Of the resampling.
    """
    clips = [clip for clip in opinion if np.isfinite(score.get(clip, np.nan))]
    table = np.array([[score[clip] for clip in clips], [opinion[clip] for clip in clips]], dtype=np.float64)
    return _estimate(lambda part: spearman(part[0], part[1]), table, seed)


def choice_agreement(margins: Mapping[tuple[str, str], Sequence[float]], *, seed: int = 0) -> Estimate:
    """Share of decided choices in which the reward prefers the same clip, as a mean over pairs; a draw counts half.

    Args:
        margins: Pair → reward of the chosen clip less that of the other, one a choice; NaN where one is unscored.
        seed: Of the resampling, which takes pairs: two raters' choices of one pair are no two findings.
    """
    known = [[margin for margin in own if np.isfinite(margin)] for own in margins.values()]
    shares = [float(np.mean((np.sign(own) + 1) / 2)) for own in known if own]
    return _estimate(lambda part: float(np.mean(part)), np.array([shares], dtype=np.float64), seed)


def spearman(first: Column, second: Column) -> float:
    """Rank correlation; NaN where one side has no spread."""
    if len(first) < 2 or not np.ptp(first) or not np.ptp(second):
        return float("nan")
    return float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])


def _pair_correlation(one: Column, other: Column) -> float:
    both = np.isfinite(one) & np.isfinite(other)
    return spearman(one[both], other[both]) if both.sum() >= LEAST_CLIPS else float("nan")


def _alpha(table: Column) -> float:
    import krippendorff

    known = table[np.isfinite(table)]
    if not known.size or not np.ptp(known):  # no disagreement is possible where there is one value
        return float("nan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return float(krippendorff.alpha(reliability_data=table, level_of_measurement="ordinal"))


def _estimate(measure: Callable[[Column], float], table: Column, seed: int) -> Estimate:
    """A measure of a table's columns with the percentile interval of resampled columns."""
    n, nan = table.shape[1], float("nan")
    if n < LEAST_CLIPS:
        return Estimate(nan, nan, nan, n)
    rng = np.random.default_rng(seed)
    draws = np.array([measure(table[:, rng.integers(0, n, n)]) for _ in range(DRAWS)])
    known = draws[np.isfinite(draws)]
    low, high = np.quantile(known, [0.025, 0.975]) if len(known) > DRAWS // 2 else (nan, nan)
    return Estimate(measure(table), float(low), float(high), n)
