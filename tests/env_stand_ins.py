"""A generator and a scorer that cost nothing, for tests of the environment. Nothing here ships."""

import dataclasses
from collections.abc import Sequence

import torch

from audioforge.env.judging import GroupJudge
from audioforge.generators.base import Generator, ParameterSpace
from audioforge.proposals import Proposal
from audioforge.rewards.base import RewardResult
from audioforge.rewards.scores import Scores
from audioforge.rollouts import RolloutRecord
from audioforge.status import OK, ClipStatus, Status
from audioforge.targets import Target, TargetMetadata, TargetParameters
from reward_models.audio import AudioBatch


class ToneGenerator(Generator):
    """A tone as loud as the prompt has words, up to ten; a prompt "silence" is silent."""

    name = "tone"
    description = "a tone"
    sample_rate = 8_000
    channels = 1
    fingerprint = "tone-1"
    parameters = ParameterSpace(("pingpong", "euler"), (1, 50), (0.0, 15.0), (0.1, 11.0), prompt_tokens=6)

    def __init__(self) -> None:
        self.batches: list[list[Proposal]] = []
        self.seeds: list[list[int]] = []

    def generate(self, proposals: Sequence[Proposal], seeds: Sequence[int]) -> AudioBatch:
        self.batches.append(list(proposals))
        self.seeds.append(list(seeds))
        return AudioBatch.from_arrays([self._tone(proposal) for proposal in proposals], self.sample_rate)

    def _tone(self, proposal: Proposal) -> torch.Tensor:
        time = torch.arange(round(proposal.seconds * self.sample_rate)) / self.sample_rate
        gain = 0.0 if proposal.prompt == "silence" else min(10, len(proposal.prompt.split())) / 10
        return gain * torch.sin(2 * torch.pi * 440 * time)


class PeakScorer:
    """Scores a clip by its peak; silence has a status instead."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.calls: list[dict[str, object]] = []

    async def score_async(self, audio, requests=None, *, categories=None, groups=None, terms=None) -> Scores:
        self.calls.append({"requests": requests, "categories": categories, "groups": groups, "terms": terms})
        if self.failures > 0:
            self.failures -= 1
            raise RuntimeError("the scorer broke")
        peaks = torch.stack([audio.clip(index).abs().max() for index in range(len(audio))])
        status = tuple(OK if peak > 0 else ClipStatus(Status.SILENT, "no sound") for peak in peaks)
        totals = torch.where(peaks > 0, peaks, torch.nan)
        result = RewardResult("peak", totals, totals, status, {"version": "1"})
        return Scores(totals, {"peak": result}, status, torch.ones(len(audio)), {"combined": "peak"})


def make_target(number: int = 0, category: str = "drums") -> Target:
    """A target of the data file's form."""
    return Target(
        id=f"{category}-{number}",
        category=category,  # type: ignore[arg-type]
        subcategory="techno",
        target_description=f"{120 + number} BPM techno drum loop",
        reference_file="none.wav",
        parameters=TargetParameters(4.0, 120 + number, ("punchy",)),
        baseline_prompt="techno",
        difficulty="easy",
        metadata=TargetMetadata("pingpong", 8, 1.0),
        split="train",
    )


def make_judge(**options) -> GroupJudge:
    """A judge on the two stand-ins."""
    return GroupJudge(ToneGenerator(), options.pop("scorer", None) or PeakScorer(), **options)


def make_record(**changes) -> RolloutRecord:
    """A record without a clip."""
    record = RolloutRecord(
        id="0-0",
        group="0",
        target_id="drums-0",
        category="drums",
        split="train",
        request="techno",
        messages=(),
        completion="{}",
        proposal=Proposal("techno"),
        prompt_words_cut=0,
        seed=0,
        status=OK,
        parse_failure=None,
        components={},
        total=0.5,
        reward=0.5,
        seconds_taken={},
        tokens=10,
        audio=None,
        provenance={},
    )
    return dataclasses.replace(record, **changes)
