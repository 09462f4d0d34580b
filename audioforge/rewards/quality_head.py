"""Audio quality without a reference: predicted damage of the clip by a head on a frozen embedding.

Raw is minus the predicted damage in decibels of log-spectral distance to a clean original (0 is undamaged, -20 noise).
The score is the share of the calibration clips, half clean and half degraded, that are predicted worse. Not a measure
of taste, of the request, or of level (``docs/rewards/quality_head.md``).
"""

from pathlib import Path
from typing import ClassVar

import torch
from typing_extensions import override

from audioforge.clips import Clips
from audioforge.rewards.base import Reward, RewardResult, masked
from reward_models.checkpoints import checkpoint_path
from reward_models.embedders.base import Embedder
from reward_models.embedders.registry import load_embedder
from reward_models.heads.quality_head import QualityHeadModel


class QualityHead(Reward):
    """Share of the calibration clips that sound more damaged.

    Args:
        checkpoint: Folder of a head; by default the shipped one.
        embedder: The embedder that the head was trained on; by default it is loaded by the name in the checkpoint.
        lower_bound: Score what the head fears rather than expects: the predicted damage plus so many standard
            deviations of its members. 0 is the plain score; 1 is cautious against clips unlike any it was trained on.
        device: Where a named embedder is loaded.

    Raises:
        CheckpointError: If the embedder isn't the one that the head was trained on; the message says how to retrain.
        ValueError: If ``lower_bound`` is negative.
    """

    name: ClassVar[str] = "quality_head"

    def __init__(
        self,
        checkpoint: str | Path | None = None,
        *,
        embedder: Embedder | None = None,
        lower_bound: float = 0.0,
        device: str = "cpu",
    ) -> None:
        if not lower_bound >= 0:
            raise ValueError(f"lower_bound counts standard deviations and can't be negative, got {lower_bound}.")
        self.head = QualityHeadModel.load(checkpoint_path("quality-head") if checkpoint is None else Path(checkpoint))
        self.embedder = embedder or load_embedder(self.head.config.embedder, device=device)
        self.head.check(self.embedder)
        self.lower_bound = lower_bound

    @override
    def score(self, clips: Clips) -> RewardResult:
        members = self.head.log_damage(clips.embedding(self.embedder))
        feared = members.mean(1) + self.lower_bound * members.std(1)
        score = masked(self.head.share_worse(feared), clips.status)
        uncertainty = masked(self.head.share_worse(members).std(1), clips.status)
        raw = masked(-torch.expm1(members.mean(1)).clamp_min(0), clips.status)
        return RewardResult(self.name, raw, score, clips.status, self._provenance(), uncertainty)

    def _provenance(self) -> dict[str, str]:
        return {
            "embedder": self.embedder.name,
            "fingerprint": self.embedder.fingerprint,
            "head": self.head.fingerprint,
            "calibration": self.head.config.version,
            "lower_bound": f"{self.lower_bound:g}",
        }
