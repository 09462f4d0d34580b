"""Behaviour of audioforge/metrics/mean_interval.py."""

import math

import numpy as np
import pytest

from audioforge.metrics.mean_interval import mean_interval
from audioforge.metrics.student_interval import student_interval


def test_it_holds_the_mean_shrinks_with_more_units_and_repeats():
    few, many = [0.0, 1.0] * 6, [0.0, 1.0] * 200
    low, high = mean_interval(few, seed=1)
    assert low < 0.5 < high
    narrow = mean_interval(many, seed=1)
    assert narrow[1] - narrow[0] < (high - low) / 3
    assert mean_interval(few, seed=1) == (low, high)


def test_many_units_have_nearly_the_interval_of_the_normal_distribution():
    values = np.random.default_rng(0).normal(size=400).tolist()
    reach = 1.96 * np.std(values, ddof=1) / math.sqrt(len(values))
    assert mean_interval(values, seed=0) == pytest.approx((np.mean(values) - reach, np.mean(values) + reach), abs=0.01)


def test_few_units_have_students_interval():
    assert mean_interval([0.1, 0.4, 0.2], seed=0) == student_interval([0.1, 0.4, 0.2])


def test_equal_values_have_an_interval_of_no_width_and_one_value_has_none():
    assert mean_interval([0.5] * 12, seed=0) == (0.5, 0.5)
    assert all(map(math.isnan, mean_interval([0.5], seed=0)))
