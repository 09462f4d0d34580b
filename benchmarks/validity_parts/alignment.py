"""Does the score know the right request from a wrong one? Matched and mismatched pairs, and the calibration curve."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.clips import Clips
from audioforge.rewards.clap_alignment import CLAPAlignment
from benchmarks.validity_parts.honest_clips import HonestClip
from reward_models.audio import AudioBatch
from reward_models.calibration import expected_calibration_error

SHUFFLES = 8


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
        curve: ``(stated probability, found frequency, pairs)`` per bin.
    """

    clips: int
    pairs: int
    beats_any: float
    beats_same_category: float
    matched: float
    shuffled: float
    calibration_error: float
    curve: list[tuple[float, float, int]]


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
        calibration_error=expected_calibration_error(*pairs),
        curve=_curve(*pairs),
    )


def _beats(own: torch.Tensor, score: torch.Tensor, among: torch.Tensor) -> float:
    wins = (own[:, None] > score).float() + 0.5 * (own[:, None] == score).float()
    return float(wins[among].mean())


def _even_pairs(score: torch.Tensor, other: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    generator = random.Random(0)
    choices = [torch.nonzero(row)[:, 0].tolist() for row in other]
    drawn = [generator.sample(own, min(SHUFFLES, len(own))) for own in choices]
    wrong = [float(score[i, j]) for i, own in enumerate(drawn) for j in own]
    right = score.diagonal().repeat_interleave(torch.tensor([len(own) for own in drawn]))
    probability = torch.cat([right, torch.tensor(wrong)])
    return probability, torch.cat([torch.ones(len(right)), torch.zeros(len(wrong))])


def _curve(probability: torch.Tensor, matched: torch.Tensor) -> list[tuple[float, float, int]]:
    index = np.clip((probability.numpy() * 10).astype(int), 0, 9)
    points = []
    for place in range(10):
        inside = index == place
        if inside.any():
            stated = float(probability[inside].mean())
            points.append((round(stated, 3), round(float(matched[inside].mean()), 3), int(inside.sum())))
    return points
