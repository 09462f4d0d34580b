"""Does the score fall as the damage grows? Degradation ladders, with kinds that no head was trained on apart."""

from dataclasses import dataclass

import scipy.stats
import torch

from audioforge.rewards.base import Reward
from reward_models.audio import AudioBatch
from training.degradations import HELD_OUT_KINDS, KINDS, LADDER, degrade


@dataclass(frozen=True)
class LadderFigures:
    """One kind of degradation.

    Attributes:
        kind: Its name.
        unseen: True where no shipped head was trained on it.
        rank_correlation: Mean over clips of Spearman's rho between severity and falling score, clean clip included.
        clean_beats: Share of degraded clips that score below their clean clip.
        clean_beats_strong: The same at severity 0.5 and more.
    """

    kind: str
    unseen: bool
    rank_correlation: float
    clean_beats: float
    clean_beats_strong: float


def measure_ladders(audio: AudioBatch, reward: Reward) -> list[LadderFigures]:
    """Every kind at every severity of ``LADDER`` on every clip."""
    clean = reward(audio).score
    return [_measure(audio, reward, clean, kind) for kind in KINDS]


def _measure(audio: AudioBatch, reward: Reward, clean: torch.Tensor, kind: str) -> LadderFigures:
    steps = torch.stack([_scores(audio, reward, kind, severity) for severity in LADDER], dim=1)
    strong = steps[:, [severity >= 0.5 for severity in LADDER]]
    return LadderFigures(
        kind=kind,
        unseen=kind in HELD_OUT_KINDS,
        rank_correlation=_rank_correlation(torch.cat([clean[:, None], steps], dim=1)),
        clean_beats=float((clean[:, None] > steps).float().mean()),
        clean_beats_strong=float((clean[:, None] > strong).float().mean()),
    )


def _scores(audio: AudioBatch, reward: Reward, kind: str, severity: float) -> torch.Tensor:
    damaged = [degrade(audio.clip(i).numpy(), audio.sample_rate, kind, severity, seed=i) for i in range(len(audio))]
    return reward(AudioBatch.from_arrays(damaged, audio.sample_rate)).score.nan_to_num(0.0)


def _rank_correlation(scores: torch.Tensor) -> float:
    rungs = list(range(scores.shape[1], 0, -1))
    climbed = [row for row in scores if float(row.max()) > float(row.min())]  # a flat ladder counts as 0
    return sum(float(scipy.stats.spearmanr(rungs, row.numpy()).statistic) for row in climbed) / len(scores)
