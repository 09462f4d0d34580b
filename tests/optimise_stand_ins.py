"""A generator whose loudness says how good its settings are, and a judge that hears loudness. Nothing here ships."""

import random
from collections.abc import Sequence
from dataclasses import replace

import torch

from audioforge.generators.base import Generator, ParameterSpace
from audioforge.optimise.settings import AS_ASKED, Settings
from audioforge.optimise.studio import Studio
from audioforge.optimise.subject import Subject
from audioforge.proposals import Proposal
from audioforge.rewards.base import RewardResult
from audioforge.rewards.scores import Scores
from audioforge.status import OK, ClipStatus, Status
from audioforge.targets import load_targets
from audioforge.templates import load_templates
from reward_models.audio import AudioBatch

DEFAULT = Settings(AS_ASKED, "", 8, 1.0, "euler")


class LevelGenerator(Generator):
    """More steps are louder, ``good`` louder still, ``mute`` silent, ``patchy`` so on some seeds, ``broken`` raises."""

    name = "level"
    description = "a constant"
    sample_rate = 1_000
    channels = 1
    fingerprint = "level-1"

    def __init__(self, samplers: Sequence[str] = ("euler", "good"), noise: float = 0.1) -> None:
        self.parameters = ParameterSpace(tuple(samplers), (1, 50), (0.0, 15.0), (0.1, 11.0), prompt_tokens=6)
        self.noise = noise
        self.seen: list[tuple[Proposal, int]] = []

    def generate(self, proposals: Sequence[Proposal], seeds: Sequence[int]) -> AudioBatch:
        if any(proposal.sampler == "broken" for proposal in proposals):
            raise RuntimeError("the sampler broke")
        self.seen += zip(proposals, seeds, strict=True)
        return AudioBatch.from_arrays([self._clip(p, s) for p, s in zip(proposals, seeds, strict=True)], 1_000)

    def _clip(self, proposal: Proposal, seed: int) -> torch.Tensor:
        if proposal.sampler == "mute" or (proposal.sampler == "patchy" and seed % 2):
            return torch.zeros(100)
        level = 0.2 + min(proposal.steps, 20) / 50 + 0.2 * (proposal.sampler in ("good", "patchy"))
        return torch.full((100,), level + self.noise * (random.Random(seed).random() - 0.5))


class LevelJudge:
    """Scores a clip by its peak; silence has a status instead. Stops the process after ``clips``."""

    def __init__(self, clips: int | None = None) -> None:
        self.left = clips

    def score(self, audio, requests=None, *, categories=None) -> Scores:
        if self.left is not None:
            self.left -= len(audio)
            if self.left < 0:
                raise KeyboardInterrupt
        peaks = torch.stack([audio.clip(index).abs().max() for index in range(len(audio))])
        status = tuple(OK if peak > 0 else ClipStatus(Status.SILENT, "no sound") for peak in peaks)
        totals = torch.where(peaks > 0, peaks, torch.nan)
        result = RewardResult("peak", totals, totals, status, {})
        return Scores(totals, {"peak": result}, status, torch.ones(len(audio)), {})


def make_subject(count: int = 1) -> Subject:
    """Some drum targets with a tempo."""
    targets = [own for own in load_targets(category="drums") if own.parameters.target_bpm is not None][:count]
    template = replace(load_templates().categories["drums"], formats=(AS_ASKED, "{bpm} BPM {subcategory}"))
    return Subject(targets[0].id if count == 1 else "drums", "drums", tuple(targets), template)


def make_studio(generator: LevelGenerator | None = None, judge: LevelJudge | None = None) -> Studio:
    """A studio of the two."""
    return Studio(generator or LevelGenerator(), judge or LevelJudge())
