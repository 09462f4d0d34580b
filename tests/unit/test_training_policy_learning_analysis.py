"""Behaviour of training/policy_learning/{signal,attribution,picture}.py on made-up rollouts."""

import random
from dataclasses import replace

import pytest

from audioforge.proposals import Proposal
from audioforge.targets import load_targets
from tests.rollout_makers import malformed, scored
from training.policy_learning.attribution import first_answers, parameters_alone, words_alone
from training.policy_learning.picture import draw, running_mean
from training.policy_learning.signal import measure_signal

DEVIATIONS = {"request": 0.2, "seed": 0.1, "answer": 0.15, "luck": 0.05}


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return scored(tmp_path_factory.mktemp("sound"), "0-0", 0.5)


def judged_twice(sound, groups=400, answers=8):
    """Rewards made of known parts."""
    draws = random.Random(0)
    first, second = [], []
    for group in range(groups):
        request = draws.gauss(0.5, DEVIATIONS["request"])
        shared = [draws.gauss(0, DEVIATIONS["seed"]) for _ in range(2)]
        for number in range(answers):
            answer = draws.gauss(0, DEVIATIONS["answer"])
            for records, seed in ((first, shared[0]), (second, shared[1])):
                reward = request + seed + answer + draws.gauss(0, DEVIATIONS["luck"])
                records.append(replace(sound, id=f"{group}-{number}", group=str(group), reward=reward))
    return first, second


def test_the_parts_of_a_known_variance_are_found(sound):
    found = measure_signal(*judged_twice(sound))
    for name, deviation in DEVIATIONS.items():
        assert getattr(found, name) == pytest.approx(deviation**2, rel=0.2), name
    assert found.parsing == pytest.approx(0, abs=1e-3)
    assert found.learnable == pytest.approx(0.9, abs=0.02)


def test_malformed_answers_are_a_part_of_their_own(sound, tmp_path):
    first, second = judged_twice(sound, groups=40)
    broken = malformed(tmp_path, "x")
    with_broken = [replace(broken, id=own.id, group=own.group) if own.id.endswith("-0") else own for own in first]
    found = measure_signal(with_broken, [own for own in second if not own.id.endswith("-0")])
    assert found.parsed == 7 / 8
    assert found.parsing > 0.01


def test_flat_groups_are_counted(sound):
    first, second = judged_twice(sound, groups=4)
    flat = [replace(own, reward=0.3) if own.group == "0" else own for own in first]
    assert measure_signal(flat, second).flat_groups == 0.25


def test_too_little_to_tell_is_said(sound):
    with pytest.raises(ValueError, match="at least 2 groups"):
        measure_signal([sound], [sound])


def test_words_are_judged_under_shipped_settings_and_the_length_asked_for(sound):
    target = load_targets()[0]
    record = replace(sound, target_id=target.id, provenance={"generator": "sketch"})
    changed = words_alone()(record, Proposal("my words", steps=2, cfg_scale=9, seconds=11))
    assert (changed.prompt, changed.seconds) == ("my words", target.parameters.seconds_total)
    assert (changed.steps, changed.cfg_scale) == (10, 3.0)


def test_parameters_are_judged_with_the_request_as_it_is(sound):
    changed = parameters_alone(sound, Proposal("my words", steps=2))
    assert changed == Proposal(sound.request, steps=2)


def test_the_first_answers_of_each_group_are_taken(sound):
    records = [replace(sound, id=f"{group}-{number}", group=group) for group in "ab" for number in range(3)]
    assert [own.id for own in first_answers(records, 2)] == ["a-0", "a-1", "b-0", "b-1"]


def test_the_picture_is_small_and_the_same_each_time(tmp_path):
    steps = [{"step": step, "reward": 0.3, "reward_if_parsed": 0.4, "parsed": 0.9, "kl": 0.01} for step in range(1, 90)]
    for name in ("one.svg", "two.svg"):
        draw(steps, tmp_path / name)
    picture = (tmp_path / "one.svg").read_bytes()
    assert picture == (tmp_path / "two.svg").read_bytes()
    assert len(picture) < 60_000


def test_a_running_mean_looks_back_alone():
    assert running_mean([1, 2, 3, 4], 2) == [1, 1.5, 2.5, 3.5]
