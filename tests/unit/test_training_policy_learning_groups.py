"""Behaviour of training/policy_learning/groups.py: Atropos' groups as tensors."""

import pytest
import torch

from training.policy_learning.groups import GroupError, group_advantages, split_batch, token_batch


def group(*answers, scores=(0.0, 1.0), **further):
    """Answers of these lengths after a request of two tokens."""
    return {
        "tokens": [[1, 2, *range(10, 10 + length)] for length in answers],
        "masks": [[-100, -100, *range(10, 10 + length)] for length in answers],
        "inference_logprobs": [[1.0, 1.0, *[-0.5] * length] for length in answers],
        "scores": list(scores),
        "advantages": None,
        "overrides": [{"group": "7"} for _ in answers],
    } | further


def test_advantages_sum_to_nothing_and_follow_the_scores():
    advantages = group_advantages(torch.tensor([0.1, 0.3, 0.8]), least_deviation=0.02)
    assert float(advantages.sum()) == pytest.approx(0, abs=1e-6)
    assert advantages.tolist() == sorted(advantages.tolist())


def test_a_group_of_nearly_equal_scores_whispers():
    nearly = group_advantages(torch.tensor([0.500, 0.501]), least_deviation=0.02)
    assert float(nearly.abs().max()) < 0.05


def test_only_what_the_policy_said_counts_and_padding_stands_on_the_right():
    batch = token_batch([group(3, 1)], pad=0, least_deviation=0.02)
    assert batch.said.tolist() == [[False, False, True, True, True], [False, False, True, False, False]]
    assert batch.attended.sum(dim=1).tolist() == [5, 3]
    assert batch.tokens[1].tolist() == [1, 2, 10, 0, 0]
    assert batch.sampled_logprobs[1].tolist() == [0, 0, -0.5, 0, 0]


def test_each_group_is_its_own_measure():
    batch = token_batch([group(1, 1, scores=(0.0, 0.2)), group(1, 1, scores=(0.8, 1.0))], pad=0, least_deviation=0.0)
    assert batch.advantages.tolist() == pytest.approx([-1, 1, -1, 1])


def test_advantages_that_the_environment_sends_are_taken():
    batch = token_batch([group(1, 1, advantages=[0.25, -0.25])], pad=0, least_deviation=0.02)
    assert batch.advantages.tolist() == [0.25, -0.25]


def test_parts_hold_every_sequence_once_and_are_no_wider_than_they_must():
    whole = token_batch([group(9, 1), group(2, 8)], pad=0, least_deviation=0.02)
    parts = split_batch(whole, 2)
    assert [part.tokens.shape for part in parts] == [(2, 4), (2, 11)]
    assert sorted(torch.cat([part.advantages for part in parts]).tolist()) == sorted(whole.advantages.tolist())
    assert sum(int(part.said.sum()) for part in parts) == int(whole.said.sum())


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"inference_logprobs": None}, "group 7 came without log-probabilities"),
        ({"inference_logprobs": [[1.0, 1.0], [1.0, 1.0, -0.5]]}, "differ in length"),
        ({"masks": [[-100] * 3, [-100] * 3]}, "said nothing"),
    ],
)
def test_a_group_that_cannot_be_learned_from_is_named(fault, message):
    with pytest.raises(GroupError, match=message):
        token_batch([group(1, 1, **fault)], pad=0, least_deviation=0.02)
