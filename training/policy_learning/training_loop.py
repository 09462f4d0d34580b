"""The trainer: takes batches, learns, publishes weights, writes a log and checkpoints, and goes on where it was."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from audioforge.policies.weights import CURRENT, publish_weights
from training.policy_learning.learner import Learner
from training.policy_learning.settings import LearnSettings, settle_settings
from training.policy_learning.step_log import log_step, reward_numbers
from training.policy_learning.trainer_client import TrainerClient


@dataclass(frozen=True)
class RunFolder:
    """Where a run keeps what.

    Attributes:
        path: The folder.
    """

    path: Path

    @property
    def settings(self) -> Path:
        """Of the run, to be sure that it is gone on with as begun."""
        return self.path / "settings.json"

    @property
    def checkpoint(self) -> Path:
        """To go on from."""
        return self.path / "learner.safetensors"

    @property
    def weights(self) -> Path:
        """Versions for the policy server."""
        return self.path / "weights"

    @property
    def log(self) -> Path:
        """A line a step."""
        return self.path / "steps.jsonl"

    @property
    def policy(self) -> Path:
        """The learned policy, as a model folder."""
        return self.path / "policy"


def open_learner(run: RunFolder, policy: Path, settings: LearnSettings) -> Learner:
    """A new learner, or the one that the folder holds, with its weights published.

    Raises:
        SettingsError, CheckpointError: If the folder is of another run.
    """
    run.path.mkdir(parents=True, exist_ok=True)
    settle_settings(run.settings, settings)
    learner = Learner(policy, settings)
    if run.checkpoint.is_file():
        learner.resume(run.checkpoint)
        publish_weights(run.weights, learner.weights(), learner.step)
    else:  # of a run killed before its first checkpoint: nobody is to answer with what the learner no longer holds
        (run.weights / CURRENT).unlink(missing_ok=True)
    return learner


def train(
    learner: Learner, client: TrainerClient, run: RunFolder, alive: Callable[[], None], say: Callable[[str], None]
) -> None:
    """Learn until the settings' number of steps.

    Args:
        learner: As :func:`open_learner`.
        client: Registered with the API.
        run: Where everything goes.
        alive: Raises where a neighbour has died.
        say: Told a line a step.
    """
    while learner.step < learner.settings.steps:
        asked = time.monotonic()
        groups = client.next_batch(learner.step, alive)
        began = time.monotonic()
        numbers = learner.learn(groups)
        publish_weights(run.weights, learner.weights(), learner.step)
        times = {"waiting_seconds": began - asked, "learning_seconds": time.monotonic() - began}
        rewards = reward_numbers(groups)
        log_step(run.log, learner.step, numbers, rewards, **times)
        if learner.step % learner.settings.checkpoint_every == 0 or learner.step == learner.settings.steps:
            learner.save_checkpoint(run.checkpoint)
        say(
            f"step {learner.step}: reward {rewards['reward']:.3f}, parsed {rewards['parsed']:.2f}, "
            f"kl {numbers.kl:.4f}, entropy {numbers.entropy:.2f}, {times['waiting_seconds']:.0f} s"
        )
    learner.save_policy(run.policy)
