"""Which of two copies of one passage is worse: what heads and embedders learn to put in order.

Copies under one kind of damage are ordered by severity, since measured damage understates some kinds; copies under
different kinds by measured damage, if it differs clearly; and every damaged copy is worse than the clean passage.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

DAMAGE_MARGIN = 0.3
"""Copies under different kinds whose damage, as ``log(1 + dB)``, differs by less are not ranked."""
SEVERITY_MARGIN = 0.05
LEAST_DAMAGE = 0.1
"""Copies with less damage than this, as ``log(1 + dB)``, are as good as clean."""


def worse(
    damage: Float[Tensor, "*batch copy"], severity: Float[Tensor, "*batch copy"], kind: Int[Tensor, "*batch copy"]
) -> Bool[Tensor, "*batch copy copy"]:
    """True where the copy of the row is worse than that of the column, both of one passage.

    Args:
        damage: ``log(1 + dB)``.
        severity: In [0, 1]; 0 for the clean passage.
        kind: Number of the kind of damage.
    """
    same = kind[..., :, None] == kind[..., None, :]
    harsher = severity[..., :, None] - severity[..., None, :] > SEVERITY_MARGIN
    damaged = damage[..., :, None] - damage[..., None, :] > DAMAGE_MARGIN
    spoiled = (severity > 0) & (damage > LEAST_DAMAGE)
    clean = severity == 0
    return torch.where(same, harsher, damaged) | (spoiled[..., :, None] & clean[..., None, :])
