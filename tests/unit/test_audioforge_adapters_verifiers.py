"""Behaviour of audioforge/adapters/verifiers.py, called as a verifiers task calls its reward methods."""

import asyncio
from types import SimpleNamespace

import pytest

from audioforge.adapters.verifiers import reward_method
from audioforge.status import ScoringError
from tests.adapter_stand_ins import make_judge, words


def call(judge, reply, name="total", **data):
    class Task:
        total = reward_method(judge, name)

        def __init__(self):
            self.data = SimpleNamespace(**{"request": "a tone", **data})

    return asyncio.run(Task().total(SimpleNamespace(last_reply=reply)))


@pytest.mark.parametrize("name", ["total", "peak"])
def test_the_last_reply_is_judged(name):
    assert call(make_judge(), words(2), name) == pytest.approx(0.2, abs=1e-3)


def test_no_reply_is_a_malformed_answer_with_the_floor():
    assert call(make_judge(), None) == 0.0


def test_a_failure_to_judge_raises():
    with pytest.raises(ScoringError, match="peak could not be scored: failed"):
        call(make_judge(breaks_above=0.25), words(3), "peak")


def test_a_task_without_a_request_is_refused_with_the_mend():
    with pytest.raises(ScoringError, match="needs a text 'request', got None"):
        call(make_judge(), words(1), request=None)


def test_a_reward_carries_its_name():
    assert reward_method(make_judge(), "peak").__name__ == "audioforge_peak"
