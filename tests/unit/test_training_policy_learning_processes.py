"""Behaviour of training/policy_learning/processes.py without processes: when an evaluation is asked anew."""

from dataclasses import replace

import pytest

from training.policy_learning import processes
from training.policy_learning.processes import SAMPLES, Evaluating, NeighbourError, evaluate

ASKED = Evaluating(targets=4, answers=2, preset="embedded")


@pytest.fixture
def policy(tmp_path):
    folder = tmp_path / "policy"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"first")
    return folder


@pytest.fixture
def asked_for(monkeypatch):
    calls = []

    def ask(policy, folder, asked):
        calls.append(asked)
        (folder / SAMPLES).write_text("{}\n")

    monkeypatch.setattr(processes, "_ask", ask)
    return calls


def test_answers_at_hand_are_not_asked_for_again(policy, tmp_path, asked_for):
    for _ in range(2):
        assert evaluate(policy, tmp_path / "after", ASKED) == tmp_path / "after" / SAMPLES
    assert len(asked_for) == 1


def test_a_policy_that_learned_on_is_asked_again(policy, tmp_path, asked_for):
    evaluate(policy, tmp_path / "after", ASKED)
    (policy / "model.safetensors").write_bytes(b"second")
    evaluate(policy, tmp_path / "after", ASKED)
    assert len(asked_for) == 2


def test_another_question_is_asked_anew(policy, tmp_path, asked_for):
    evaluate(policy, tmp_path / "after", ASKED)
    evaluate(policy, tmp_path / "after", replace(ASKED, targets=8))
    assert [own.targets for own in asked_for] == [4, 8]


def test_answers_of_an_evaluation_that_broke_off_do_not_count(policy, tmp_path, monkeypatch, asked_for):
    whole = processes._ask

    def broken(policy, folder, asked):
        whole(policy, folder, asked)
        raise NeighbourError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(processes, "_ask", broken)
        with pytest.raises(NeighbourError):
            evaluate(policy, tmp_path / "after", ASKED)
    evaluate(policy, tmp_path / "after", ASKED)
    assert len(asked_for) == 2
