"""An interval of a mean over independent units: the percentile bootstrap, or Student's t where units are few."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from audioforge.metrics.student_interval import LEAST_RESAMPLED, student_interval

RESAMPLES = 4000


def mean_interval(values: Sequence[float], *, seed: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of the mean.

    Args:
        values: One an independent unit: a target, not a rollout.
        seed: Of the resampling; equal seeds give equal intervals.
        level: Coverage, in (0, 1).

    Returns:
        Its ends, in the unit of the values; NaN with fewer than two.
    """
    if len(values) < LEAST_RESAMPLED:
        return student_interval(values, level=level)
    found = stats.bootstrap(
        (np.asarray(values, dtype=np.float64),),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=level,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)
