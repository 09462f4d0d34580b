"""Streaming mean and covariance of embeddings in constant memory, exact to rounding, in float64.

Scatter matrices are kept centred (Chan, Golub & LeVeque 1983): pooled parts equal the whole, and the sum of squares
never cancels against the mean as it does with plain sums of products. Covariances divide by ``n - 1``.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True, eq=False)
class GaussianStats:
    """How many embeddings were seen, their mean and their scatter.

    Attributes:
        n: Embeddings seen.
        mean: ``(dim,)`` float64; zeros while ``n`` is 0.
        scatter: ``(dim, dim)`` float64, sum of outer products of the deviations from the mean.
    """

    n: int
    mean: Float[Tensor, " dim"]
    scatter: Float[Tensor, "dim dim"]

    @classmethod
    def empty(cls, dim: int) -> "GaussianStats":
        """Statistics of no embeddings."""
        return cls(0, torch.zeros(dim, dtype=torch.float64), torch.zeros(dim, dim, dtype=torch.float64))

    @classmethod
    def of(cls, embedding: Tensor) -> "GaussianStats":
        """Statistics of one batch of embeddings ``(batch, dim)``.

        Raises:
            ValueError: If the embeddings are no matrix, or hold NaN or infinity.
        """
        _check(embedding)
        if len(embedding) == 0:
            return cls.empty(embedding.shape[1])
        values = embedding.detach().double()
        mean = values.mean(0)
        return cls(len(values), mean, _self_product(values - mean))

    def update(self, embedding: Float[Tensor, "batch dim"]) -> "GaussianStats":
        """The statistics after one more batch."""
        return self.merge(GaussianStats.of(embedding))

    def merge(self, other: "GaussianStats") -> "GaussianStats":
        """The statistics of both together, in any order.

        Raises:
            ValueError: If the dimensions differ.
        """
        if self.dim != other.dim:
            raise ValueError(
                f"can't pool statistics of {self.dim} and {other.dim} dimensions: use one embedder for both."
            )
        n = self.n + other.n
        if n == 0:
            return self
        shift = other.mean - self.mean
        scatter = self.scatter + other.scatter + torch.outer(shift, shift) * (self.n * other.n / n)
        return GaussianStats(n, self.mean + shift * (other.n / n), scatter)

    def without(self, embedding: Float[Tensor, " dim"]) -> "GaussianStats":
        """The statistics before ``embedding`` was seen: the downdate of leave-one-out.

        Raises:
            ValueError: If fewer than two embeddings were seen.
        """
        if self.n < 2:
            raise ValueError(f"leaving one out needs at least 2 embeddings, got {self.n}.")
        shift = embedding.detach().double() - self.mean
        scatter = self.scatter - torch.outer(shift, shift) * (self.n / (self.n - 1))
        return GaussianStats(self.n - 1, self.mean - shift / (self.n - 1), scatter)

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        return len(self.mean)

    @property
    def covariance(self) -> Float[Tensor, "dim dim"]:
        """Unbiased covariance (divisor ``n - 1``).

        Raises:
            ValueError: If fewer than two embeddings were seen.
        """
        if self.n < 2:
            raise ValueError(f"a covariance needs at least 2 embeddings, got {self.n}: add clips.")
        return self.scatter / (self.n - 1)

    @cached_property
    def factor(self) -> Float[Tensor, "rank dim"]:
        """F with FᵀF the covariance, without its null directions; computed once.

        Raises:
            ValueError: If fewer than two embeddings were seen.
        """
        values, vectors = torch.linalg.eigh(self.covariance)
        # Eigenvalues below rounding are zeros: their square roots would add up to a visible error.
        keep = values > values[-1].clamp_min(0) * len(values) * torch.finfo(torch.float64).eps
        return torch.mul(vectors[:, keep], values[keep].sqrt()).T


def rows_not_finite(embedding: Float[Tensor, "batch dim"]) -> list[int]:
    """Rows that hold NaN or infinity; where there are none, one sum over all tells in a tenth of the time."""
    if bool(embedding.sum().isfinite()):
        return []
    return [int(row) for row in (~torch.isfinite(embedding).all(1)).nonzero()[:, 0]]


def _self_product(deviation: Float[Tensor, "batch dim"]) -> Float[Tensor, "dim dim"]:
    """DᵀD. On a CPU by NumPy, which knows that it is symmetric and multiplies half of it (BLAS's ``syrk``)."""
    if deviation.device.type != "cpu":
        return deviation.T @ deviation
    rows = deviation.numpy()
    return torch.from_numpy(rows.T @ rows)


def _check(embedding: Tensor) -> None:
    if embedding.ndim != 2:
        raise ValueError(f"embeddings have shape {tuple(embedding.shape)}, expected (batch, dim).")
    if rows := rows_not_finite(embedding):
        raise ValueError(f"embedding {rows[0]} holds NaN or infinity: leave out clips whose status is not ok.")
