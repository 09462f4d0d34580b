"""Precision, recall, density and coverage: how much of a candidate set is plausible, how much of the reference covered.

Source: Kynkäänniemi et al. 2019 (precision, recall), Naeem et al. 2020 (density, coverage). Each set is taken as the
union of balls around its clips that reach their k-th nearest neighbour. Precision: share of candidates inside the
reference. Recall: share of references inside the candidate set. Density: how many reference balls a candidate lies
in, over k (may exceed 1). Coverage: share of reference balls with a candidate in them. Higher is better. For two
samples of one distribution the expected density is 1 and the expected coverage 1 - 2⁻ᵏ at equal n; recall and
coverage depend on n, so compare equal sizes only.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.metrics.bootstrap import Bootstrap, bootstrap_interval
from audioforge.metrics.embeddings import MetricError, as_set, check_same_dim, squared_distances
from audioforge.metrics.measurement import Measurement


@dataclass(frozen=True)
class PRDC:
    """The four measurements of one candidate set.

    Attributes:
        precision: In [0, 1].
        recall: In [0, 1].
        density: At least 0; 1 for equal distributions.
        coverage: In [0, 1].
    """

    precision: Measurement
    recall: Measurement
    density: Measurement
    coverage: Measurement


_NAMES = ("precision", "recall", "density", "coverage")


def prdc(
    reference: Float[Tensor, "n dim"],
    candidate: Float[Tensor, "m dim"],
    *,
    k: int = 5,
    bootstrap: Bootstrap | None = None,
) -> PRDC:
    """Precision, recall, density and coverage of the candidate set.

    Args:
        reference: Embeddings of the clips to compare against.
        candidate: Embeddings of the clips being judged.
        k: Which neighbour a ball reaches to.
        bootstrap: Also give intervals over clips.

    Raises:
        MetricError: If the dimensions differ, ``k`` is below 1, or a set has no more than ``k`` clips (with a
            bootstrap, twice that).
    """
    if k < 1:
        raise MetricError(f"k must be at least 1, got {k}.")
    minimum = (2 if bootstrap else 1) * (k + 1)
    reference, candidate = as_set(reference, "reference", minimum), as_set(candidate, "candidate", minimum)
    check_same_dim(reference, candidate)
    values = _values(reference, candidate, k)
    return PRDC(*(_measure(index, values, reference, candidate, k, bootstrap) for index in range(len(_NAMES))))


def _measure(
    index: int, values: Float[Tensor, "4"], reference: Tensor, candidate: Tensor, k: int, bootstrap: Bootstrap | None
) -> Measurement:
    value = float(values[index])
    measured = Measurement(_NAMES[index], value, len(reference), len(candidate))
    if bootstrap is None:
        return measured

    def one(first: Tensor, second: Tensor) -> float:
        return float(_values(first, second, k)[index])

    return measured.with_interval(bootstrap_interval(one, reference, candidate, value, bootstrap))


def _values(reference: Tensor, candidate: Tensor, k: int) -> Float[Tensor, "4"]:
    """All four. Radii reach a rounding error further, as copies of a clip lie exactly on them."""
    between = squared_distances(reference, candidate)
    radius_r, radius_c = _squared_radii(reference, k), _squared_radii(candidate, k)
    rounding = 1e-12 * between.mean()
    radius_r, radius_c = (radius * (1 + 1e-9) + rounding for radius in (radius_r, radius_c))
    inside = between <= radius_r[:, None]
    return torch.stack(
        [
            inside.any(0).double().mean(),
            (between <= radius_c[None, :]).any(1).double().mean(),
            inside.double().sum(0).mean() / k,
            (between.min(1).values <= radius_r).double().mean(),
        ]
    )


def _squared_radii(embedding: Float[Tensor, "n dim"], k: int) -> Float[Tensor, " n"]:
    """Squared distance to the k-th nearest other clip."""
    distances = squared_distances(embedding, embedding)
    distances.fill_diagonal_(0)
    return distances.kthvalue(k + 1, dim=1).values
