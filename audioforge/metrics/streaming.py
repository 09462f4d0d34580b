"""FAD as a ``torchmetrics`` metric: fed batch by batch, reduced over processes.

Needs the ``train`` extra; nothing else in the library imports this module. For sets that fit in memory call ``fad``
itself.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torchmetrics import Metric
from typing_extensions import override

from audioforge.metrics.embeddings import as_set
from audioforge.metrics.frechet import fad
from reward_models.statistics import GaussianStats


class FrechetAudioDistance(Metric):
    """Fréchet audio distance of all the candidates seen, on all processes, to a fixed reference.

    State is three sums, whatever the number of clips. They are taken about the reference's mean, so that candidates
    near it lose no precision. ``compute`` returns a float64 scalar.
    """

    higher_is_better = False
    is_differentiable = False
    full_state_update = False

    n: Tensor
    total: Tensor
    product: Tensor

    def __init__(self, reference: GaussianStats, **kwargs: Any) -> None:  # noqa: ANN401 (torchmetrics' own options)
        super().__init__(**kwargs)
        self.reference = reference
        dim = reference.dim
        self.add_state("n", torch.zeros((), dtype=torch.int64), dist_reduce_fx="sum")
        self.add_state("total", torch.zeros(dim, dtype=torch.float64), dist_reduce_fx="sum")
        self.add_state("product", torch.zeros(dim, dim, dtype=torch.float64), dist_reduce_fx="sum")
        self.set_dtype(torch.float64)

    @override
    def update(self, candidate: Float[Tensor, "batch dim"]) -> None:
        """Adds a batch of embeddings.

        Raises:
            MetricError: If the embeddings are no matrix or not finite.
        """
        deviation = as_set(candidate, "candidate") - self.reference.mean.to(candidate.device)
        self.n += len(deviation)
        self.total += deviation.sum(0)
        self.product += deviation.T @ deviation

    @override
    def compute(self) -> Tensor:
        """FAD of everything seen so far.

        Raises:
            MetricError: If fewer than two embeddings were seen.
        """
        return torch.tensor(fad(self.reference, self.candidate).value, dtype=torch.float64)

    @property
    def candidate(self) -> GaussianStats:
        """Statistics of the candidates seen so far."""
        n = int(self.n)
        mean = self.total / max(n, 1)
        scatter = self.product - torch.outer(mean, mean) * n
        return GaussianStats(n, (mean.cpu() + self.reference.mean), scatter.cpu())
