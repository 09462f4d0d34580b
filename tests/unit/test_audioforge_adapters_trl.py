"""Behaviour of audioforge/adapters/trl.py, called as TRL's GRPOTrainer calls it."""

import asyncio
import inspect

import pytest

from audioforge.adapters.trl import async_reward_function, completion_text, component_functions, reward_function
from audioforge.status import ScoringError
from tests.adapter_stand_ins import make_judge, words


def call(function, completions, **columns):
    count = len(completions)
    given = {"request": ["a tone"] * count, "category": ["sfx"] * count, **columns}
    return function(
        prompts=["say"] * count, completions=completions, completion_ids=[[1]] * count, trainer_state=None, **given
    )


def test_a_total_is_one_number_a_completion():
    assert call(reward_function(make_judge()), [words(1), words(4)]) == pytest.approx([0.1, 0.4], abs=1e-3)


def test_conversations_are_judged_by_their_last_message():
    completions = [[{"role": "assistant", "content": words(5)}, {"role": "assistant", "content": words(2)}]]
    assert call(reward_function(make_judge()), completions) == pytest.approx([0.2], abs=1e-3)


def test_a_malformed_answer_earns_the_floor_and_a_failed_score_is_none():
    function = reward_function(make_judge(breaks_above=0.25))
    rewards = call(function, ["no idea", words(3), words(1)], request=["a", "b", "c"])
    assert rewards == [0.0, None, pytest.approx(0.1, abs=1e-3)]


def test_total_and_components_of_a_batch_cost_one_rendering():
    judge = make_judge()
    functions = [reward_function(judge), *component_functions(judge)]
    assert [function.__name__ for function in functions] == ["audioforge_total", "audioforge_peak"]
    for function in functions:
        assert call(function, [words(1), words(2)]) == pytest.approx([0.1, 0.2], abs=1e-3)
    assert len(judge.generator.batches) == 1


def test_the_asynchronous_function_is_a_coroutine_function_with_the_same_rewards():
    judge = make_judge()
    function = async_reward_function(judge)
    assert inspect.iscoroutinefunction(function)
    assert asyncio.run(call(function, [words(2)])) == call(reward_function(judge), [words(2)])


def test_statuses_and_the_shares_of_answers_at_fault_and_of_failures_are_logged():
    metrics, extra = {}, {}
    call(
        reward_function(make_judge(breaks_above=0.25)),
        [words(1), "no idea", words(3), "no idea"],
        request=["a", "b", "c", "d"],
        log_metric=metrics.__setitem__,
        log_extra=extra.__setitem__,
    )
    assert metrics == {"audioforge/at_fault": 0.5, "audioforge/failed": 0.25}
    assert [status.partition(":")[0] for status in extra["audioforge_status"]] == [
        "ok",
        "malformed",
        "failed",
        "malformed",
    ]


def test_a_data_set_without_requests_is_refused_with_the_mend():
    with pytest.raises(ScoringError, match="column 'request', got None: add"):
        reward_function(make_judge())(prompts=["say"], completions=[words(1)])


def test_a_message_of_parts_is_joined_and_anything_else_refused():
    assert completion_text([{"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]) == "ab"
    assert completion_text([{"role": "assistant", "content": None}]) == ""
    with pytest.raises(ScoringError, match="a text or a list of messages, got 3"):
        completion_text(3)


@pytest.mark.parametrize(("column", "got"), [(["a kick"], "1 values"), ("a kick", "one text")])
def test_a_column_of_another_length_than_the_completions_is_named(column, got):
    with pytest.raises(ScoringError, match=f"'request' needs one value per completion: got {got} for 2 completions"):
        reward_function(make_judge())(prompts=["", ""], completions=["{}", "{}"], request=column)
