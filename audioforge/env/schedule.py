"""Which target comes next, as a pure function of a counter, and which groups are still open.

Every epoch visits all targets once, in an order the seed decides. A group's number fixes its target and its generation
seed, so numbers are all that has to be saved to go on after a restart: the next one, and those issued but not finished.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audioforge.targets import Target

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
    """

    def __init__(self, targets: Sequence[Target], *, seed: int) -> None:
        if not targets:
            raise ValueError("expected at least one target: check the split and the categories asked for.")
        self.targets = tuple(targets)
        self.seed = seed
        self.next_number = 0
        self._open: set[int] = set()
        self._waiting: list[int] = []

    def issue(self) -> GroupItem:
        """The next item: one handed back first, else a new one."""
        if self._waiting:
            number = self._waiting.pop(0)
        else:
            number, self.next_number = self.next_number, self.next_number + 1
        self._open.add(number)
        return self.item(number)

    def item(self, number: int) -> GroupItem:
        """The item of that number."""
        epoch, place = divmod(number, len(self.targets))
        order = random.Random(f"{self.seed}/{epoch}").sample(range(len(self.targets)), len(self.targets))
        seed = random.Random(f"{self.seed}/group/{number}").randrange(_SEEDS)
        return GroupItem(number, self.targets[order[place]], seed)

    def finish(self, item: GroupItem) -> None:
        """The group is done with, sent or not worth sending."""
        self._open.discard(item.number)

    def hand_back(self, item: GroupItem) -> None:
        """The group failed and is to be issued again."""
        self._open.discard(item.number)
        self._waiting.append(item.number)

    def state(self) -> dict[str, object]:
        """Everything to go on from, as plain JSON values."""
        return {"seed": self.seed, "next_number": self.next_number, "open": sorted({*self._open, *self._waiting})}

    def restore(self, state: Mapping[str, object]) -> None:
        """Go on from a saved state; open groups are issued again first.

        Raises:
            ValueError: If the state belongs to another seed.
        """
        if state["seed"] != self.seed:
            raise ValueError(
                f"the saved state was made with seed {state['seed']}, this run has {self.seed}: "
                "give the same seed, or another state file."
            )
        numbers = state["open"]
        assert isinstance(numbers, list), "written by state()"
        self.next_number = int(str(state["next_number"]))
        self._open, self._waiting = set(), [int(number) for number in numbers]
