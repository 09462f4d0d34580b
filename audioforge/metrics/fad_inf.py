"""FAD for infinitely many clips, extrapolated from sub-samples.

Source: Chong & Forsyth 2020 (FID-inf), for audio Gui et al. 2024 (arXiv 2311.01616). The bias of FAD is linear in
1/n, so a line through FADs of sub-samples meets 1/n = 0 at the unbiased value. Sub-samples are drawn **without
replacement**: with replacement, as other toolkits draw, the largest sub-samples repeat clips, and part of the bias
stays (128 dimensions, 1 000 clips, truth 0: 0.09). The line holds only where n is well above the dimension, so small
sets are refused rather than extrapolated.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.metrics.embeddings import MetricError, as_set, check_same_dim
from audioforge.metrics.frechet import EmbeddingSet, frechet_distance
from reward_models.statistics import GaussianStats


@dataclass(frozen=True)
class Extrapolation:
    """A straight line through FAD over 1/n.

    Attributes:
        value: Intercept at 1/n = 0: FAD-inf. Unbiased, so it may fall below 0.
        standard_error: Of the intercept, from the residuals; sub-samples share clips, so it is a lower bound.
        r_squared: Share of the variance that the line explains, in [0, 1]; about 0 when there is no bias left to see.
        n_reference: Clips of the reference.
        n_candidate: Clips of the candidate.
        sizes: Clips in each sub-sample.
        distances: Mean FAD of the disjoint sub-samples of each size.
    """

    value: float
    standard_error: float
    r_squared: float
    n_reference: int
    n_candidate: int
    sizes: tuple[int, ...]
    distances: tuple[float, ...]

    def __float__(self) -> float:
        return self.value


def fad_infinite(
    reference: EmbeddingSet,
    candidate: Float[Tensor, "n dim"],
    *,
    min_n: int | None = None,
    steps: int = 15,
    seed: int = 0,
) -> Extrapolation:
    """FAD extrapolated to infinitely many clips.

    Args:
        reference: Embeddings, which are sub-sampled together with the candidate's so that the bias of both goes; or
            statistics, whose own bias then stays (harmless where they are of far more clips than the candidate has).
        candidate: Embeddings of the clips being judged.
        min_n: Smallest sub-sample; by default twice the dimension.
        steps: Sizes of sub-samples, evenly spaced in 1/n from ``min_n`` to all clips.
        seed: Equal seeds give equal results.

    Raises:
        MetricError: If a set has fewer than ``2 * min_n`` clips, ``min_n`` doesn't exceed the dimension, or there are
            fewer than 5 steps.
    """
    candidate = as_set(candidate, "candidate", minimum=2)
    if isinstance(reference, Tensor):
        reference = as_set(reference, "reference", minimum=2)
    check_same_dim(reference, candidate)
    n_reference = reference.n if isinstance(reference, GaussianStats) else len(reference)
    smallest = 2 * candidate.shape[1] if min_n is None else min_n
    largest = len(candidate) if isinstance(reference, GaussianStats) else min(len(candidate), n_reference)
    _check_sizes(smallest, largest, candidate.shape[1], steps)
    sizes = _sizes(smallest, largest, steps)
    generator = torch.Generator().manual_seed(seed)
    distances = [_mean_distance(reference, candidate, n, generator) for n in sizes]
    value, error, r_squared = _fit_line([1 / n for n in sizes], distances)
    return Extrapolation(value, error, r_squared, n_reference, len(candidate), tuple(sizes), tuple(distances))


def _check_sizes(smallest: int, largest: int, dim: int, steps: int) -> None:
    if steps < 5:
        raise MetricError(f"a line with a standard error needs at least 5 sub-samples, got {steps}.")
    if smallest <= dim:
        raise MetricError(
            f"min_n must exceed the dimension ({dim}), got {smallest}: below it FAD is not linear in 1/n."
        )
    if largest < 2 * smallest:
        raise MetricError(
            f"FAD-inf needs at least {2 * smallest} clips a set (twice min_n), got {largest}: add clips, "
            "use an embedder of fewer dimensions, or report FAD with its n."
        )


def _sizes(smallest: int, largest: int, steps: int) -> list[int]:
    inverse = torch.linspace(1 / smallest, 1 / largest, steps, dtype=torch.float64)
    return [min(largest, max(smallest, round(1 / value))) for value in inverse.tolist()]


def _mean_distance(reference: EmbeddingSet, candidate: Tensor, n: int, generator: torch.Generator) -> float:
    """Mean FAD of the disjoint sub-samples of ``n`` clips that one shuffle gives: every clip is used, none twice."""
    references, candidates = _disjoint(reference, n, generator), _disjoint(candidate, n, generator)
    distances = [frechet_distance(*pair) for pair in zip(references, candidates, strict=False)]
    return sum(distances) / len(distances)


def _disjoint(one: EmbeddingSet, n: int, generator: torch.Generator) -> Iterable[EmbeddingSet]:
    if isinstance(one, GaussianStats):
        return repeat(one)
    order = torch.randperm(len(one), generator=generator).to(one.device)
    return [one[order[start : start + n]] for start in range(0, len(one) - n + 1, n)]


def _fit_line(inverse: list[float], distances: list[float]) -> tuple[float, float, float]:
    """Intercept of least squares, its standard error and R²."""
    position, height = torch.tensor(inverse).double(), torch.tensor(distances).double()
    design = torch.stack([torch.ones_like(position), position], dim=1)
    gram = torch.linalg.inv(design.T @ design)
    weights = gram @ design.T @ height
    residual = (height - design @ weights).square().sum()
    spread = (height - height.mean()).square().sum()
    error = (residual / (len(inverse) - 2) * gram[0, 0]).sqrt()
    return float(weights[0]), float(error), float(1 - residual / spread) if float(spread) > 0 else 0.0
