"""Renders settings and has them judged. A clip that fails is a failure with a reason, never a score."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from audioforge.component_score import finite_or_none
from audioforge.generators.base import Generator
from audioforge.proposals import Proposal
from audioforge.rewards.scores import Scores
from audioforge.status import ClipStatus, Status
from audioforge.targets import Target
from reward_models.audio import AudioBatch

logger = logging.getLogger(__name__)

BATCH = 16


class Judges(Protocol):
    """The part of ``audioforge.scoring.scorer.Scorer`` that is needed."""

    def score(
        self,
        audio: AudioBatch,
        requests: Sequence[str | None] | str | None = None,
        *,
        categories: Sequence[str | None] | None = None,
    ) -> Scores:
        """Judge clips."""


@dataclass(frozen=True)
class Take:
    """One clip to render.

    Attributes:
        target: What is asked for.
        proposal: What the generator is given.
        seed: Of the generation.
    """

    target: Target
    proposal: Proposal
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What became of a take.

    Attributes:
        target_id: What was asked for.
        seed: Of the generation.
        total: The reward in [0, 1]; ``None`` where the clip failed.
        status: ``ok``, or why there is no total.
        components: Scores by component; those that gave none are left out.
    """

    target_id: str
    seed: int
    total: float | None
    status: str
    components: Mapping[str, float]

    def to_json(self) -> dict[str, object]:
        """As plain JSON values."""
        return asdict(self)


class Studio:
    """A generator and a judge.

    Args:
        generator: Renders.
        judge: Scores.
        batch: Clips rendered and judged together at most.
    """

    def __init__(self, generator: Generator, judge: Judges, *, batch: int = BATCH) -> None:
        self.generator = generator
        self.judge = judge
        self.batch = batch

    def measure(self, takes: Sequence[Take]) -> list[Outcome]:
        """One outcome a take, in order."""
        return [outcome for outcome, _ in self.record(takes)]

    def record(self, takes: Sequence[Take]) -> list[tuple[Outcome, AudioBatch | None]]:
        """As :meth:`measure`, with each take's clip; ``None`` where none was rendered."""
        parts = [takes[start : start + self.batch] for start in range(0, len(takes), self.batch)]
        return [one for part in parts for one in self._record(part)]

    def _record(self, takes: Sequence[Take]) -> list[tuple[Outcome, AudioBatch | None]]:
        try:
            audio = self.generator.generate([take.proposal for take in takes], [take.seed for take in takes])
        except Exception as error:  # noqa: BLE001 - whatever a backend raises is one clip's failure, not the search's
            if len(takes) > 1:
                return [one for take in takes for one in self._record([take])]
            logger.warning("%s, seed %s: rendering failed: %s", takes[0].target.id, takes[0].seed, error)
            status = ClipStatus(Status.FAILED, f"rendering failed: {type(error).__name__}: {error}")
            return [(_failure(takes[0], status), None)]
        requests = [take.target.target_description for take in takes]
        scores = self.judge.score(audio, requests, categories=[take.target.category for take in takes])
        return [(_outcome(take, scores, row), audio.select([row])) for row, take in enumerate(takes)]


def _failure(take: Take, status: ClipStatus) -> Outcome:
    return Outcome(take.target.id, take.seed, None, str(status), {})


def _outcome(take: Take, scores: Scores, row: int) -> Outcome:
    components = {name: own.score for name, own in scores.component_scores(row).items()}
    return Outcome(
        target_id=take.target.id,
        seed=take.seed,
        total=finite_or_none(float(scores.total[row])),
        status=str(scores.status[row]),
        components={name: round(score, 6) for name, score in components.items() if score is not None},
    )
