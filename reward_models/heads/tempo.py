"""Tempo of a clip, as a distribution over beats a minute.

Onsets in four frequency regions are compared with themselves at a tempo's beat and at simple fractions and multiples of
it (an autocorrelation); a small perceptron, the same for every tempo, scores how much that looks like a beat. Sharing
it makes the model equivariant: a pattern learned at 90 is known at 140. What stays ambiguous in music stays so here:
half and double tempo share the mass.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn
from typing_extensions import override

from reward_models.embedders.mini.front_end import FrontEndConfig, LogMel

FRONT_END = FrontEndConfig(sample_rate=32_000, n_fft=1024, hop_length=320, n_mels=40, f_min=40.0, f_max=15_500.0)
FRAMES_A_SECOND = FRONT_END.sample_rate / FRONT_END.hop_length
REGIONS = 4
MULTIPLES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
"""Of a beat, at which onsets are compared."""
SLOWEST, FASTEST, STEPS = 45.0, 220.0, 240
LONGEST_SECONDS = 15.0
SHORTEST_SECONDS = 1.0


def tempi() -> Float[Tensor, " tempo"]:
    """The candidates in beats a minute, equal ratios (0.7 %) apart."""
    return torch.logspace(math.log10(SLOWEST), math.log10(FASTEST), STEPS)


def onset_strength(waveform: Float[Tensor, " time"], front_end: LogMel) -> Float[Tensor, "region frame"]:
    """Rise of level in each frequency region from frame to frame, mean removed; level-blind."""
    picture = front_end(waveform[None, : round(LONGEST_SECONDS * FRONT_END.sample_rate)])[0]
    rise = picture.diff(dim=1).clamp_min(0).unflatten(0, (REGIONS, -1)).mean(1)
    centred: Tensor = rise - rise.mean(1, keepdim=True)
    return centred


def beat_features(onsets: Float[Tensor, "region frame"]) -> Float[Tensor, "tempo feature"]:
    """For every candidate tempo: similarity of the onsets with themselves at multiples of its beat."""
    frames = onsets.shape[1]
    spectrum = torch.fft.rfft(onsets, 2 * frames)
    overlap = torch.arange(frames, 0, -1) / frames
    correlation = torch.fft.irfft(spectrum.abs().square(), 2 * frames)[:, :frames] / overlap
    correlation = correlation / correlation[:, :1].clamp_min(1e-9)
    beat = 60.0 / tempi() * FRAMES_A_SECOND
    lag = beat[:, None] * torch.tensor(MULTIPLES)
    known = (lag < 0.85 * frames).float()  # further out, too little overlaps to tell
    low = lag.long().clamp(0, frames - 2)
    between = (lag - low).clamp(0, 1)
    value = (correlation[:, low] * (1 - between) + correlation[:, low + 1] * between) * known
    prior = torch.log2(tempi() / 120.0)[:, None]
    return torch.cat([value.permute(1, 2, 0).flatten(1), known, prior, prior.square()], dim=1)


FEATURES = len(MULTIPLES) * (REGIONS + 1) + 2


class TempoNetwork(nn.Module):
    """Features of every candidate tempo → log probability of each."""

    def __init__(self, hidden: int = 32) -> None:
        super().__init__()
        self.score = nn.Sequential(
            nn.Linear(FEATURES, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 1)
        )

    @override
    def forward(self, features: Float[Tensor, "clip tempo feature"]) -> Float[Tensor, "clip tempo"]:
        scores: Tensor = self.score(features)
        return torch.log_softmax(scores[..., 0], dim=-1)


def near(asked: float, tolerance: float = 0.04) -> Float[Tensor, " tempo"]:
    """1 for candidates within ``tolerance`` of ``asked`` beats a minute, of half or of double of it; else 0."""
    ratio = tempi()[:, None] / (asked * torch.tensor([0.5, 1.0, 2.0]))
    return ((ratio.log().abs() <= math.log1p(tolerance)).any(1)).float()


def folded_error(found: float, asked: float) -> float:
    """Relative error of a tempo, taken against the asked tempo, its half or its double, whichever is nearest."""
    return min(abs(found / (asked * octave) - 1) for octave in (0.5, 1.0, 2.0))
