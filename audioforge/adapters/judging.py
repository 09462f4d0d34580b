"""From answers to rewards, for every trainer alike: parse, render, score.

Two kinds of failure are kept apart. What the policy did wrong (an answer that is no proposal, a clip without sound) is
an outcome of its own: it earns the floor, else an answer that cannot be judged would be a way out. What went wrong with
the judging is no score at all, and each adapter says so in its framework's way.
"""

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Protocol

from audioforge.choices import check_choice
from audioforge.component_score import ComponentScore, finite_or_none
from audioforge.generators import load_generator
from audioforge.generators.base import Generator
from audioforge.generators.rendering import render_each
from audioforge.proposals import Proposal
from audioforge.rewards.scores import Scores
from audioforge.scoring.answers import read_answer
from audioforge.scoring.presets import build_reward, find_preset
from audioforge.scoring.scorer import Scorer
from audioforge.status import ANSWER_FAULTS, ClipStatus, ScoringError, Status
from audioforge.targets import CATEGORIES
from reward_models.audio import AudioBatch

_log = logging.getLogger(__name__)

TOTAL = "total"
"""Name of the combined reward beside the components' names."""
REMEMBERED_BATCHES = 64
"""Several reward functions ask for the same batch one after the other; it is rendered once."""


class BatchScorer(Protocol):
    """The part of ``audioforge.scoring.scorer.Scorer`` that the adapters need."""

    def score(
        self,
        audio: AudioBatch,
        requests: Sequence[str | None] | str | None = None,
        *,
        categories: Sequence[str | None] | None = None,
        groups: Sequence[str | None] | None = None,
    ) -> Scores:
        """Judge the clips and wait."""


@dataclass(frozen=True)
class Question:
    """One answer and what it answers.

    Attributes:
        answer: The policy's whole text.
        request: What was asked for.
        category: ``drums``, ``instruments``, ``sfx``, ``ambient`` or ``None``.
        seed: Of the rendering; by default one that follows from the request, so answers to it share their noise.
        group: Answers of one group are compared with each other (novelty); ``None`` for an answer on its own.

    Raises:
        ValueError: For another category: every such answer would be unscored.
    """

    answer: str
    request: str
    category: str | None = None
    seed: int | None = None
    group: str | None = None

    def __post_init__(self) -> None:
        check_choice("category", self.category, CATEGORIES)

    @property
    def rendering_seed(self) -> int:
        """The seed that is used, in [0, 2**31)."""
        if self.seed is not None:
            return self.seed
        return int.from_bytes(hashlib.sha256(self.request.encode()).digest()[:4], "big") >> 1


@dataclass(frozen=True)
class Judgement:
    """What became of one answer.

    Attributes:
        status: Ok, or why there is no total.
        proposal: As rendered; ``None`` if the answer is malformed.
        total: Combined score in [0, 1]; ``None`` where unscored.
        components: By the rewards' names; none if nothing was rendered.
    """

    status: ClipStatus
    proposal: Proposal | None = None
    total: float | None = None
    components: Mapping[str, ComponentScore] = field(default_factory=dict)

    def status_of(self, name: str) -> ClipStatus:
        """Why the named score is missing, or ok."""
        return self.status if name == TOTAL or name not in self.components else self.components[name].status

    @property
    def has_failed(self) -> bool:
        """True where rendering, or a reward, failed on it: another try may do better."""
        return any(own.code is Status.FAILED for own in (self.status, *(c.status for c in self.components.values())))

    def score_of(self, name: str) -> float | None:
        """The total or a component; ``None`` where unscored."""
        if name == TOTAL:
            return self.total
        return self.components[name].score if name in self.components else None


