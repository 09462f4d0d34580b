"""Checks and distances that every set metric shares.

A set metric judges a *set* of clips by their embeddings, ``(n, dim)``, any device. All arithmetic is float64: in
float32 the expansion |x|² + |y|² - 2xy turns negative between near neighbours. Sets must be finite; nothing is
dropped silently.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from reward_models.statistics import GaussianStats, rows_not_finite


class MetricError(ValueError):
    """Sets from which a metric can't be had; the message says what was expected, what came and what to do."""


def as_set(embedding: Tensor, role: str, minimum: int = 1) -> Float[Tensor, "n dim"]:
    """The embeddings in float64, checked.

    Args:
        embedding: ``(n, dim)``, one row a clip.
        role: ``"reference"`` or ``"candidate"``, for messages.
        minimum: Fewest clips that the metric is defined for.

    Raises:
        MetricError: If the shape is wrong, clips are too few, or a value is not finite.
    """
    if embedding.ndim != 2 or embedding.shape[1] == 0:
        raise MetricError(
            f"the {role} has shape {tuple(embedding.shape)}, expected (clips, dim): one embedding a clip."
        )
    if len(embedding) < minimum:
        raise MetricError(f"the {role} has {len(embedding)} clips, the metric needs at least {minimum}: add clips.")
    if rows := rows_not_finite(embedding):
        raise MetricError(
            f"{len(rows)} embeddings of the {role} are not finite (first: clip {rows[0]}): "
            "leave out the clips whose status is not ok, and report how many."
        )
    return embedding.detach().double()


def check_same_dim(reference: Tensor | GaussianStats, candidate: Tensor | GaussianStats) -> None:
    """Raises ``MetricError`` if two sets can't come from one embedder."""
    dims = [one.dim if isinstance(one, GaussianStats) else one.shape[1] for one in (reference, candidate)]
    if dims[0] != dims[1]:
        raise MetricError(
            f"the reference has {dims[0]} dimensions, the candidate {dims[1]}: embed both by one embedder."
        )


def squared_distances(first: Float[Tensor, "n dim"], second: Float[Tensor, "m dim"]) -> Float[Tensor, "n m"]:
    """Squared Euclidean distances of all pairs, at least 0.

    Both sets are centred on the mean of the second first, so that a common offset costs no precision.
    """
    centre = second.mean(0)
    left, right = first - centre, second - centre
    squares = left.square().sum(1)[:, None] + right.square().sum(1)[None, :] - 2 * left @ right.T
    return squares.clamp_min_(0)


def median_distance(embedding: Float[Tensor, "n dim"], *, at_most: int = 2000) -> float:
    """Median Euclidean distance of all pairs of different clips: the kernel bandwidth of Gretton et al. 2012.

    Args:
        embedding: At least two clips.
        at_most: Beyond so many clips every k-th is taken; the median of two million pairs is settled.

    Raises:
        MetricError: If the clips coincide, so that no bandwidth can be had.
    """
    step = -(-len(embedding) // at_most)
    clips = embedding[::step].double()
    row, column = torch.triu_indices(len(clips), len(clips), offset=1)
    median = float(squared_distances(clips, clips)[row, column].sqrt().quantile(0.5)) if len(clips) > 1 else 0.0
    if not median > 0:
        raise MetricError("the reference clips coincide, so there is no kernel bandwidth: use different clips.")
    return median
