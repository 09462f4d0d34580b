"""Does the curriculum help? A simulated policy on the real targets and the real schedule.

    python -m benchmarks.curriculum

The policy is a bandit: a softmax over ten actions with preferences of its own for every target, on top of preferences
that all targets of its category share, learned from groups of four by REINFORCE with the group's mean as the baseline.
Half of a target's taste is its category's. A hard target rewards fewer actions, and less. It costs seconds and says
whether the rule steers effort sensibly; what a language model gains from it, it does not say.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from audioforge.env.curriculum import Curriculum
from audioforge.env.schedule import Schedule
from audioforge.metrics.student_interval import student_interval
from audioforge.targets import CATEGORIES, Target, load_targets

ACTIONS, GROUP = 10, 4
_SCALE = {"easy": 1.0, "medium": 0.8, "hard": 0.6}  # of the rewards of a target
_SHARPNESS = {"easy": 1.0, "medium": 2.0, "hard": 4.0}  # how few of the actions are any good
_RATE, _NOISE = 1.0, 0.1


@dataclass(frozen=True)
class World:
    """Mean reward of every action for every target, in [0, 1]."""

    targets: tuple[Target, ...]
    rewards: Mapping[str, NDArray[np.float64]]

    @classmethod
    def drawn(cls, targets: tuple[Target, ...], seed: int) -> "World":
        """Tastes that are half the category's and half the target's own."""
        random = np.random.default_rng(seed)
        common = {category: random.uniform(size=ACTIONS) for category in CATEGORIES}
        return cls(targets, {own.id: _tastes(own, common[own.category], random) for own in targets})


@dataclass
class Bandit:
    """Preferences by category and by target."""

    shared: dict[str, NDArray[np.float64]] = field(default_factory=lambda: {c: np.zeros(ACTIONS) for c in CATEGORIES})
    own: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    def probabilities(self, target: Target) -> NDArray[np.float64]:
        """Of the actions."""
        logits = self.shared[target.category] + self.own.setdefault(target.id, np.zeros(ACTIONS))
        weights = np.exp(logits - logits.max())
        return np.asarray(weights / weights.sum())

    def learn(self, target: Target, actions: NDArray[np.int64], rewards: NDArray[np.float64]) -> None:
        """One step on a group."""
        chances, step = self.probabilities(target), np.zeros(ACTIONS)
        for action, advantage in zip(actions, rewards - rewards.mean(), strict=True):
            step += advantage * (np.eye(ACTIONS)[action] - chances)
        self.own[target.id] += _RATE * step
        self.shared[target.category] += _RATE * step


def final_reward(world: World, groups: int, share: float, seed: int) -> dict[str, float]:
    """Expected reward over all targets, and over the hard ones, after so many groups."""
    random, bandit = np.random.default_rng(seed), Bandit()
    curriculum = Curriculum(world.targets, seed=seed, share=share)
    schedule = Schedule(world.targets, seed=seed, curriculum=curriculum)
    for _ in range(groups):
        item = schedule.issue()
        actions = random.choice(ACTIONS, GROUP, p=bandit.probabilities(item.target))
        rewards = np.clip(world.rewards[item.target.id][actions] + random.normal(0, _NOISE, GROUP), 0, 1)
        bandit.learn(item.target, actions, rewards)
        schedule.finish(item, float(rewards.mean()))
    expected = {own.id: float(bandit.probabilities(own) @ world.rewards[own.id]) for own in world.targets}
    hard = [expected[own.id] for own in world.targets if own.difficulty == "hard"]
    return {"all": float(np.mean(list(expected.values()))), "hard": float(np.mean(hard))}


def _tastes(target: Target, common: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    mixed = 0.5 * common + 0.5 * random.uniform(size=ACTIONS)
    return np.asarray(_SCALE[target.difficulty] * mixed ** _SHARPNESS[target.difficulty])


def main() -> None:
    """Simulate, print a table: reward without and with the curriculum, and the difference over seeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--groups", type=int, nargs="+", default=[240, 960, 3840])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--share", type=float, default=0.5)
    options = parser.parse_args()
    targets = load_targets(split="train")
    print("| groups | targets | in turn | curriculum | difference |\n|---|---|---|---|---|")
    for groups in options.groups:
        found = []
        for seed in range(options.seeds):
            world = World.drawn(targets, seed)
            found.append([final_reward(world, groups, share, seed) for share in (0.0, options.share)])
        for name in ("all", "hard"):
            plain, drawn = (np.array([pair[place][name] for pair in found]) for place in (0, 1))
            low, high = student_interval((drawn - plain).tolist())
            difference = f"{float((drawn - plain).mean()):+.4f} [{low:+.4f}, {high:+.4f}]"
            print(f"| {groups} | {name} | {plain.mean():.3f} | {drawn.mean():.3f} | {difference} |", flush=True)


if __name__ == "__main__":
    main()