class AnswerJudge:
    """Judges answers in batches; safe to call from any thread.

    Args:
        generator: Renders proposals, one batch at a time.
        scorer: Judges clips.
        component_names: Components that the scorer answers with.
        floor: Reward of an answer that is at fault itself, in [0, 1]; ``None`` treats it as a failure to judge.
    """

    def __init__(
        self,
        generator: Generator,
        scorer: BatchScorer,
        component_names: Sequence[str] = (),
        *,
        floor: float | None = 0.0,
    ) -> None:
        self.generator = generator
        self.scorer = scorer
        self.component_names = tuple(component_names)
        self.floor = floor
        self._known: OrderedDict[tuple[Question, ...], Future[list[Judgement]]] = OrderedDict()
        self._lock = threading.Lock()
        self._rendering = threading.Lock()

    def judge(self, questions: Sequence[Question]) -> list[Judgement]:
        """One judgement a question, in order; equal batches are rendered and scored once.

        Raises:
            Whatever the scorer raises for the batch as a whole. The next call tries again, as it does after a batch of
            which a part could not be judged.
        """
        batch = tuple(questions)
        with self._lock:
            known = self._known.get(batch)
            future = known or self._known.setdefault(batch, Future())
            while len(self._known) > REMEMBERED_BATCHES:
                self._known.popitem(last=False)
        if known is None:
            self._fill(future, batch)
        return future.result()

    def reward(self, judgement: Judgement, name: str = TOTAL) -> float | None:
        """The reward in [0, 1]: the score, the floor if the answer is at fault, ``None`` if judging failed."""
        score = judgement.score_of(name)
        if score is None and judgement.status_of(name).code in ANSWER_FAULTS:
            return self.floor
        return score

    def reward_or_raise(self, judgement: Judgement, name: str = TOTAL) -> float:
        """As ``reward``, for frameworks in which a failure is an exception.

        Raises:
            ScoringError: If judging failed; the message says why.
        """
        reward = self.reward(judgement, name)
        if reward is None:
            raise ScoringError(f"{name} could not be scored: {judgement.status_of(name)}")
        return reward

    def check_name(self, name: str) -> None:
        """Accept ``total`` and the components' names.

        Raises:
            ValueError: For any other name.
        """
        if name not in (TOTAL, *self.component_names):
            raise ValueError(f"no reward named {name!r}: give one of {', '.join((TOTAL, *self.component_names))}.")

    def _fill(self, future: "Future[list[Judgement]]", batch: tuple[Question, ...]) -> None:
        try:
            judgements = self._judged(batch)
            if any(own.has_failed for own in judgements):
                with self._lock:
                    self._known.pop(batch, None)
            future.set_result(judgements)
        except BaseException as error:  # noqa: BLE001 - it reaches whoever waits for this batch, this caller among them
            with self._lock:
                self._known.pop(batch, None)
            future.set_exception(error)

    def _judged(self, batch: tuple[Question, ...]) -> list[Judgement]:
        readings = [read_answer(question.answer, self.generator.parameters) for question in batch]
        judgements = [Judgement(reading.status, reading.proposal) for reading in readings]
        proposals = {row: r.proposal for row, r in enumerate(readings) if r.proposal is not None}
        if not proposals and batch:
            _log.warning("none of %d answers is a proposal (first: %s)", len(batch), readings[0].status)
        with self._rendering:
            seeds = [batch[row].rendering_seed for row in proposals]
            rendered = render_each(self.generator, list(proposals.values()), seeds)
        clips: dict[int, AudioBatch] = {}
        for row, clip in zip(proposals, rendered, strict=True):
            if isinstance(clip, ClipStatus):
                judgements[row] = replace(judgements[row], status=clip)
            else:
                clips[row] = clip
        if clips:
            scores = self._scores(AudioBatch.concatenate(list(clips.values())), [batch[row] for row in clips])
            for place, row in enumerate(clips):
                judgements[row] = _scored(judgements[row], scores, place)
        return judgements

    def _scores(self, audio: AudioBatch, asked: Sequence[Question]) -> Scores:
        return self.scorer.score(
            audio,
            [question.request for question in asked],
            categories=[question.category for question in asked],
            groups=[question.group for question in asked],
        )


def _scored(judgement: Judgement, scores: Scores, place: int) -> Judgement:
    return replace(
        judgement,
        status=scores.status[place],
        total=finite_or_none(float(scores.total[place])),
        components=scores.component_scores(place),
    )


def build_judge(preset: str = "embedded", *, device: str = "cpu", floor: float | None = 0.0) -> AnswerJudge:
    """The preset's generator and rewards, on one device.

    Raises:
        ValueError: If a name is unknown or a checkpoint is missing.
    """
    backends = find_preset(preset)
    reward = build_reward(backends, device=device)
    names = [component.name for component in reward.components]
    return AnswerJudge(load_generator(backends.generator, device=device), Scorer(reward), names, floor=floor)


class LazyJudge:
    """The shipped preset, loaded once at first use: for trainers that are given a path to a function."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._judge: AnswerJudge | None = None

    def __call__(self) -> AnswerJudge:
        """The judge."""
        with self._lock:
            if self._judge is None:
                self._judge = build_judge()
            return self._judge


default_judge = LazyJudge()
