r"""Fréchet audio distance: squared 2-Wasserstein distance of Gaussians fitted to two sets of embeddings.

Source: Dowson & Landau 1982; as a metric of audio Kilgour et al. 2019 (FAD), after Heusel et al. 2017 (FID).
Covariances divide by n - 1. Unit: squared embedding units, at least 0, lower is closer. The estimate is biased upwards
by an amount that falls like 1/n (for 512 dimensions and equal distributions: about 1.9 at n = 256, 0.1 at n = 4096):
compare FADs of equal n only, or extrapolate (``fad_infinite``). It is a metric of a set, never of a clip.

The trace of (C_r^½ C_c C_r^½)^½ is had without a matrix square root of a non-symmetric matrix, so it can't turn complex
or negative: as a sum of singular values of the product of two factors, or, for two well-conditioned covariances, from
one Cholesky factor and one symmetric eigenvalue problem.
"""

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Float
from scipy.linalg import lapack
from torch import Tensor

from audioforge.metrics.bootstrap import Bootstrap, bootstrap_interval
from audioforge.metrics.embeddings import MetricError, as_set, check_same_dim
from audioforge.metrics.measurement import Measurement
from reward_models.statistics import GaussianStats

EmbeddingSet = Float[Tensor, "n dim"] | GaussianStats

_WELL_CONDITIONED = 1e-8
"""Least eigenvalue of the covariances' product, as a share of the largest, up to which its root is exact to 1e-12."""
_BLOCK = 16
"""Columns that LAPACK reduces at once: the fastest for 512 dimensions, where it takes 32 by itself."""


def fad(reference: EmbeddingSet, candidate: EmbeddingSet, *, bootstrap: Bootstrap | None = None) -> Measurement:
    """Fréchet audio distance between two sets of clips.

    Args:
        reference: Embeddings ``(n, dim)`` of the clips to compare against, or their statistics (compute these once).
        candidate: Embeddings or statistics of the clips being judged.
        bootstrap: Also give an interval over the candidate's clips (and the reference's, where given as embeddings).

    Raises:
        MetricError: If the dimensions differ, a set has fewer than two clips or values that are not finite, or an
            interval is asked for statistics (clips can't be resampled any more).
    """
    reference, candidate = _checked(reference, "reference"), _checked(candidate, "candidate")
    check_same_dim(reference, candidate)
    measured = Measurement("fad", frechet_distance(reference, candidate), _size(reference), _size(candidate))
    if bootstrap is None:
        return measured
    if isinstance(candidate, GaussianStats):
        raise MetricError("an interval needs the candidate's embeddings, got statistics: clips can't be resampled.")
    return measured.with_interval(bootstrap_interval(frechet_distance, reference, candidate, measured.value, bootstrap))


def frechet_distance(reference: EmbeddingSet, candidate: EmbeddingSet) -> float:
    r"""Squared 2-Wasserstein distance between the Gaussians of two sets.

    .. math:: \|m_r - m_c\|^2 + \mathrm{tr}(C_r + C_c - 2 (C_r^{1/2} C_c C_r^{1/2})^{1/2})

    Args:
        reference: Float64 embeddings or statistics, at least two clips.
        candidate: Likewise, of the same dimension.

    Returns:
        At least 0; a set's distance to itself is 0 within rounding.
    """
    reference, candidate = _summarised(reference), _summarised(candidate)
    mean_r, trace_r = _mean_and_trace(reference)
    mean_c, trace_c = _mean_and_trace(candidate)
    distance = float((mean_r - mean_c).square().sum()) + trace_r + trace_c - 2 * _trace_of_root(reference, candidate)
    return max(distance, 0.0)


def _trace_of_root(reference: EmbeddingSet, candidate: EmbeddingSet) -> float:
    if isinstance(reference, Tensor) or isinstance(candidate, Tensor):
        return _nuclear_norm(_factor(reference), _factor(candidate))
    values = _product_eigenvalues(reference.scatter.cpu().numpy(), candidate.scatter.cpu().numpy())
    if values is None or not values[0] > _WELL_CONDITIONED * values[-1]:
        return _nuclear_norm(reference.factor, candidate.factor)
    return float(np.sqrt(values).sum() / ((reference.n - 1) * (candidate.n - 1)) ** 0.5)


def _product_eigenvalues(
    first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64] | None:
    """Of the product of two symmetric matrices, ascending: those of LᵀSL for F = LLᵀ. None if F isn't positive."""
    lower, info = lapack.dpotrf(first.T, lower=1, clean=0)  # transposed, it lies as LAPACK wants it
    if info or len(first) < 2:  # SciPy's dsterf doesn't take the empty off-diagonal of a single row
        return None
    congruent, _ = lapack.dsygst(second.T, lower, itype=2, lower=1)
    _, diagonal, beside, _, _ = lapack.dsytrd(congruent, lower=1, lwork=_BLOCK * len(first), overwrite_a=1)
    values, info = lapack.dsterf(diagonal, beside, overwrite_d=1, overwrite_e=1)
    return None if info else values


def _nuclear_norm(first: Float[Tensor, "r dim"], second: Float[Tensor, "s dim"]) -> float:
    """The trace of (C₁^½ C₂ C₁^½)^½ for Cᵢ = FᵢᵀFᵢ: the sum of the singular values of F₁F₂ᵀ."""
    return float(torch.linalg.svdvals(first @ second.T).sum())


def _factor(one: EmbeddingSet) -> Float[Tensor, "rank dim"]:
    """F with FᵀF the covariance: the scaled deviations themselves where clips are few, else from eigenvectors."""
    if isinstance(one, GaussianStats):
        return one.factor
    return torch.mul(one - one.mean(0), (len(one) - 1) ** -0.5)


def _summarised(one: EmbeddingSet) -> EmbeddingSet:
    """Statistics, unless the clips are so few that their deviations say it in less."""
    if isinstance(one, Tensor) and len(one) > one.shape[1]:
        return GaussianStats.of(one)
    return one


def _mean_and_trace(one: EmbeddingSet) -> tuple[Float[Tensor, " dim"], float]:
    if isinstance(one, GaussianStats):
        return one.mean, float(one.scatter.trace()) / (one.n - 1)
    mean = one.mean(0)
    return mean, float((one - mean).square().sum()) / (len(one) - 1)


def _size(one: EmbeddingSet) -> int:
    return one.n if isinstance(one, GaussianStats) else len(one)


def _checked(one: EmbeddingSet, role: str) -> EmbeddingSet:
    if not isinstance(one, GaussianStats):
        return as_set(one, role, minimum=2)
    if one.n < 2:
        raise MetricError(f"the {role}'s statistics are of {one.n} clips, FAD needs at least 2: add clips.")
    return one
