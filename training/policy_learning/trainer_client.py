"""A trainer's side of Atropos' ``run-api``: register, look at what it is set up for, ask for batches.

Whatever trainer takes this one's place speaks the same three calls.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.serve_processes import ask_json
from training.policy_learning.settings import LearnSettings

_PAUSE = 0.2  # seconds between two questions; rollouts take longer
_TIMEOUT = 30.0


class TrainerClientError(RuntimeError):
    """The API cannot be used; the message says why."""


@dataclass(frozen=True)
class TrainerClient:
    """Talks to one API.

    Attributes:
        url: Its address, such as ``http://127.0.0.1:8000``.
        settings: Of the run.
    """

    url: str
    settings: LearnSettings

    def register(self, step: int) -> None:
        """Tell the API what batches are wanted, and from which step on.

        Raises:
            TrainerClientError: If the API does not answer, or knows a trainer with another batch size.
        """
        own = self.settings
        answer = self._call("/register", {
            "wandb_group": "none", "wandb_project": "none", "batch_size": own.batch_size,
            "max_token_len": own.max_token_len, "checkpoint_dir": "", "save_checkpoint_interval": -1,
            "starting_step": step, "num_steps": own.steps,
        })  # fmt: skip
        if "uuid" not in answer:
            raise TrainerClientError(f"{self.url}/register refused this trainer: {answer}")
        if self._call("/info")["batch_size"] != own.batch_size:
            raise TrainerClientError(f"{self.url} is set up for another trainer's batches: start run-api anew.")

    def next_batch(self, step: int, alive: Callable[[], None]) -> list[dict[str, Any]]:
        """Wait for the groups of a batch; an API that was started anew is registered with.

        Args:
            step: Steps done.
            alive: Called while waiting; raises to end the wait.
        """
        while True:
            alive()
            try:
                answer = self._call("/batch")
                if answer.get("status") == "error":
                    self.register(step)
                elif answer["batch"]:
                    groups: list[dict[str, Any]] = answer["batch"]
                    return groups
            except TrainerClientError:
                pass  # away for a moment, or being started
            time.sleep(_PAUSE)

    def _call(self, path: str, body: object = None) -> dict[str, Any]:
        try:
            return ask_json(self.url + path, body, seconds=_TIMEOUT)
        except (OSError, ValueError) as error:
            raise TrainerClientError(f"{self.url}{path} does not answer: {error}") from error
