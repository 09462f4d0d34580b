"""Which targets are worth more turns: harder ones as the run goes on, and those the policy does badly on.

A part of all groups takes the targets in turn, so that none is ever left out; the rest is drawn with a weight of
readiness times need. *Readiness* is 1 for easy targets and rises to 1 for harder ones over a warm-up. *Need* is one
minus the target's recent mean reward, squared. A draw depends on the seed, the group's number and the rewards noted so
far, and on nothing else. Difficulty is this project's estimate (``data/target_styles.json``), not a measurement.
"""

import random
from collections.abc import Mapping, Sequence

from audioforge.targets import Target

FIRST_READINESS = {"easy": 1.0, "medium": 0.5, "hard": 0.25}
LEAST_NEED = 0.05
_RECENCY = 0.3  # weight of the newest group in a target's recent mean


class Curriculum:
    """Draws targets by readiness and need.

    Args:
        targets: What can be drawn.
        seed: Of the draws.
        share: Part of all groups that is drawn, in [0, 1); the rest goes round.
        warm_up: Groups after which hard targets are as ready as easy ones.

    Raises:
        ValueError: If the share would leave no group for going round.
    """

    def __init__(self, targets: Sequence[Target], *, seed: int, share: float = 0.5, warm_up: int = 160) -> None:
        if not 0 <= share < 1:
            raise ValueError(
                f"the curriculum's share lies in [0, 1), got {share}: some groups must go round all targets."
            )
        self.targets = tuple(targets)
        self.seed = seed
        self.share = share
        self.warm_up = warm_up
        self._rewards: dict[str, float] = {}

    def drawn_before(self, number: int) -> int:
        """How many of the groups before that number are drawn."""
        return int(number * self.share)

    def draws(self, number: int) -> bool:
        """Whether the group of that number is drawn; draws and turns alternate as evenly as the share allows."""
        return self.drawn_before(number + 1) > self.drawn_before(number)

    def pick(self, number: int) -> Target:
        """The target of a drawn group."""
        return random.Random(f"{self.seed}/draw/{number}").choices(self.targets, self.weights(number))[0]

    def weights(self, number: int) -> list[float]:
        """Weight of each target for the group of that number, all above zero."""
        done = min(1.0, number / max(1, self.warm_up))
        return [self._readiness(target, done) * self._need(target) for target in self.targets]

    def note(self, target: Target, reward: float) -> None:
        """Take in the mean reward of a finished group, in [0, 1]."""
        before = self._rewards.get(target.id, reward)
        self._rewards[target.id] = before + _RECENCY * (reward - before)

    def state(self) -> dict[str, object]:
        """What has been noted, as plain JSON values."""
        return {"rewards": dict(self._rewards)}

    def restore(self, state: Mapping[str, object]) -> None:
        """Go on with what was noted; targets that are no longer there are forgotten."""
        rewards = state["rewards"]
        assert isinstance(rewards, dict), "written by state()"
        known = {target.id for target in self.targets}
        self._rewards = {name: float(reward) for name, reward in rewards.items() if name in known}

    def _readiness(self, target: Target, done: float) -> float:
        first = FIRST_READINESS[target.difficulty]
        return first + (1 - first) * done

    def _need(self, target: Target) -> float:
        """A target that was never tried is as needy as one that always fails."""
        return max(LEAST_NEED, (1 - self._rewards.get(target.id, 0.0)) ** 2)
