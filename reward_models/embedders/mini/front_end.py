"""Log-mel front end of ``mini``: window → picture of ``(mel, frame)``, in torch, on whatever device the window is on.

Conventions: power mel (HTK scale, unit-height triangles), decibels relative to the loudest bin of the window, cut at
``floor_db`` and mapped to [0, 1]: 1 is the window's own peak. A clip's level therefore never reaches the network, and
digital silence is all zeros. Frames are centred, zeros outside the window; the last, half-empty frame is dropped.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

POWER_FLOOR = 1e-10
"""Smallest mel power: -100 dB, where full scale is about +48 dB."""

QUIETEST_PEAK_DB = -20.0
"""Windows whose loudest bin is under this (about -68 dBFS) fade towards silence: they aren't blown up to full scale."""


@dataclass(frozen=True)
class FrontEndConfig:
    """How ``mini`` hears.

    Attributes:
        sample_rate: Hz.
        n_fft: Samples of the Hann window and the transform.
        hop_length: Samples from frame to frame.
        n_mels: Mel bands.
        f_min: Lower edge of the lowest band, Hz.
        f_max: Upper edge of the highest band, Hz.
        floor_db: Depth of the picture below the window's peak, dB, negative.
        window_seconds: Length of a window.
    """

    sample_rate: int = 32_000
    n_fft: int = 1024
    hop_length: int = 640
    n_mels: int = 64
    f_min: float = 40.0
    f_max: float = 15_500.0
    floor_db: float = -80.0
    window_seconds: float = 5.12

    @property
    def frames(self) -> int:
        """Frames of one window."""
        return round(self.window_seconds * self.sample_rate) // self.hop_length


def mel_filters(config: FrontEndConfig) -> Float[Tensor, "bin mel"]:
    """Triangular filters of height 1, equally spaced on the HTK mel scale ``2595 log10(1 + f / 700)``."""
    low, high = (2595.0 * math.log10(1.0 + f / 700.0) for f in (config.f_min, config.f_max))
    mels = torch.linspace(low, high, config.n_mels + 2, dtype=torch.float64)
    edges = 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
    bins = torch.linspace(0.0, config.sample_rate / 2, config.n_fft // 2 + 1, dtype=torch.float64)
    rising = (bins[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[None, 2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    return torch.minimum(rising, falling).clamp(min=0.0).float()


def peak_referenced(decibels: Float[Tensor, "window mel frame"], floor_db: float) -> Float[Tensor, "window mel frame"]:
    """Decibels relative to each window's loudest bin, cut at ``floor_db`` and mapped to [0, 1]."""
    peak = decibels.amax(dim=(1, 2), keepdim=True).clamp(min=QUIETEST_PEAK_DB)
    return (1.0 - (decibels - peak) / floor_db).clamp(min=0.0, max=1.0)


class LogMel(nn.Module):
    """Window → picture. Holds no trained parameter."""

    filters: Tensor
    hann: Tensor

    def __init__(self, config: FrontEndConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("filters", mel_filters(config), persistent=False)
        self.register_buffer("hann", torch.hann_window(config.n_fft), persistent=False)

    def decibels(self, waveform: Float[Tensor, "window time"]) -> Float[Tensor, "window mel frame"]:
        """Absolute mel power in dB (a full-scale sine is about +48), ``time // hop_length`` frames."""
        spectrum = torch.stft(
            waveform,
            self.config.n_fft,
            self.config.hop_length,
            window=self.hann,
            center=True,
            pad_mode="constant",
            return_complex=True,
        )
        power = spectrum.real.square() + spectrum.imag.square()
        mel = torch.einsum("wbf,bm->wmf", power, self.filters)
        return 10.0 * mel.clamp(min=POWER_FLOOR).log10()[..., : waveform.shape[-1] // self.config.hop_length]

    def forward(self, waveform: Float[Tensor, "window time"]) -> Float[Tensor, "window mel frame"]:
        """Peak-referenced picture in [0, 1]."""
        return peak_referenced(self.decibels(waveform), self.config.floor_db)
