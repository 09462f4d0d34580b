"""Renders settings and has them judged. A clip that fails is a failure with a reason, never a score."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from audioforge.component_score import finite_or_none
from audioforge.generators.base import Generator
from audioforge.generators.rendering import render_each
from audioforge.proposals import Proposal
from audioforge.rewards.scores import Scores
from audioforge.status import ClipStatus
from audioforge.targets import Target
from reward_models.audio import AudioBatch

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
        clips = render_each(self.generator, [take.proposal for take in takes], [take.seed for take in takes])
        heard = [(take, clip) for take, clip in zip(takes, clips, strict=True) if isinstance(clip, AudioBatch)]
        scored = iter(self._score(heard))
        return [
            (_failure(take, clip), None) if isinstance(clip, ClipStatus) else (next(scored), clip)
            for take, clip in zip(takes, clips, strict=True)
        ]

    def _score(self, heard: Sequence[tuple[Take, AudioBatch]]) -> list[Outcome]:
        if not heard:
            return []
        targets = [take.target for take, _ in heard]
        scores = self.judge.score(
            AudioBatch.concatenate([clip for _, clip in heard]),
            [target.target_description for target in targets],
            categories=[target.category for target in targets],
        )
        return [_outcome(take, scores, row) for row, (take, _) in enumerate(heard)]


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
