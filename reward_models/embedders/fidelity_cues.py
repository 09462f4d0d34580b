"""``fidelity_cues``: the ``fidelity`` embedder's vector and, behind it, cues that its pictures can't show.

Cues are plain numbers about the steadiness of speed (``speed_cues``) and the grain of the spectrum (``grain_cues``),
computed from the waveform without any trained weight. They are in units of their own, so the last number of a vector
stands for 1: what a reader divides by to get them back after the vector was scaled to unit length. Made for a quality
head to read (``reward_models.heads.ensemble``); for distances the plain ``fidelity`` is the better choice.

Conventions: those of ``fidelity``.
"""

import hashlib
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from reward_models.embedders import grain_cues, speed_cues
from reward_models.embedders.base import Embedder
from reward_models.embedders.fidelity import WINDOWS_AT_ONCE, FidelityEmbedder

VERSION = "cues-1"
"""Of the cues' arithmetic: another one means other vectors, hence another fingerprint."""
CUES = speed_cues.SPEED_CUES + grain_cues.GRAIN_CUES


class FidelityCuesEmbedder(Embedder):
    """Networks' vectors, cues, and 1, one after the other.

    Args:
        fidelity: Whose networks are looked through, and on whose device.
    """

    name = "fidelity_cues"
    sample_rate = FidelityEmbedder.sample_rate
    window_seconds = FidelityEmbedder.window_seconds
    hop_seconds: float | None = FidelityEmbedder.hop_seconds

    def __init__(self, fidelity: FidelityEmbedder) -> None:
        self.fidelity, self.device = fidelity, fidelity.device
        self.dim = fidelity.dim + CUES + 1
        self.fingerprint = hashlib.sha256(f"{fidelity.fingerprint} {VERSION}".encode()).hexdigest()[:16]
        self._long, self._short = (
            torch.hann_window(size, device=self.device) for size in (speed_cues.N_FFT, grain_cues.N_FFT)
        )

    @classmethod
    def load(cls, folder: Path, device: str | torch.device = "cpu") -> "FidelityCuesEmbedder":
        """Reads a checkpoint of ``fidelity``; cues have none.

        Raises:
            CheckpointError: As ``FidelityEmbedder.load``.
        """
        return cls(FidelityEmbedder.load(folder, device))

    @override
    def embed_windows(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window dim"]:
        cues = torch.cat([self.cues(chunk) for chunk in torch.split(windows, WINDOWS_AT_ONCE)])
        return torch.cat([self.fidelity.embed_windows(windows), cues, torch.ones_like(cues[:, :1])], dim=1)

    def cues(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window cue"]:
        """``CUES`` numbers a window."""
        level = windows / windows.abs().amax(1, keepdim=True).clamp_min(1e-6)
        return torch.cat([*speed_cues.speed_cues(level, self._long), *grain_cues.grain_cues(level, self._short)], dim=1)
