"""Predicted damage of a clip from a frozen embedding, by an ensemble that knows its uncertainty.

Damage is in the unit of ``training.audible_damage``: decibels of log-spectral distance to a clean original that nobody
has. Members predict ``log(1 + damage)``. The score is a rank: the share of the calibration clips (held-out groups, half
clean, half under graded degradations) that are predicted to be *more* damaged, so that 0.5 sits between the two halves.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from reward_models.checkpoints import CheckpointError, built_from, fingerprint, load_config, load_weights
from reward_models.embedders.base import Embedder
from reward_models.heads.ensemble import Ensemble

FORMAT = "quality-head-1"
RETRAIN = "python training/fit_quality_head.py --embedder {name} --out {folder}"


@dataclass(frozen=True)
class QualityHeadConfig:
    """What ``config.json`` holds.

    Attributes:
        embedder: Name of the embedder that it reads.
        embedder_fingerprint: Of exactly those weights and that front end.
        dim: Length of an embedding.
        hidden: Units of a member.
        members: How many.
        knots: Calibration: predicted log damage, rising, at equal steps of share from the best to the worst clip.
        data: What it was trained and calibrated on, in words.
        version: Names this fit.
        format: ``quality-head-1``.
        parts: Vectors that an embedding is made of; see ``Ensemble``.
    """

    embedder: str
    embedder_fingerprint: str
    dim: int
    hidden: int
    members: int
    knots: tuple[float, ...]
    data: str
    version: str
    format: str = FORMAT
    parts: int = 1


class QualityHeadModel:
    """Ensemble and calibration.

    Args:
        ensemble: With its weights.
        config: What it is.
        fingerprint: Of the checkpoint.
        folder: Where it came from, for messages.
    """

    def __init__(self, ensemble: Ensemble, config: QualityHeadConfig, fingerprint: str, folder: Path) -> None:
        self.ensemble = ensemble.eval().requires_grad_(False)
        self.config, self.fingerprint, self.folder = config, fingerprint, folder
        self._knots = torch.tensor(config.knots, dtype=torch.float64)

    @classmethod
    def load(cls, folder: Path) -> "QualityHeadModel":
        """Reads ``config.json`` and ``model.safetensors``.

        Raises:
            CheckpointError: If a file is missing, damaged or of another format; the message says how to remake it.
        """
        with built_from(folder):
            config = _config(load_config(folder), folder)
            ensemble = Ensemble(config.dim, config.hidden, config.members, config.parts)
            _load_state(ensemble, config, folder)
            return cls(ensemble, config, fingerprint(folder), folder)

    def check(self, embedder: Embedder) -> None:
        """Refuses embeddings that the head wasn't trained on.

        Raises:
            CheckpointError: With both fingerprints and the command that trains a head for this embedder.
        """
        if embedder.fingerprint != self.config.embedder_fingerprint:
            raise CheckpointError(
                f"the quality head in {self.folder} was trained on {self.config.embedder!r} with fingerprint "
                f"{self.config.embedder_fingerprint}, got {embedder.name!r} with {embedder.fingerprint}: "
                f"retrain it with `{RETRAIN.format(name=embedder.name, folder=self.folder)}`."
            )

    def log_damage(self, embedding: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch member"]:
        """Each member's ``log(1 + damage in dB)``; NaN rows stay NaN."""
        with torch.no_grad():
            members: Tensor = self.ensemble(embedding.float())
        return members

    def share_worse(self, log_damage: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Share of the calibration clips with more damage: 1 for the best, 0 for the worst, NaN for NaN."""
        return 1 - share_below(log_damage, self._knots)


def share_below(value: Float[Tensor, "*shape"], knots: Float[Tensor, " knot"]) -> Float[Tensor, "*shape"]:
    """Empirical distribution function through ``knots`` at equal steps of share, linear between, flat outside."""
    known = value.double().nan_to_num(0.0)
    upper = torch.searchsorted(knots, known.contiguous()).clamp(1, len(knots) - 1)
    low, high = knots[upper - 1], knots[upper]
    within = ((known - low) / (high - low).clamp_min(1e-12)).clamp(0, 1)
    share = ((upper - 1 + within) / (len(knots) - 1)).float()
    return torch.where(value.isnan(), float("nan"), share)


def config_to_json(config: QualityHeadConfig) -> dict[str, object]:
    """The form that ``QualityHeadModel.load`` reads."""
    return asdict(config)


def _load_state(ensemble: Ensemble, config: QualityHeadConfig, folder: Path) -> None:
    try:
        ensemble.load_state_dict({name: tensor.float() for name, tensor in load_weights(folder).items()})
    except RuntimeError as error:
        raise CheckpointError(
            f"{folder / 'model.safetensors'} doesn't fit its config.json ({error}): retrain it with "
            f"`{RETRAIN.format(name=config.embedder, folder=folder)}`."
        ) from error


def _config(values: Mapping[str, object], folder: Path) -> QualityHeadConfig:
    if values.get("format") != FORMAT:
        raise CheckpointError(
            f"{folder / 'config.json'} says format {values.get('format')!r}, expected {FORMAT!r}: make a new "
            "checkpoint with training/fit_quality_head.py."
        )
    try:
        config = QualityHeadConfig(**values)  # type: ignore[arg-type]
    except TypeError as error:
        raise CheckpointError(f"{folder / 'config.json'} is no quality head ({error}): train it again.") from error
    knots = torch.tensor(config.knots, dtype=torch.float64)
    if len(knots) < 2 or bool((knots.diff() < 0).any()):
        raise CheckpointError(f"{folder / 'config.json'}: 'knots' must be at least two rising numbers: train it again.")
    return config
