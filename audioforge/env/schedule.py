"""Which group comes next, and what has become of those issued.

A group's number decides its generation seed, and its target too where targets go round: every epoch visits all of them
once, in an order the seed decides. With a curriculum, some numbers are drawn instead. Numbers, with the targets of open
groups, are all that has to be saved to go on after a restart.

An open group is *waiting* to be issued, *issued*, or *claimed* by whoever rolls it out. Atropos hands items it has
cancelled out again by itself, sometimes in addition to us, and forgets others: a claim is given once, so that no group
is rolled out twice at a time, and a cancelled one waits here whatever Atropos does.
"""

import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audioforge.env.curriculum import Curriculum
from audioforge.targets import Target

logger = logging.getLogger(__name__)

_SEEDS = 2**31


@dataclass(frozen=True)
class GroupItem:
    """One group to roll out.

    Attributes:
        number: Counts groups from 0.
        target: What is asked for.
        seed: Generation seed, shared by the group so that answers are compared on the same noise.
    """

    number: int
    target: Target
    seed: int


class Schedule:
    """Issues group items and remembers which are open.

    Args:
        targets: What to ask for, at least one.
        seed: Decides the orders and the generation seeds.
        curriculum: Draws some of the groups; without one all targets go round.
    """

    def __init__(self, targets: Sequence[Target], *, seed: int, curriculum: Curriculum | None = None) -> None:
        if not targets:
            raise ValueError("expected at least one target: check the split and the categories asked for.")
        self.targets = tuple(targets)
        self.seed = seed
        self.curriculum = curriculum or Curriculum(targets, seed=seed, share=0.0)
        self.next_number = 0
        self._waiting: dict[int, GroupItem] = {}
        self._issued: dict[int, GroupItem] = {}
        self._claimed: dict[int, GroupItem] = {}

    def issue(self) -> GroupItem:
        """The next item: one that waits first, else a new one."""
        if self._waiting:
            item = self._waiting.pop(next(iter(self._waiting)))
        else:
            item = self.item(self.next_number)
            self.next_number += 1
        self._issued[item.number] = item
        return item

    def claim(self, item: GroupItem) -> bool:
        """Whether the caller may roll the item out: not if it is finished, or somebody is at it."""
        free = self._issued.pop(item.number, None) or self._waiting.pop(item.number, None)
        if free is None:
            return False
        self._claimed[item.number] = item
        return True

    def item(self, number: int) -> GroupItem:
        """The item of that number, as it would be issued now."""
        seed = random.Random(f"{self.seed}/group/{number}").randrange(_SEEDS)
        target = self.curriculum.pick(number) if self.curriculum.draws(number) else self._in_turn(number)
        return GroupItem(number, target, seed)

    def finish(self, item: GroupItem, reward: float | None = None) -> None:
        """The group is done with, sent or not worth sending; its mean reward guides the curriculum."""
        self._forget(item.number)
        if reward is not None:
            self.curriculum.note(item.target, reward)

    def hand_back(self, item: GroupItem) -> None:
        """The group failed or was cancelled, and is to be issued again."""
        self._forget(item.number)
        self._waiting[item.number] = item

    def settle(self, number: int) -> None:
        """A group of an earlier process that is finished, whether or not the saved state knows; those before it aren't.

        A state is saved after groups, so one that was issued and finished since is beyond ``next_number``.
        """
        for missed in range(self.next_number, number):
            self._waiting[missed] = self.item(missed)
        self.next_number = max(self.next_number, number + 1)
        self._forget(number)

    def is_finished(self, number: int) -> bool:
        """Whether that group was issued and is done with."""
        return number < self.next_number and number not in self.open_numbers()

    def open_numbers(self) -> list[int]:
        """Numbers issued and not finished."""
        return sorted({*self._waiting, *self._issued, *self._claimed})

    def state(self) -> dict[str, object]:
        """Everything to go on from, as plain JSON values."""
        items = {**self._waiting, **self._issued, **self._claimed}
        return {
            "seed": self.seed,
            "next_number": self.next_number,
            "open": [[number, items[number].target.id] for number in sorted(items)],
            "curriculum": self.curriculum.state(),
        }

    def restore(self, state: Mapping[str, object]) -> None:
        """Go on from a saved state; open groups are issued again first, with the targets they had.

        Raises:
            ValueError: If the state belongs to another seed.
        """
        if state["seed"] != self.seed:
            raise ValueError(
                f"the saved state was made with seed {state['seed']}, this run has {self.seed}: "
                "give the same seed, or another state file."
            )
        numbers, curriculum = state["open"], state["curriculum"]
        assert isinstance(numbers, list), "written by state()"
        assert isinstance(curriculum, dict), "written by state()"
        self.next_number = int(str(state["next_number"]))
        self.curriculum.restore(curriculum)
        self._issued, self._claimed = {}, {}
        self._waiting = {number: self._reopened(number, target) for number, target in numbers}

    def _in_turn(self, number: int) -> Target:
        epoch, place = divmod(number - self.curriculum.drawn_before(number), len(self.targets))
        order = random.Random(f"{self.seed}/{epoch}").sample(range(len(self.targets)), len(self.targets))
        return self.targets[order[place]]

    def _reopened(self, number: int, target_id: str) -> GroupItem:
        item = self.item(number)
        for target in self.targets:
            if target.id == target_id:
                return GroupItem(number, target, item.seed)
        logger.warning("group %s asked for %s, which is no longer a target: it asks for another", number, target_id)
        return item

    def _forget(self, number: int) -> None:
        for items in (self._waiting, self._issued, self._claimed):
            items.pop(number, None)
