"""Behaviour of audioforge/adapters/verl.py, called as verl's reward managers call it."""

import inspect
import math

import pytest

from audioforge.adapters.verl import compute_score, score_function
from audioforge.status import ScoringError
from tests.adapter_stand_ins import make_judge, words


def call(judge, answer, ground_truth="a tone", extra_info=None):
    return score_function(judge)(
        data_source="audioforge", solution_str=answer, ground_truth=ground_truth, extra_info=extra_info
    )


def test_a_result_has_the_score_and_every_component():
    result = call(make_judge(), words(3), extra_info={"category": "sfx", "seed": 5})
    assert result == pytest.approx({"score": 0.3, "malformed": 0.0, "peak": 0.3}, abs=1e-3)


def test_the_seed_of_a_row_reaches_the_generator():
    judge = make_judge()
    call(judge, words(1), extra_info={"seed": 5})
    assert judge.generator.seeds == [[5]]


def test_a_malformed_answer_has_the_same_keys_and_the_floor():
    assert call(make_judge(), "no idea") == {"score": 0.0, "malformed": 1.0, "peak": 0.0}


def test_a_failure_to_judge_raises():
    with pytest.raises(ScoringError, match="total could not be scored: failed"):
        call(make_judge(breaks_above=0.25), words(3))


def test_a_component_outside_the_total_may_be_missing():
    judge = make_judge()
    judge.component_names = ("peak", "novelty")
    assert math.isnan(call(judge, words(1))["novelty"])


def test_a_row_without_a_request_is_refused_with_the_mend():
    with pytest.raises(ScoringError, match="ground_truth must be the request as text, got None"):
        call(make_judge(), words(1), ground_truth=None)


def test_the_shipped_function_has_verl_s_signature():
    assert list(inspect.signature(compute_score).parameters)[:4] == [
        "data_source",
        "solution_str",
        "ground_truth",
        "extra_info",
    ]
