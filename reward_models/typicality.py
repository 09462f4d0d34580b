"""How typical one clip is of a set: the per-clip counterpart of a set distance. Higher is more typical.

A single clip has no covariance, so a clip has no FAD. It has a Mahalanobis distance to the set's Gaussian, and a
value of the set's kernel mean (the witness function of MMD). Both are fixed by the reference alone: no clip's
typicality depends on the clips beside it.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from reward_models.statistics import GaussianStats

PRIOR_CLIPS = 500.0
"""The sphere counts as so many clips. Shrinkage made for estimating a covariance (about 0.1 with 45 clips) leaves
directions that the few clips happen not to use too costly: unheard clips of the category fall out with the aliens. The
figures are in docs/rewards/style_consistency.md."""


@dataclass(frozen=True, eq=False)
class MahalanobisTypicality:
    """Minus the Mahalanobis distance under a shrunk covariance, in standard deviations.

    Attributes:
        mean: ``(dim,)`` of the reference.
        cholesky: ``(dim, dim)`` lower factor of the shrunk covariance.
        shrinkage: Weight of the sphere in it, in [0, 1].
    """

    mean: Float[Tensor, " dim"]
    cholesky: Float[Tensor, "dim dim"]
    shrinkage: float

    @classmethod
    def of(cls, stats: GaussianStats) -> "MahalanobisTypicality":
        """The typicality under a reference's statistics.

        Raises:
            ValueError: If the reference has fewer than three clips, or they coincide.
        """
        covariance, shrinkage = shrunk_covariance(stats)
        return cls(stats.mean, torch.linalg.cholesky(covariance), shrinkage)

    def __call__(self, embedding: Float[Tensor, "batch dim"]) -> Float[Tensor, " batch"]:
        """Typicality of each clip, at most 0; NaN rows stay NaN."""
        deviation = (embedding.double() - self.mean).T
        whitened = torch.linalg.solve_triangular(self.cholesky, deviation, upper=False)
        return torch.neg(torch.linalg.vector_norm(whitened, dim=0))


@dataclass(frozen=True, eq=False)
class KernelTypicality:
    """Logarithm of the mean Gaussian kernel to the reference clips.

    The logarithm keeps clips apart that are so far away that every kernel value rounds to 0.

    Attributes:
        reference: ``(n, dim)`` float64.
        bandwidth: In embedding units.
    """

    reference: Float[Tensor, "n dim"]
    bandwidth: float

    def __call__(self, embedding: Float[Tensor, "batch dim"]) -> Float[Tensor, " batch"]:
        """Typicality of each clip, at most 0; NaN rows stay NaN."""
        squares = torch.cdist(embedding.double(), self.reference).square()
        mean = torch.logsumexp(squares * (-0.5 / self.bandwidth**2), dim=1)
        return mean - torch.tensor(float(len(self.reference))).log()


def shrunk_covariance(stats: GaussianStats) -> tuple[Float[Tensor, "dim dim"], float]:
    """Covariance pulled towards a sphere of the same trace, well-conditioned with fewer clips than dimensions.

    The weight of the sphere is that of ``oracle_shrinkage``, but at least that of ``PRIOR_CLIPS`` spherical clips.

    Returns:
        The covariance (divisor n) and the weight of the sphere, in [0, 1].

    Raises:
        ValueError: If there are fewer than three clips, or they coincide.
    """
    if stats.n < 3:
        raise ValueError(f"a typicality needs at least 3 reference clips, got {stats.n}: add clips.")
    covariance = stats.scatter / stats.n
    trace = float(covariance.trace())
    if not trace > 0:
        raise ValueError("the reference clips coincide, so nothing is more or less typical: use different clips.")
    weight = max(oracle_shrinkage(covariance, stats.n), PRIOR_CLIPS / (PRIOR_CLIPS + stats.n))
    sphere = torch.eye(stats.dim, dtype=torch.float64) * (trace / stats.dim)
    return covariance * (1 - weight) + sphere * weight, weight


def oracle_shrinkage(covariance: Float[Tensor, "dim dim"], n: int) -> float:
    """Weight of the sphere that comes closest to the covariance of a Gaussian, estimated from its sample of ``n``.

    Source: oracle-approximating shrinkage, Chen, Wiesel, Eldar & Hero 2010, eq. 23. It needs no more than what
    statistics stream, unlike Ledoit & Wolf's, from which it differs little here.
    """
    dim, trace, squares = len(covariance), float(covariance.trace()), float(covariance.square().sum())
    numerator = (1 - 2 / dim) * squares + trace**2
    denominator = (n + 1 - 2 / dim) * (squares - trace**2 / dim)
    return 1.0 if denominator <= 0 else min(1.0, numerator / denominator)
