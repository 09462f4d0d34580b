"""Behaviour of audioforge/env/schedule.py and run_state.py."""

import pytest

from audioforge.env.curriculum import Curriculum
from audioforge.env.run_state import RunStateError, load_state, lock_state, save_state
from audioforge.env.schedule import Schedule
from tests.env_stand_ins import make_target

TARGETS = [make_target(number) for number in range(5)]


def test_every_epoch_visits_each_target_once_in_its_own_order():
    schedule = Schedule(TARGETS, seed=1)
    epochs = [[schedule.issue().target.id for _ in TARGETS] for _ in range(3)]
    assert all(sorted(epoch) == sorted(target.id for target in TARGETS) for epoch in epochs)
    assert epochs[0] != epochs[1]


def test_a_number_fixes_its_item_and_the_seed_decides_them():
    assert Schedule(TARGETS, seed=1).item(7) == Schedule(TARGETS, seed=1).item(7)
    assert Schedule(TARGETS, seed=1).item(7).seed != Schedule(TARGETS, seed=2).item(7).seed


def test_an_item_handed_back_is_issued_before_new_ones():
    schedule = Schedule(TARGETS, seed=1)
    first, _ = schedule.issue(), schedule.issue()
    schedule.hand_back(first)
    assert [schedule.issue().number for _ in range(2)] == [0, 2]


def test_a_restart_goes_on_with_what_was_open_and_then_with_new_ones():
    schedule = Schedule(TARGETS, seed=1)
    items = [schedule.issue() for _ in range(4)]
    schedule.finish(items[0])
    schedule.finish(items[2])
    schedule.hand_back(items[3])
    restarted = Schedule(TARGETS, seed=1)
    restarted.restore(schedule.state())
    assert [restarted.issue().number for _ in range(4)] == [1, 3, 4, 5]


def test_a_state_of_another_seed_is_refused():
    with pytest.raises(ValueError, match="made with seed 1, this run has 2"):
        Schedule(TARGETS, seed=2).restore(Schedule(TARGETS, seed=1).state())


def test_no_targets_say_what_to_check():
    with pytest.raises(ValueError, match="at least one target"):
        Schedule([], seed=1)


def test_a_state_survives_the_disk(tmp_path):
    path = tmp_path / "deep" / "state.json"
    assert load_state(path) is None
    save_state(path, {"schedule": {"seed": 1}})
    save_state(path, {"schedule": {"seed": 2}})
    assert load_state(path)["schedule"] == {"seed": 2}
    assert [child.name for child in path.parent.iterdir()] == ["state.json"]


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 99}'])
def test_a_file_that_is_no_state_says_how_to_go_on(tmp_path, text):
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(RunStateError, match=r"Give another --env\.state_path, or move"):
        load_state(tmp_path / "state.json")


def test_an_item_is_claimed_once_until_it_is_handed_back():
    schedule = Schedule(TARGETS, seed=1)
    item = schedule.issue()
    assert schedule.claim(item)
    assert not schedule.claim(item)
    schedule.hand_back(item)
    assert schedule.claim(item)
    schedule.finish(item)
    assert not schedule.claim(item)
    assert schedule.open_numbers() == []


def test_an_item_that_was_claimed_from_elsewhere_is_not_issued_again():
    schedule = Schedule(TARGETS, seed=1)
    item = schedule.issue()
    schedule.hand_back(item)  # it was cancelled: it waits here, and Atropos keeps it in its backlog
    assert schedule.claim(item)
    assert schedule.issue().number == 1


def test_a_group_finished_after_the_last_saved_state_is_not_issued_again_and_those_before_it_are():
    schedule = Schedule(TARGETS, seed=1)
    schedule.settle(2)
    assert [schedule.issue().number for _ in range(3)] == [0, 1, 3]
    assert schedule.is_finished(2)
    assert not schedule.is_finished(1)
    assert not schedule.is_finished(9)


def test_an_open_group_keeps_its_target_over_a_restart_whatever_the_curriculum_would_draw_now():
    def make():
        return Schedule(TARGETS, seed=1, curriculum=Curriculum(TARGETS, seed=1, share=0.9))

    schedule = make()
    items = [schedule.issue() for _ in range(10)]
    for target in TARGETS[1:]:
        schedule.curriculum.note(target, 1.0)
    restarted = make()
    restarted.restore(schedule.state())
    assert [restarted.issue() for _ in items] == items
    assert restarted.issue() == schedule.issue()


def test_a_target_that_is_gone_is_replaced():
    schedule = Schedule(TARGETS, seed=1)
    item = schedule.issue()
    others = [target for target in TARGETS if target is not item.target]
    restarted = Schedule(others, seed=1)
    restarted.restore(schedule.state())
    assert restarted.issue().target in others


def test_two_environments_cannot_go_on_from_one_state(tmp_path):
    with lock_state(tmp_path / "state.json"), pytest.raises(RunStateError, match="another environment runs"):
        lock_state(tmp_path / "state.json")
    lock_state(tmp_path / "state.json").close()
