import math

import pytest

from audioforge.metrics.opinions import opinions, standardised


def test_a_raters_middle_and_swing_do_not_count():
    scores = {str(n): {"mild": 3 + n / 10, "wild": float(n)} for n in range(5)}
    opinion = opinions(scores)
    assert list(opinion.values()) == pytest.approx([-math.sqrt(2), -math.sqrt(0.5), 0, math.sqrt(0.5), math.sqrt(2)])
    assert set(opinions({"a": {"x": 3.0}, "b": {"x": 3.0}}).values()) == {0.0}


def test_each_raters_scores_have_the_mean_0_and_the_deviation_1():
    own = standardised({"a": {"x": 1.0, "y": 5.0}, "b": {"x": 2.0}, "c": {"x": 3.0, "y": 4.0}})
    assert [own[clip]["x"] for clip in "abc"] == pytest.approx([-math.sqrt(1.5), 0.0, math.sqrt(1.5)])
    assert [own[clip]["y"] for clip in "ac"] == pytest.approx([1.0, -1.0])


def test_no_ratings_are_no_opinions():
    assert opinions({}) == {}
