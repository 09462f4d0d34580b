"""Behaviour of audioforge/env/groups.py."""

import json
import math

import numpy as np
import pytest

from audioforge.env.answers import Answer
from audioforge.env.groups import scored_group, spread
from tests.env_stand_ins import make_record

ANSWERS = [Answer("a", [1, 2], [-100, 2], [1.0, -0.5]), Answer("b", [1, 3], [-100, 3], [1.0, -0.25])]


def test_numpy_numbers_leave_as_plain_ones_since_atropos_would_lose_the_group():
    records = [make_record(reward=np.float32(0.25)), make_record(reward=np.float64(0.5))]
    answers = [Answer("a", [1], [1], [np.float32(-0.5)])] * 2
    group = scored_group(records, answers, run="x")
    assert {type(score) for score in group["scores"]} == {float}
    assert json.loads(json.dumps(group))["scores"] == [0.25, 0.5]
    assert group["group_overrides"] == {}
    assert group["overrides"][0]["run"] == "x"


@pytest.mark.parametrize("reward", [math.nan, math.inf])
def test_a_reward_that_is_no_number_is_an_error_since_atropos_would_send_it(reward):
    with pytest.raises(ValueError, match="rewards must be finite"):
        scored_group([make_record(reward=reward), make_record()], ANSWERS)


def test_rewards_that_differ_by_rounding_alone_are_told_from_a_signal():
    assert spread([make_record(reward=0.5), make_record(reward=0.5 + 1e-9)]) < 1e-3
    assert spread([make_record(reward=0.5), make_record(reward=0.6)]) == pytest.approx(0.1)
