import math

import pytest

from audioforge.optimise.measured import measured, measured_difference, measured_totals
from audioforge.optimise.studio import Outcome


def outcome(total: float | None, target: str = "a", seed: int = 0) -> Outcome:
    return Outcome(target, seed, total, "ok", {})


def test_the_mean_is_over_targets_however_many_clips_each_has():
    found = measured([("a", 1.0), ("a", 1.0), ("a", 1.0), ("b", 0.0)], seed=0)
    assert found.mean == 0.5
    assert (found.clips, found.failed) == (4, 0)


def test_clips_are_the_units_where_there_is_one_target():
    found = measured([("a", value / 10) for value in range(10)], seed=0)
    assert found.mean == pytest.approx(0.45)
    assert found.low < 0.45 < found.high
    assert found.high - found.low < 0.5


def test_failures_are_counted_and_no_part_of_the_mean():
    found = measured_totals([outcome(0.8), outcome(None), outcome(0.6)], seed=0)
    assert found.mean == pytest.approx(0.7)
    assert found.failed == 1


def test_one_unit_has_no_interval_and_none_no_mean():
    assert math.isnan(measured([("a", 0.5)], seed=0).low)
    assert math.isnan(measured([("a", None)], seed=0).mean)


def test_a_difference_is_taken_in_pairs():
    first = [outcome(0.1 * n, seed=n) for n in range(8)]
    second = [outcome(0.1 * n + 0.05, seed=n) for n in range(8)]
    found = measured_difference(first, second, seed=0)
    assert found.mean == pytest.approx(0.05)
    assert found.low == pytest.approx(0.05)


def test_a_difference_of_other_seeds_is_refused():
    with pytest.raises(ValueError, match="same targets and seeds"):
        measured_difference([outcome(0.1)], [outcome(0.1, seed=1)], seed=0)
