"""An OpenEnv environment server: one request an episode, one answer, one reward.

``reset(split="train", index=3)`` (or ``seed``, which picks one) observes what is asked for and what the generator
accepts; ``step({"answer": …})`` renders and judges the policy's whole text and ends the episode. The reward is the
total in [0, 1], the components stand beside it. A failure to judge is an error of the step, never a reward.

Serve it with ``uvicorn --factory audioforge.adapters.openenv:app``. Needs ``pip install openenv`` (tested with 0.10).
"""

import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar

from typing_extensions import override

from audioforge.adapters.judging import AnswerJudge, Question, default_judge
from audioforge.status import ScoringError
from audioforge.targets import SPLITS, Target, load_targets

try:
    from openenv.core.env_server.http_server import create_fastapi_app
    from openenv.core.env_server.interfaces import Environment
    from openenv.core.env_server.types import Action, EnvironmentMetadata, Observation, State
except ImportError as error:
    raise ImportError(f"the OpenEnv adapter needs openenv ({error}): pip install 'openenv>=0.10,<0.11'.") from error

SESSIONS = 64
"""Episodes that may be under way at once; their answers are judged by one scorer."""


class AnswerAction(Action):  # type: ignore[misc]
    """What the policy does: its whole answer, with its reasoning, holding one JSON proposal."""

    answer: str


class SoundObservation(Observation):  # type: ignore[misc]
    """What is asked for; after the step, what became of the answer.

    Attributes:
        request: The sound to ask the generator for.
        category: ``drums``, ``instruments``, ``sfx`` or ``ambient``.
        parameters: What the generator accepts: samplers, and the ranges of steps, cfg_scale and seconds.
        status: ``ok``, or why there is no total; an answer at fault itself has the floor as its reward.
        reason: The status in words.
        components: Each component's score; None where it has none.
    """

    request: str
    category: str
    parameters: dict[str, Any] = {}  # noqa: RUF012 - pydantic copies defaults
    status: str = ""
    reason: str = ""
    components: dict[str, float | None] = {}  # noqa: RUF012


class AudioForgeEnvironment(Environment):  # type: ignore[misc]
    """One episode at a time; any number of them share a judge.

    Args:
        judge: Gives what renders and scores, at the first step; the shipped preset by default.
        targets: The tasks.
    """

    SUPPORTS_CONCURRENT_SESSIONS: ClassVar[bool] = True

    def __init__(
        self, judge: Callable[[], AnswerJudge] = default_judge, targets: Sequence[Target] | None = None
    ) -> None:
        super().__init__()
        self._judge = judge
        self._targets = tuple(targets if targets is not None else load_targets())
        self._target: Target | None = None
        self._state = State(episode_id=None, step_count=0)

    @override
    def reset(
        self,
        seed: int | None = None,
        episode_id: str | None = None,
        split: str = "train",
        index: int | None = None,
        **kwargs: Any,
    ) -> SoundObservation:
        """Starts an episode with the task at ``index`` of a split, or the one that ``seed`` picks."""
        if index is None:
            index = random.Random(seed).randrange(self.num_tasks(split))
        self._target = self._task(split, index)
        self._state = State(episode_id=episode_id or uuid.uuid4().hex, step_count=0)
        parameters = asdict(self._judge().generator.parameters)
        return SoundObservation(
            request=self._target.target_description, category=self._target.category, parameters=parameters
        )

    @override
    def step(self, action: AnswerAction, timeout_s: float | None = None, **kwargs: Any) -> SoundObservation:
        """Judges the answer and ends the episode.

        Raises:
            ScoringError: If judging failed, or no episode is under way.
        """
        target, self._target = self._target, None
        if target is None:
            raise ScoringError("no episode is under way: an episode is one answer, call reset() before each.")
        self._state.step_count += 1
        judge = self._judge()
        [judgement] = judge.judge([Question(action.answer, target.target_description, target.category)])
        return SoundObservation(
            request=target.target_description,
            category=target.category,
            done=True,
            reward=judge.reward_or_raise(judgement),
            status=judgement.status.code.value,
            reason=judgement.status.reason,
            components={name: judge.reward(judgement, name) for name in judge.component_names},
        )

    @property
    @override
    def state(self) -> State:
        """Identifier of the episode and how many answers it had."""
        return self._state

    @override
    def get_metadata(self) -> EnvironmentMetadata:
        """Name and purpose."""
        about = "Propose a prompt and parameters for a text-to-audio model; learned rewards judge the clip it renders."
        return EnvironmentMetadata(name="audioforge", description=about, version="1")

    def list_splits(self) -> list[str]:
        """``train`` and ``held_out``."""
        return list(SPLITS)

    def num_tasks(self, split: str) -> int:
        """How many tasks a split has."""
        return len(self._split(split))

    def list_tasks(self, split: str) -> list[dict[str, str]]:
        """Every task of a split."""
        return self.get_task_range(split)

    def get_task(self, split: str, index: int) -> dict[str, str]:
        """One task.

        Raises:
            IndexError: If the split has no such task.
        """
        return _described(self._task(split, index))

    def get_task_range(self, split: str, start: int | None = None, stop: int | None = None) -> list[dict[str, str]]:
        """The tasks of a slice."""
        return [_described(target) for target in self._split(split)[start:stop]]

    def _task(self, split: str, index: int) -> Target:
        targets = self._split(split)
        if not 0 <= index < len(targets):
            raise IndexError(f"the split {split!r} has tasks 0 to {len(targets) - 1}, got {index}.")
        return targets[index]

    def _split(self, split: str) -> list[Target]:
        if split not in SPLITS:
            raise ValueError(f"no split named {split!r}: give one of {', '.join(SPLITS)}.")
        return [target for target in self._targets if target.split == split]


def _described(target: Target) -> dict[str, str]:
    fields: Mapping[str, str] = {
        "id": target.id,
        "request": target.target_description,
        "category": target.category,
        "difficulty": target.difficulty,
    }
    return dict(fields)


def app(judge: Callable[[], AnswerJudge] = default_judge) -> Any:  # noqa: ANN401 - a FastAPI application
    """The server's application, for ``uvicorn --factory``; every session has an environment of its own."""
    return create_fastapi_app(
        lambda: AudioForgeEnvironment(judge),
        AnswerAction,
        SoundObservation,
        max_concurrent_envs=SESSIONS,
        env_name="audioforge",
    )
