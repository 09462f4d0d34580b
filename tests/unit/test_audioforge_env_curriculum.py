"""Behaviour of audioforge/env/curriculum.py."""

import dataclasses
from collections import Counter

import pytest

from audioforge.env.curriculum import Curriculum
from audioforge.env.schedule import Schedule
from tests.env_stand_ins import make_target

TARGETS = [make_target(number) for number in range(8)]
HARD = [dataclasses.replace(target, difficulty="hard") for target in TARGETS[4:]]
MIXED = [*TARGETS[:4], *HARD]


def drawn(curriculum, start, count=2000):
    return Counter(curriculum.pick(number).id for number in range(start, start + count))


def test_draws_and_turns_share_the_groups_as_asked():
    for share in (0.0, 0.25, 0.5, 0.9):
        curriculum = Curriculum(TARGETS, seed=1, share=share)
        assert sum(curriculum.draws(number) for number in range(1000)) == round(1000 * share)


def test_hard_targets_are_drawn_less_at_first_and_alike_after_the_warm_up():
    curriculum = Curriculum(MIXED, seed=1, warm_up=100_000)
    early = drawn(curriculum, 0)
    assert 3 < sum(early[target.id] for target in TARGETS[:4]) / sum(early[target.id] for target in HARD) < 5
    late = drawn(curriculum, 100_000)
    assert 0.8 < sum(late[target.id] for target in TARGETS[:4]) / sum(late[target.id] for target in HARD) < 1.25


def test_what_the_policy_fails_at_is_drawn_more_often():
    curriculum = Curriculum(TARGETS, seed=1)
    for target in TARGETS:
        curriculum.note(target, 0.1 if target is TARGETS[0] else 0.7)
    counts = drawn(curriculum, 0)
    assert counts[TARGETS[0].id] > 4 * max(counts[target.id] for target in TARGETS[1:])


def test_a_target_that_got_better_is_drawn_less_again():
    curriculum = Curriculum(TARGETS, seed=1)
    curriculum.note(TARGETS[0], 0.0)
    before = curriculum.weights(0)[0]
    for _ in range(20):
        curriculum.note(TARGETS[0], 1.0)
    assert curriculum.weights(0)[0] < before / 10
    assert curriculum.weights(0)[0] > 0


def test_no_target_is_left_out_however_the_rewards_are():
    curriculum = Curriculum(MIXED, seed=1, share=0.75, warm_up=10)
    schedule = Schedule(MIXED, seed=1, curriculum=curriculum)
    seen = Counter()
    for _ in range(4 * len(MIXED) * 5):  # a quarter of these groups goes round: five epochs
        item = schedule.issue()
        seen[item.target.id] += 1
        schedule.finish(item, 0.0 if item.target is MIXED[0] else 1.0)
    assert min(seen[target.id] for target in MIXED) >= 5
    assert seen.most_common(1)[0][0] == MIXED[0].id


def test_a_restored_curriculum_draws_as_the_one_before():
    first = Curriculum(MIXED, seed=3)
    for number, target in enumerate(MIXED):
        first.note(target, number / 10)
    second = Curriculum(MIXED, seed=3)
    assert drawn(second, 0, 50) != drawn(first, 0, 50)
    second.restore(first.state())
    assert drawn(second, 0, 50) == drawn(first, 0, 50)


def test_a_target_that_is_gone_is_forgotten():
    curriculum = Curriculum(MIXED, seed=3)
    curriculum.restore({"rewards": {"gone": 0.5}})
    assert curriculum.state() == {"rewards": {}}


def test_a_share_that_leaves_no_turn_is_refused():
    with pytest.raises(ValueError, match=r"lies in \[0, 1\)"):
        Curriculum(TARGETS, seed=1, share=1.0)
