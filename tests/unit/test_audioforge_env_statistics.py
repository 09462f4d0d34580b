"""Behaviour of audioforge/env/statistics.py."""

import pytest

from audioforge.component_score import ComponentScore
from audioforge.env.statistics import metric_means, parameter_effects
from audioforge.proposals import Proposal
from tests.env_stand_ins import make_record


def scored(total, **proposal):
    components = {"peak": ComponentScore(total, total)}
    return make_record(proposal=Proposal("x", **proposal), total=total, reward=total, components=components)


MALFORMED = make_record(proposal=None, total=None, reward=0.0, parse_failure="no_json")


def test_means_count_the_floor_in_the_reward_but_not_in_the_total():
    means = metric_means([scored(0.4), scored(0.8), MALFORMED])
    assert means["reward"] == pytest.approx(0.4)
    assert means["total"] == means["component/peak"] == pytest.approx(0.6)
    assert means["valid"] == means["scored"] == pytest.approx(2 / 3)
    assert means["parse_failure/no_json"] == pytest.approx(1 / 3)


def test_no_records_or_no_scores_leave_no_number_that_is_not_one():
    assert metric_means([]) == {}
    assert "total" not in metric_means([MALFORMED])
    assert parameter_effects([MALFORMED]) == {}


def test_effects_are_means_by_value_or_range():
    effects = parameter_effects([scored(0.2, steps=4), scored(0.4, steps=8), scored(0.8, steps=50, sampler="euler")])
    assert effects["parameter/steps/up_to_4"] == pytest.approx(0.2)
    assert effects["parameter/steps/up_to_8"] == pytest.approx(0.4)
    assert effects["parameter/steps/above_16"] == pytest.approx(0.8)
    assert effects["parameter/sampler/pingpong"] == pytest.approx(0.3)
