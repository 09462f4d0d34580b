"""Vendi score: how many different clips a set is worth.

Source: Friedman & Dieng 2023; orders after Pasarkar & Dieng 2024. The exponential of the Rényi entropy of the
    eigenvalues of K/n,
where K holds the cosines of all pairs. 1 for copies of one clip, n for n orthogonal ones. It needs no reference, and
it grows with n: compare equal sizes only. Small orders count rare clips, large ones are ruled by the commonest.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.metrics.bootstrap import Bootstrap, bootstrap_interval
from audioforge.metrics.embeddings import MetricError, as_set
from audioforge.metrics.measurement import Measurement


def vendi(candidate: Float[Tensor, "n dim"], *, order: float = 1.0, bootstrap: Bootstrap | None = None) -> Measurement:
    """Effective number of different clips.

    Args:
        candidate: Embeddings; they are scaled to unit length, so that a clip is worth 1 to itself.
        order: Of the entropy, at least 0, ``math.inf`` included; 1 is Shannon's.
        bootstrap: Also give an interval over clips.

    Returns:
        In [1, n]; higher is more diverse.

    Raises:
        MetricError: If the order is negative, or an embedding is zero or not finite.
    """
    if not order >= 0:
        raise MetricError(f"the order of an entropy is at least 0, got {order}.")
    candidate = as_set(candidate, "candidate")
    length = candidate.norm(dim=1, keepdim=True)
    if not bool((length > 0).all()):
        raise MetricError("an embedding is zero, so it has no direction: leave out clips whose status is not ok.")
    candidate = candidate / length

    def effective(_: None, clips: Tensor) -> float:
        return _effective_number(_spectrum(clips), order)

    measured = Measurement("vendi", effective(None, candidate), 0, len(candidate))
    if bootstrap is None:
        return measured
    return measured.with_interval(bootstrap_interval(effective, None, candidate, measured.value, bootstrap))


def _spectrum(clips: Float[Tensor, "n dim"]) -> Float[Tensor, " rank"]:
    """Eigenvalues above rounding of K/n, of the smaller of the two Gram matrices; they add up to 1."""
    gram = clips @ clips.T if len(clips) <= clips.shape[1] else clips.T @ clips
    values = torch.linalg.eigvalsh(gram / len(clips)).clamp_min(0)
    values = values[values > values[-1] * len(values) * torch.finfo(torch.float64).eps]
    return torch.divide(values, values.sum())


def _effective_number(share: Float[Tensor, " rank"], order: float) -> float:
    if order == 1:
        return float((-(share * share.log()).sum()).exp())
    if math.isinf(order):
        return float(1 / share.max())
    return float(share.pow(order).sum().log().div(1 - order).exp())
