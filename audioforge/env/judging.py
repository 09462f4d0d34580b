"""From a group's answers to rollout records: parse, render, score. Knows nothing of Atropos.

The group is rendered and scored as one batch, on worker threads, never on the event loop. An answer that cannot be
parsed, rendered or scored becomes a record with a status and the floor for a reward; it never takes its group down.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from audioforge.component_score import ComponentScore, finite_or_none
from audioforge.env.answers import Answer
from audioforge.env.charges import Charges, compute_share, unseen_words
from audioforge.env.schedule import GroupItem
from audioforge.generators.base import Generator
from audioforge.generators.rendering import render_each
from audioforge.proposal_parsing import parse_proposal
from audioforge.proposals import Proposal
from audioforge.rewards.scores import Scores
from audioforge.rollouts import Message, RolloutRecord
from audioforge.scoring.answers import read_answer
from audioforge.scoring.calls import CallTerms, Priority
from audioforge.status import OK, ClipStatus
from reward_models.audio import AudioBatch


class BatchScorer(Protocol):
    """The part of ``audioforge.scoring.scorer.Scorer`` that judging needs."""

    async def score_async(
        self,
        audio: AudioBatch,
        requests: Sequence[str | None] | str | None = None,
        *,
        categories: Sequence[str | None] | None = None,
        groups: Sequence[str | None] | None = None,
        terms: CallTerms = ...,
    ) -> Scores:
        """Judge the clips without blocking the event loop."""


@dataclass(frozen=True)
class Occasion:
    """What a group is rolled out for.

    Attributes:
        policy_seconds: How long the policy took to answer.
        step: The trainer's step when it was asked.
        priority: Of the scoring; evaluation goes before training.
        keep_audio: Whether its clips go into the judge's ``audio_folder``, where there is one.
    """

    policy_seconds: float = 0.0
    step: int = 0
    priority: Priority = Priority.TRAINING
    keep_audio: bool = True


TRAINING = Occasion()


@dataclass(frozen=True)
class _Verdict:
    """What became of one answer."""

    status: ClipStatus = OK
    proposal: Proposal | None = None
    words_cut: int = 0
    parse_failure: str | None = None
    components: Mapping[str, ComponentScore] = field(default_factory=dict)
    total: float | None = None
    audio: str | None = None


@dataclass(frozen=True)
class Judged:
    """A judged group with its sound.

    Attributes:
        records: One an answer, in order.
        audio: The clips of those that were rendered; ``None`` if none was.
        rows: Which answers they are.
    """

    records: list[RolloutRecord]
    audio: AudioBatch | None
    rows: tuple[int, ...]


@dataclass(frozen=True)
class _Group:
    """What the records of a group share."""

    item: GroupItem
    messages: tuple[Message, ...]
    occasion: Occasion
    seconds: Mapping[str, float]
    provenance: Mapping[str, str]


@dataclass(frozen=True)
class GroupJudge:
    """Judges groups of answers.

    Attributes:
        generator: Renders proposals.
        scorer: Judges clips.
        floor: Reward of an answer that cannot be scored, in [0, 1].
        audio_folder: Where clips are kept as FLAC; ``None`` keeps none.
        provenance: Added to every record's.
        rendering: Bounds how many groups are rendered at once, those of cancelled callers included.
        charges: What an answer pays for unseen words, a length far off and compute.
    """

    generator: Generator
    scorer: BatchScorer
    floor: float = 0.0
    audio_folder: Path | None = None
    provenance: Mapping[str, str] = field(default_factory=dict)
    rendering: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    charges: Charges = field(default_factory=Charges)

    async def judge(
        self, item: GroupItem, messages: Sequence[Message], answers: Sequence[Answer], occasion: Occasion = TRAINING
    ) -> list[RolloutRecord]:
        """One record an answer, in order; as :meth:`judge_aloud` without the sound."""
        return (await self.judge_aloud(item, messages, answers, occasion)).records

    async def judge_aloud(
        self, item: GroupItem, messages: Sequence[Message], answers: Sequence[Answer], occasion: Occasion = TRAINING
    ) -> Judged:
        """Render and score a group.

        Args:
            item: What was asked.
            messages: How it was put to the policy.
            answers: What it said.
            occasion: What it is done for.

        Raises:
            Whatever the scorer raises for the batch as a whole; single bad clips have a status.
        """
        verdicts = [self._parse(answer.text) for answer in answers]
        seconds = {"policy": occasion.policy_seconds, "generate": 0.0, "score": 0.0}
        rows = [row for row, verdict in enumerate(verdicts) if verdict.proposal is not None]
        provenance, audio = dict(self.provenance), None
        if rows:
            clips, seconds["generate"] = await self._render([verdicts[row].proposal for row in rows], item.seed)
            for row, clip in zip(rows, clips, strict=True):
                if isinstance(clip, ClipStatus):
                    verdicts[row] = replace(verdicts[row], status=clip)
            heard = [clip for clip in clips if isinstance(clip, AudioBatch)]
            rows = [row for row, clip in zip(rows, clips, strict=True) if isinstance(clip, AudioBatch)]
            audio = AudioBatch.concatenate(heard) if heard else None
        if audio is not None:
            scores, seconds["score"] = await self._score(audio, item, occasion.priority)
            files = await asyncio.to_thread(self._keep, audio, item, rows, occasion)
            provenance |= scores.provenance
            for place, row in enumerate(rows):
                verdicts[row] = _scored(verdicts[row], scores, place, files[place])
        group = _Group(item, tuple(messages), occasion, seconds, provenance)
        records = [
            self._record(group, index, answer, verdict)
            for index, (answer, verdict) in enumerate(zip(answers, verdicts, strict=True))
        ]
        return Judged(records, audio, tuple(rows))

    def parse(self, text: str) -> Proposal:
        """The answer's proposal if the generator can render it.

        Raises:
            ProposalError: If not; ``kind`` says why.
        """
        return parse_proposal(text, self.generator.parameters)

    def _parse(self, text: str) -> _Verdict:
        reading = read_answer(text, self.generator.parameters)
        return _Verdict(reading.status, reading.proposal, reading.words_cut, reading.failure and reading.failure.value)

    async def _render(
        self, proposals: Sequence[Proposal | None], seed: int
    ) -> tuple[list[AudioBatch | ClipStatus], float]:
        """Render in a slot of its own; who is cancelled before its turn costs nothing.

        A thread cannot be stopped: one whose caller is gone keeps its slot until it is done, or more than the bound
        would render at once.
        """
        known = [proposal for proposal in proposals if proposal is not None]
        await self.rendering.acquire()
        started = time.monotonic()
        rendering = asyncio.ensure_future(asyncio.to_thread(render_each, self.generator, known, [seed] * len(known)))
        rendering.add_done_callback(self._free_slot)
        return await asyncio.shield(rendering), time.monotonic() - started

    def _free_slot(self, rendering: "asyncio.Future[list[AudioBatch | ClipStatus]]") -> None:
        self.rendering.release()
        if not rendering.cancelled():
            rendering.exception()  # looked at, since nobody else does where the caller is gone

    async def _score(self, audio: AudioBatch, item: GroupItem, priority: Priority) -> tuple[Scores, float]:
        started = time.monotonic()
        count, target = len(audio), item.target
        scores = await self.scorer.score_async(
            audio,
            [target.target_description] * count,
            categories=[target.category] * count,
            groups=[str(item.number)] * count,
            terms=CallTerms(priority),
        )
        return scores, time.monotonic() - started

    def _keep(self, audio: AudioBatch, item: GroupItem, rows: Sequence[int], occasion: Occasion) -> list[str | None]:
        if self.audio_folder is None or not occasion.keep_audio:
            return [None] * len(rows)
        self.audio_folder.mkdir(parents=True, exist_ok=True)
        paths = [self.audio_folder / f"{item.number}-{row}.flac" for row in rows]
        audio.save(paths)
        return [f"{self.audio_folder.name}/{path.name}" for path in paths]

    def _record(self, group: _Group, index: int, answer: Answer, verdict: _Verdict) -> RolloutRecord:
        target, charges = group.item.target, self._charges(verdict, group.item)
        return RolloutRecord(
            id=f"{group.item.number}-{index}",
            group=str(group.item.number),
            target_id=target.id,
            category=target.category,
            split=target.split,
            request=target.target_description,
            messages=group.messages,
            completion=answer.text,
            proposal=verdict.proposal,
            prompt_words_cut=verdict.words_cut,
            seed=group.item.seed,
            status=verdict.status,
            parse_failure=verdict.parse_failure,
            components=verdict.components,
            total=verdict.total,
            reward=self.floor if verdict.total is None else verdict.total * (1 - sum(charges.values())),
            seconds_taken={stage: round(value, 4) for stage, value in group.seconds.items()},
            tokens=answer.length,
            audio=verdict.audio,
            provenance=group.provenance,
            charges=charges,
            step=group.occasion.step,
        )

    def _charges(self, verdict: _Verdict, item: GroupItem) -> Mapping[str, float]:
        if verdict.proposal is None:
            return {}
        space, asked = self.generator.parameters, item.target.parameters.seconds_total
        unseen = unseen_words(self.generator, verdict.proposal, verdict.words_cut, space.prompt_tokens)
        return self.charges.of(verdict.proposal, unseen, asked, compute_share(verdict.proposal, space, asked))


def _scored(verdict: _Verdict, scores: Scores, place: int, file: str | None) -> _Verdict:
    return _Verdict(
        status=scores.status[place],
        proposal=verdict.proposal,
        words_cut=verdict.words_cut,
        components=scores.component_scores(place),
        total=finite_or_none(float(scores.total[place])),
        audio=file,
    )
