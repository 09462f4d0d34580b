"""Novelty: unlike every reference and unlike the rest of the group, counted only while typical of the category.

Raw is the Euclidean distance of the clip's unit vector to the nearest reference's, in [0, 2]. The score multiplies

- how far the clip is from the nearest reference: the share of held-out real clips that are nearer to theirs;
- how far it is from the nearest clip of its own group, on the same scale (the two joined by their geometric mean);
- whether it is typical at all: 1 from ``typical_share`` on, falling to 0 below it (``StyleConsistency``'s score). By
  default a clip counts in full once it is as typical as the middle of the real ones.

So a copy of a reference scores 0, as do clips of a group that are all the same, and noise is not novel but atypical.
"""

from pathlib import Path
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from audioforge.clips import Clips
from audioforge.reference_sets import ReferenceLibrary
from audioforge.rewards.base import Reward, RewardResult, masked
from audioforge.rewards.categories import reference_provenance, reference_status, rows_by_category, rows_by_group
from audioforge.rewards.style_consistency import Method, judge_typicality
from audioforge.status import ScoringError
from reward_models.embedders.base import Embedder
from reward_models.embedders.registry import load_embedder


class Novelty(Reward):
    """Distance to references and group, counted while typical.

    Args:
        embedder: Name, or an embedder.
        method: How typicality is measured; see ``StyleConsistency``.
        typical_share: Clips less typical than this share of held-out real ones count for less, in proportion.
        references: Folder of reference sets; by default the user's own, then those that ship.
        device: Where a named embedder is loaded.

    Raises:
        ScoringError: If ``typical_share`` is not in (0, 1].
    """

    name: ClassVar[str] = "novelty"

    def __init__(
        self,
        embedder: str | Embedder = "mini",
        *,
        method: Method = "mahalanobis",
        typical_share: float = 0.5,
        references: Path | None = None,
        device: str = "cpu",
    ) -> None:
        if not 0 < typical_share <= 1:
            raise ScoringError(f"typical_share is a share in (0, 1], got {typical_share}.")
        self.embedder = load_embedder(embedder, device=device) if isinstance(embedder, str) else embedder
        self.method: Method = method
        self.typical_share = typical_share
        self.library = ReferenceLibrary(self.embedder, references)

    @override
    def score(self, clips: Clips) -> RewardResult:
        raw = torch.full((len(clips),), float("nan"), dtype=torch.float64)
        score = raw.clone()
        rows = rows_by_category(clips, self.library)
        for category, own in rows.items():
            raw[own], score[own] = self._judge(clips, category, own)
        status = reference_status(clips, self.library)
        provenance = reference_provenance(self.library, rows) | {
            "method": self.method,
            "typical_share": f"{self.typical_share:g}",
        }
        return RewardResult(self.name, masked(raw, status), masked(score, status), status, provenance)

    def _judge(
        self, clips: Clips, category: str, rows: list[int]
    ) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
        """Distance to the nearest reference and score of one category's clips."""
        reference = self.library[category]
        assert reference is not None, "only categories with a set have rows"
        embedding = clips.embedding(self.embedder)
        nearest = reference.nearest_distance(embedding[rows])
        unlike = reference.nearest_rank.share_below(nearest)
        peers = _distance_to_peers(embedding, rows_by_group(clips, rows))[rows]
        unlike_peers = torch.where(peers.isnan(), unlike, reference.nearest_rank.share_below(peers))
        _, typical = judge_typicality(reference, embedding[rows], self.method)
        return nearest, (unlike * unlike_peers).sqrt() * (typical / self.typical_share).clamp_max(1)


def _distance_to_peers(embedding: Float[Tensor, "batch dim"], groups: dict[str, list[int]]) -> Float[Tensor, " batch"]:
    """Distance of each clip to the nearest other one of its group; NaN for a clip on its own."""
    nearest = torch.full((len(embedding),), float("nan"), dtype=torch.float64)
    for rows in groups.values():
        if len(rows) > 1:
            own = embedding[rows].double()
            distances = torch.cdist(own, own, compute_mode="donot_use_mm_for_euclid_dist")
            nearest[rows] = distances.fill_diagonal_(torch.inf).min(1).values
    return nearest
