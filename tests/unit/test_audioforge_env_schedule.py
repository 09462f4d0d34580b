"""Behaviour of audioforge/env/schedule.py and run_state.py."""

import pytest

from audioforge.env.run_state import RunStateError, load_state, save_state
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
def test_a_file_that_is_no_state_says_to_delete_it(tmp_path, text):
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(RunStateError, match="delete it"):
        load_state(tmp_path / "state.json")
