"""Does the score know the right request from a wrong one? Matched and mismatched pairs, and the calibration curve."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from scipy.stats import binomtest
from torch import Tensor

from audioforge.clips import Clips
from audioforge.rewards.clap_alignment import CLAPAlignment
from benchmarks.validity_parts.honest_clips import HonestClip
from reward_models.audio import AudioBatch
from reward_models.calibration import expected_calibration_error

SHUFFLES = 8


class CurvePoint(NamedTuple):
    """A tenth of the stated probabilities.

    Attributes:
        stated: Mean of them.
        found: Share of the pairs that do match.
        pairs: How many; a clip's own request counts as often as its mismatched ones together.
        clips: How many different clips those pairs come from.
        low: Lower end of the 95 % interval of ``found`` (Wilson 1927), as if every clip had given one pair.
        high: Its upper end.
    """

    stated: float
    found: float
    pairs: int
    clips: int
    low: float
    high: float


@dataclass(frozen=True)
class AlignmentFigures:
    """Figures of one reward over matched and mismatched pairs.

    Attributes:
        clips: How many honest clips.
        pairs: How many mismatched pairs.
        beats_any: Share of mismatched requests (of another label) that score below the clip's own; chance 0.5.
        beats_same_category: The same among requests of the clip's category; chance 0.5.
        matched: Mean score of a clip with its own request.
        shuffled: Mean score of a clip with another clip's.
        calibration_error: Expected calibration error at even odds.
        curve: Stated probability against found frequency, tenth by tenth.
    """

    clips: int
    pairs: int
    beats_any: float
    beats_same_category: float
    matched: float
    shuffled: float
    calibration_error: float
    curve: list[CurvePoint]


def alignment_scores(
    clips: Sequence[HonestClip], audio: AudioBatch, reward: CLAPAlignment
) -> Float[Tensor, "clip request"]:
    """The score of every clip with every clip's request; cosines where the embedder has no calibration."""
    batch = Clips(audio, [clip.request for clip in clips])
    cosines = batch.embedding(reward.embedder) @ batch.text_embedding(reward.embedder).T
    calibration = reward.embedder.calibration
    return cosines if calibration is None else calibration.probability(cosines)


def measure_alignment(clips: Sequence[HonestClip], score: Float[Tensor, "clip request"]) -> AlignmentFigures:
    """Every clip with its own request against requests of other labels."""
    own = score.diagonal()
    other = torch.tensor([[a.label != b.label for b in clips] for a in clips])
    near = other & torch.tensor([[a.category == b.category for b in clips] for a in clips])
    pairs = _even_pairs(score, other)
    return AlignmentFigures(
        clips=len(clips),
        pairs=int(other.sum()),
        beats_any=_beats(own, score, other),
        beats_same_category=_beats(own, score, near),
        matched=float(own.mean()),
        shuffled=float(score[other].mean()),
        calibration_error=expected_calibration_error(pairs.probability, pairs.matched),
        curve=_curve(pairs),
    )


def _beats(own: torch.Tensor, score: torch.Tensor, among: torch.Tensor) -> float:
    wins = (own[:, None] > score).float() + 0.5 * (own[:, None] == score).float()
    return float(wins[among].mean())


class _Pairs(NamedTuple):
    """Pairs of a clip and a request, at even odds."""

    probability: Float[Tensor, " pair"]
    matched: Float[Tensor, " pair"]
    clip: Int[Tensor, " pair"]


def _even_pairs(score: torch.Tensor, other: torch.Tensor) -> _Pairs:
    generator = random.Random(0)
    choices = [torch.nonzero(row)[:, 0].tolist() for row in other]
    drawn = [generator.sample(own, min(SHUFFLES, len(own))) for own in choices]
    wrong = torch.tensor([float(score[i, j]) for i, own in enumerate(drawn) for j in own])
    clip = torch.arange(len(drawn)).repeat_interleave(torch.tensor([len(own) for own in drawn]))
    matched = torch.cat([torch.ones(len(clip)), torch.zeros(len(clip))])
    return _Pairs(torch.cat([score.diagonal()[clip], wrong]), matched, torch.cat([clip, clip]))


def _curve(pairs: _Pairs) -> list[CurvePoint]:
    tenth = (pairs.probability * 10).long().clamp(0, 9)
    return [_point(pairs, tenth == place) for place in range(10) if bool((tenth == place).any())]


def _point(pairs: _Pairs, inside: Bool[Tensor, " pair"]) -> CurvePoint:
    stated, found = float(pairs.probability[inside].mean()), float(pairs.matched[inside].mean())
    clips = len(set(pairs.clip[inside].tolist()))
    interval = binomtest(round(found * clips), clips).proportion_ci(method="wilson")
    ends = float(interval.low), float(interval.high)
    return CurvePoint(round(stated, 3), round(found, 3), int(inside.sum()), clips, *(round(end, 3) for end in ends))
