"""What can be told of a clip in numbers: tempo (learned), brightness, dynamics and stereo width (measured).

Measured values are ranked among the shipped reference clips: 0.9 bright means brighter than nine in ten of them.
"""

import math
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from reward_models.audio import resample_clip
from reward_models.checkpoints import CheckpointError, built_from, fingerprint, load_config, load_weights
from reward_models.embedders.mini.front_end import LogMel
from reward_models.heads.quality_head import share_below
from reward_models.heads.tempo import FRONT_END, SHORTEST_SECONDS, TempoNetwork, beat_features, onset_strength

FORMAT = "technical-head-1"
RETRAIN = "python training/fit_technical_head.py"

Clip = Float[Tensor, "channel time"]


def brightness(clip: Clip, sample_rate: int) -> float:
    """Spectral centroid of the whole clip, in octaves above 1 kHz (negative below)."""
    power = torch.fft.rfft(clip.mean(0)).abs().square()
    frequency = torch.linspace(0, sample_rate / 2, len(power))
    centroid = float((power * frequency).sum() / power.sum().clamp_min(1e-20))
    return math.log2(max(centroid, 20.0) / 1_000)


def dynamics(clip: Clip, sample_rate: int) -> float:
    """Crest factor: peak over root mean square, in dB; 3 for a sine, above 15 for sparse hits."""
    mono = clip.mean(0)
    return 20 * math.log10(float(mono.abs().max()) / max(float(mono.square().mean().sqrt()), 1e-9) + 1e-9)


def width(clip: Clip, sample_rate: int) -> float:
    """Side's share of mid and side energy: 0 for mono, 0.5 for unrelated channels, 1 for opposite ones."""
    if clip.shape[0] < 2:
        return 0.0
    mid, side = clip[0] + clip[1], clip[0] - clip[1]
    energy = float(mid.square().sum() + side.square().sum())
    return float(side.square().sum()) / max(energy, 1e-12)


MEASURES: dict[str, Callable[[Clip, int], float]] = {"brightness": brightness, "dynamics": dynamics, "width": width}
"""What is measured, by name."""


class TechnicalHeadModel:
    """Tempo network and the reference clips' distributions.

    Args:
        network: With its weights.
        knots: Quantiles of each measure over the reference clips, at equal steps of share.
        fingerprint: Of the checkpoint.
    """

    def __init__(self, network: TempoNetwork, knots: Mapping[str, list[float]], fingerprint: str) -> None:
        self.network = network.eval().requires_grad_(False)
        self.fingerprint = fingerprint
        self._knots = {name: torch.tensor(own, dtype=torch.float64) for name, own in knots.items()}
        self._front_end = LogMel(FRONT_END)

    @classmethod
    def load(cls, folder: Path) -> "TechnicalHeadModel":
        """Reads ``config.json`` and ``model.safetensors``.

        Raises:
            CheckpointError: If a file is missing, damaged or of another format; the message says how to remake it.
        """
        config = load_config(folder)
        knots = config.get("knots")
        if config.get("format") != FORMAT or not isinstance(knots, dict) or set(knots) != set(MEASURES):
            raise CheckpointError(f"{folder / 'config.json'} is not of format {FORMAT!r}: remake it with {RETRAIN}.")
        network = TempoNetwork()
        try:
            network.load_state_dict(load_weights(folder))
        except RuntimeError as error:
            raise CheckpointError(
                f"{folder / 'model.safetensors'} doesn't fit the network ({error}): remake it with {RETRAIN}."
            ) from error
        with built_from(folder):
            return cls(network, knots, fingerprint(folder))

    def tempo_probability(self, clip: Clip, sample_rate: int) -> Float[Tensor, " tempo"] | None:
        """Probability of each candidate of ``reward_models.heads.tempo.tempi``; None under a second of sound."""
        if clip.shape[1] < SHORTEST_SECONDS * sample_rate:
            return None
        mono = resample_clip(clip.mean(0, keepdim=True).cpu(), sample_rate, FRONT_END.sample_rate)[0]
        with torch.no_grad():
            features = beat_features(onset_strength(mono, self._front_end))
            log_probability: Tensor = self.network(features[None])[0]
        return log_probability.exp()

    def rank(self, measure: str, clip: Clip, sample_rate: int) -> float:
        """Share of the reference clips with less of a measure."""
        value = torch.tensor(MEASURES[measure](clip, sample_rate))
        return float(share_below(value, self._knots[measure]))
