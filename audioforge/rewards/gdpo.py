"""Advantages from decoupled rewards: each component is normalised within its group before the components are summed.

Source: GDPO (Liu et al. 2026, arXiv 2601.05242). Where scores are summed first and normalised after, as in GRPO, the
component with the widest spread decides alone, and different mixtures of components end in one advantage. Here a
component counts by its weight, however narrow its spread in the group. The sums are then normalised over the batch,
so that their size doesn't depend on how many components there are.

Conventions: standard deviations divide by n - 1; a component on which a group agrees says nothing (0); clips without a
score are left out of every mean and get NaN. An advantage is relative to its group and batch, never a score.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.grouping import rows_by
from audioforge.status import ScoringError

EPSILON = 1e-4
"""Added to every standard deviation, as in the published code: scores closer than this are as good as equal."""


def gdpo_advantages(
    score: Float[Tensor, "batch component"], weight: Float[Tensor, "batch component"], groups: Sequence[str | None]
) -> Float[Tensor, " batch"]:
    """Advantage of each clip over the others that answer the same request.

    Args:
        score: Components in [0, 1]; rows with NaN where ``weight`` is above 0 are left out.
        weight: How much each counts, at least 0.
        groups: Clips of one name answer the same request.

    Returns:
        Mean 0 and deviation 1 over the batch's scored clips (0 where they don't differ); NaN for the rest.

    Raises:
        ScoringError: If a clip has no group.
    """
    if None in groups:
        raise ScoringError(f"advantages need a group for every clip: clip {list(groups).index(None)} has none.")
    counted = torch.where(weight > 0, score.double(), 0.0)
    known = torch.nonzero(counted.isfinite().all(1))[:, 0].tolist()
    advantage = torch.full((len(score),), float("nan"), dtype=torch.float64)
    for rows in rows_by(groups, known).values():
        advantage[rows] = (_normalised(counted[rows]) * weight[rows]).sum(1)
    scored = advantage.isfinite()
    advantage[scored] = _normalised(advantage[scored])
    return advantage.float()


def _normalised(values: Float[Tensor, "clip *rest"]) -> Float[Tensor, "clip *rest"]:
    """Mean 0 and deviation 1 over the clips; zeros for fewer than two."""
    if len(values) < 2:
        return torch.zeros_like(values)
    return (values - values.mean(0)) / (values.std(0) + EPSILON)
