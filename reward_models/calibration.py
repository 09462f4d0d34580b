"""From a cosine to the probability that clip and request belong together.

Platt's logistic calibration, fitted on named held-out pairs, as many matched as mismatched: 0.5 reads "as likely as not
at even odds". A calibration belongs to one embedder's fingerprint and is never used with another.
"""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor

from reward_models.checkpoints import CheckpointError


@dataclass(frozen=True)
class MatchCalibration:
    """Logistic map from cosine to probability of a match.

    Attributes:
        slope: Per unit of cosine, above 0.
        intercept: Log odds at cosine 0.
        fingerprint: The embedder it was fitted for.
        version: Names this fit; part of every score's provenance.
        data: What it was fitted and tested on, in words.
        ece: Expected calibration error on the pairs that were held out of the fit, in [0, 1].
        pairs: How many pairs it was fitted on.
    """

    slope: float
    intercept: float
    fingerprint: str
    version: str
    data: str
    ece: float
    pairs: int

    def __post_init__(self) -> None:
        if not 0 < self.slope < math.inf or not math.isfinite(self.intercept):
            got = f"got {self.slope} and intercept {self.intercept}"
            raise CheckpointError(f"a calibration's slope must be above 0, {got}: the fit found no signal.")

    def probability(self, cosine: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Probability of a match in [0, 1]; NaN stays NaN."""
        return torch.sigmoid(self.slope * cosine + self.intercept)

    def save(self, path: Path) -> None:
        """Writes the calibration as JSON."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def load_calibration(path: Path) -> MatchCalibration | None:
    """The calibration stored at ``path``, or None where there is none.

    Raises:
        CheckpointError: If the file has other fields than a calibration's.
    """
    if not path.is_file():
        return None
    try:
        return MatchCalibration(**json.loads(path.read_text(encoding="utf-8")))
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is no calibration ({error}): make it with `audioforge calibrate`.") from error


def fit_match_calibration(
    cosine: Float[Tensor, " pair"], matched: Float[Tensor, " pair"], *, steps: int = 200
) -> tuple[float, float]:
    """Slope and intercept of the logistic regression of ``matched`` (0 or 1) on ``cosine``, by Newton's method.

    Args:
        cosine: Of each pair.
        matched: 1 where clip and request belong together, else 0.
        steps: At most so many Newton steps.

    Returns:
        ``(slope, intercept)``.
    """
    design = torch.stack([cosine.double(), torch.ones_like(cosine, dtype=torch.float64)], dim=1)
    target, weights = matched.double(), torch.zeros(2, dtype=torch.float64)
    for _ in range(steps):
        probability = torch.sigmoid(design @ weights)
        # A trace of ridge keeps separable pairs from sending the slope to infinity.
        gradient = design.T @ (probability - target) + 1e-3 * weights
        hessian = (design * (probability * (1 - probability))[:, None]).T @ design + 1e-3 * torch.eye(2).double()
        step = torch.linalg.solve(hessian, gradient)
        weights = weights - step
        if float(step.abs().max()) < 1e-9:
            break
    return float(weights[0]), float(weights[1])


def expected_calibration_error(
    probability: Float[Tensor, " pair"], matched: Float[Tensor, " pair"], *, bins: int = 10
) -> float:
    """Mean gap between stated and found frequency over equal bins, weighted by their share (Naeini et al. 2015)."""
    index = (probability * bins).long().clamp(0, bins - 1)
    total = 0.0
    for bin_index in range(bins):
        inside = index == bin_index
        if bool(inside.any()):
            gap = probability[inside].double().mean() - matched[inside].double().mean()
            total += float(gap.abs()) * float(inside.double().mean())
    return total


def cross_fitted_match_calibration(
    cosine: Float[Tensor, " pair"], matched: Float[Tensor, " pair"], fold: Int[Tensor, " pair"]
) -> tuple[float, float, float]:
    """Slope and intercept fitted on all pairs, and a calibration error that no pair was fitted for.

    Args:
        cosine: Of each pair.
        matched: 1 where clip and request belong together, else 0.
        fold: Which part each pair belongs to; each part is tested by a fit on the others.

    Returns:
        ``(slope, intercept, ece)``; the error is the mean over the parts.
    """
    errors = []
    for held in sorted(set(fold.tolist())):
        slope, intercept = fit_match_calibration(cosine[fold != held], matched[fold != held])
        probability = torch.sigmoid(slope * cosine[fold == held] + intercept)
        errors.append(expected_calibration_error(probability, matched[fold == held]))
    return (*fit_match_calibration(cosine, matched), sum(errors) / len(errors))
