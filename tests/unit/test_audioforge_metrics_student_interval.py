import math

import numpy as np
import pytest
from scipy import stats

from audioforge.metrics.student_interval import student_interval


def test_it_is_the_interval_of_scipy():
    values = [0.1, 0.4, 0.2, 0.35]
    known = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert student_interval(values) == pytest.approx((known.low, known.high))


def test_without_an_effect_it_lies_above_zero_as_rarely_as_it_says():
    draws = np.random.default_rng(0).normal(size=(2000, 4))
    above = sum(student_interval(row)[0] > 0 for row in draws) / len(draws)
    assert above == pytest.approx(0.025, abs=0.01)


def test_one_value_has_no_interval():
    assert all(map(math.isnan, student_interval([0.3])))
