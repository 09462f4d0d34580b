"""Kernel audio distance: 100 × the unbiased squared maximum mean discrepancy under a Gaussian kernel.

Source: Gretton et al. 2012 (MMD), for audio Chung et al. 2025 (KAD, arXiv 2502.15602). The kernel is exp(-|x - y|² /
(2 b²)); the bandwidth b is the median pairwise distance of the **reference**, so that every candidate is measured by
one kernel (kadtk takes the candidate's, its issue 9, and candidates then don't compare). No Gaussian is assumed, and
there is no bias in n: small sets give a noisy value, not a shifted one. Being unbiased, it may be negative. Lower is
closer.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.metrics.bootstrap import Bootstrap, bootstrap_interval
from audioforge.metrics.embeddings import MetricError, as_set, check_same_dim, median_distance, squared_distances
from audioforge.metrics.measurement import Measurement

SCALE = 100.0
_ROWS = 2048  # bounds memory: kernel values of so many clips against all others at a time


def kad(
    reference: Float[Tensor, "n dim"],
    candidate: Float[Tensor, "m dim"],
    *,
    bandwidth: float | None = None,
    bootstrap: Bootstrap | None = None,
) -> Measurement:
    """Kernel audio distance between two sets of clips.

    Args:
        reference: Embeddings of the clips to compare against.
        candidate: Embeddings of the clips being judged.
        bandwidth: Of the kernel, in embedding units; by default the reference's median pairwise distance.
        bootstrap: Also give an interval over clips; the bandwidth stays as it is.

    Raises:
        MetricError: If the dimensions differ, a set has fewer than two clips, or the bandwidth is not above 0.
    """
    reference, candidate = as_set(reference, "reference", minimum=2), as_set(candidate, "candidate", minimum=2)
    check_same_dim(reference, candidate)
    width = median_distance(reference) if bandwidth is None else bandwidth
    if not width > 0:
        raise MetricError(f"a kernel's bandwidth must be above 0, got {width}.")

    def distance(first: Tensor, second: Tensor) -> float:
        return SCALE * squared_mmd(first, second, width)

    measured = Measurement("kad", distance(reference, candidate), len(reference), len(candidate))
    if bootstrap is None:
        return measured
    return measured.with_interval(bootstrap_interval(distance, reference, candidate, measured.value, bootstrap))


def squared_mmd(reference: Float[Tensor, "n dim"], candidate: Float[Tensor, "m dim"], bandwidth: float) -> float:
    """Unbiased squared MMD (Gretton et al. 2012, eq. 3); a clip is never compared with itself."""
    within = _mean_kernel(reference, reference, bandwidth, same=True)
    within += _mean_kernel(candidate, candidate, bandwidth, same=True)
    return within - 2 * _mean_kernel(reference, candidate, bandwidth, same=False)


def gaussian_kernel(
    first: Float[Tensor, "n dim"], second: Float[Tensor, "m dim"], bandwidth: float
) -> Float[Tensor, "n m"]:
    """exp(-|x - y|² / (2 b²)) of all pairs, in (0, 1]."""
    return squared_distances(first, second).mul_(-0.5 / bandwidth**2).exp_()


def _mean_kernel(first: Tensor, second: Tensor, bandwidth: float, *, same: bool) -> float:
    parts = torch.split(first, _ROWS)
    total = math.fsum(float(gaussian_kernel(rows, second, bandwidth).sum()) for rows in parts)
    if not same:
        return total / (len(first) * len(second))
    return (total - len(first)) / (len(first) * (len(first) - 1))
