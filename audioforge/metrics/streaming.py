"""Set metrics as ``torchmetrics`` metrics: fed batch by batch, reduced over processes.

FAD needs three sums, whatever the number of clips; KAD, PRDC and Vendi look at every pair, so they keep the embeddings
(on all processes together). Needs the ``train`` extra; nothing else in the library imports this module. For sets that
fit in memory call the functions themselves.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torchmetrics import Metric
from torchmetrics.utilities import dim_zero_cat
from typing_extensions import override

from audioforge.metrics.embeddings import MetricError, as_set
from audioforge.metrics.frechet import fad
from audioforge.metrics.kad import kad
from audioforge.metrics.prdc import prdc
from audioforge.metrics.vendi import vendi
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


class _Gathering(Metric):
    """Keeps the candidates of all processes."""

    is_differentiable = False
    full_state_update = False

    candidates: list[Tensor]

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 (torchmetrics' own options)
        super().__init__(**kwargs)
        self.add_state("candidates", [], dist_reduce_fx="cat")
        self.set_dtype(torch.float64)

    @override
    def update(self, candidate: Float[Tensor, "batch dim"]) -> None:
        """Adds a batch of embeddings.

        Raises:
            MetricError: If the embeddings are no matrix or not finite.
        """
        self.candidates.append(as_set(candidate, "candidate"))

    @property
    def candidate(self) -> Float[Tensor, "n dim"]:
        """Everything seen so far.

        Raises:
            MetricError: If nothing was.
        """
        if not len(self.candidates):
            raise MetricError("no candidate was seen yet: call update with embeddings first.")
        gathered: Tensor = dim_zero_cat(self.candidates)
        return gathered


class KernelAudioDistance(_Gathering):
    """Kernel audio distance of all the candidates seen, on all processes, to a fixed reference.

    Args:
        reference: Embeddings ``(n, dim)``.
        bandwidth: As for ``kad``.
    """

    higher_is_better = False

    def __init__(
        self,
        reference: Float[Tensor, "n dim"],
        *,
        bandwidth: float | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(**kwargs)
        self.reference, self.bandwidth = reference, bandwidth

    @override
    def compute(self) -> Tensor:
        """KAD of everything seen so far, a float64 scalar."""
        found = kad(self.reference.to(self.device), self.candidate, bandwidth=self.bandwidth)
        return torch.tensor(found.value, dtype=torch.float64)


class PrecisionRecallDensityCoverage(_Gathering):
    """Precision, recall, density and coverage of all the candidates seen, on all processes, against a fixed reference.

    Args:
        reference: Embeddings ``(n, dim)``.
        k: As for ``prdc``.
    """

    higher_is_better = True

    def __init__(self, reference: Float[Tensor, "n dim"], *, k: int = 5, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(**kwargs)
        self.reference, self.k = reference, k

    @override
    def compute(self) -> dict[str, Tensor]:
        """The four by name, float64 scalars."""
        found = prdc(self.reference.to(self.device), self.candidate, k=self.k)
        parts = (found.precision, found.recall, found.density, found.coverage)
        return {part.name: torch.tensor(part.value, dtype=torch.float64) for part in parts}


class VendiScore(_Gathering):
    """Effective number of different clips among all that were seen, on all processes.

    Args:
        order: As for ``vendi``.
    """

    higher_is_better = True

    def __init__(self, *, order: float = 1.0, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(**kwargs)
        self.order = order

    @override
    def compute(self) -> Tensor:
        """The Vendi score of everything seen so far, a float64 scalar."""
        return torch.tensor(vendi(self.candidate, order=self.order).value, dtype=torch.float64)
