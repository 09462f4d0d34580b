"""Style consistency: how typical a clip is of its category's reference clips.

Raw is the typicality under the category's ``ReferenceSet``: minus the Mahalanobis distance under a shrunk covariance
(in standard deviations), or the logarithm of the mean Gaussian kernel. The score is the share of held-out real
references that are *less* typical, so real clips of the category spread evenly over [0, 1] and an alien clip is near
0. Not a measure of quality, nor of whether the clip is what was asked for.
"""

from pathlib import Path
from typing import ClassVar, Literal, get_args

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from audioforge.clips import Clips
from audioforge.reference_sets import ReferenceLibrary
from audioforge.rewards.base import Reward, RewardResult, masked
from audioforge.rewards.categories import reference_provenance, reference_status, rows_by_category
from audioforge.status import ScoringError
from reward_models.embedders.base import Embedder
from reward_models.embedders.registry import load_embedder
from reward_models.reference import ReferenceSet

Method = Literal["mahalanobis", "kernel"]


class StyleConsistency(Reward):
    """Typicality of a clip among its category's references, as a rank.

    Args:
        embedder: Name, or an embedder.
        method: ``mahalanobis`` (robust with few references) or ``kernel`` (sees several separate kinds of sound).
        references: Folder of reference sets; by default the user's own, then those that ship.
        device: Where a named embedder is loaded.

    Clips of no category, or of one without a set, get the status ``no_reference``.

    Raises:
        ScoringError: If the method is unknown.
    """

    name: ClassVar[str] = "style_consistency"

    def __init__(
        self,
        embedder: str | Embedder = "mini",
        *,
        method: Method = "mahalanobis",
        references: Path | None = None,
        device: str = "cpu",
    ) -> None:
        if method not in get_args(Method):
            raise ScoringError(f"method must be one of {', '.join(get_args(Method))}, got {method!r}.")
        self.embedder = load_embedder(embedder, device=device) if isinstance(embedder, str) else embedder
        self.method = method
        self.library = ReferenceLibrary(self.embedder, references)

    @override
    def score(self, clips: Clips) -> RewardResult:
        embedding = clips.embedding(self.embedder)
        raw = torch.full((len(clips),), float("nan"), dtype=torch.float64)
        score = raw.clone()
        rows = rows_by_category(clips, self.library)
        for category, own in rows.items():
            reference = self.library[category]
            assert reference is not None, "only categories with a set have rows"
            raw[own], score[own] = judge_typicality(reference, embedding[own], self.method)
        status = reference_status(clips, self.library)
        provenance = reference_provenance(self.library, rows) | {"method": self.method}
        return RewardResult(self.name, masked(raw, status), masked(score, status), status, provenance)


def judge_typicality(
    reference: ReferenceSet, embedding: Float[Tensor, "batch dim"], method: Method
) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
    """Typicality of each clip, and the share of held-out references that are less typical."""
    if method == "kernel":
        raw = reference.kernel(embedding)
        return raw, reference.kernel_rank.share_below(raw)
    raw = reference.mahalanobis(embedding)
    return raw, reference.mahalanobis_rank.share_below(raw)
