r"""Log-mel front end of the ported embedders: :math:`\log_{10}(10^4 p + 1)` of mel-band powers, in torch, batched.

Frames lie wholly inside their window (no centring, no padding), so a frame sees the same samples as it would in the
middle of a longer recording, and a window of ``(frames - 1) * hop_length + n_fft`` samples gives ``frames`` of them.
Powers are squared magnitudes of the unscaled FFT: a full-scale sine under a Hann window has a peak of ``(n_fft / 4)²``.
This is no dB scale; silence is exactly 0.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Float
from torch import Tensor

MelScale = Literal["htk", "slaney"]
MelNorm = Literal["unit_sum", "slaney"]

_SLANEY_BREAK_HZ = 1000.0
_SLANEY_BREAK_MEL = 15.0
_SLANEY_LOG_STEP = np.log(6.4) / 27.0


@dataclass(frozen=True)
class MelSettings:
    """Everything that decides the front end's numbers.

    Attributes:
        sample_rate: Hz.
        n_fft: Frame length in samples.
        hop_length: Distance of frames in samples.
        n_mels: Bands, between 0 Hz and half the rate.
        scale: ``htk`` is logarithmic throughout; ``slaney`` linear below 1 kHz.
        norm: ``unit_sum`` makes each band's weights sum to 1; ``slaney`` gives each triangle unit area in Hz.
        periodic_window: Whether the Hann window is periodic (librosa) or symmetric (Essentia).
    """

    sample_rate: int
    n_fft: int
    hop_length: int
    n_mels: int
    scale: MelScale
    norm: MelNorm
    periodic_window: bool

    def window_length(self, frames: int) -> int:
        """Samples that hold exactly ``frames`` frames."""
        return (frames - 1) * self.hop_length + self.n_fft


class ShiftedLogMel:
    """Windows of audio → ``log10(10000 * mel power + 1)``.

    Args:
        settings: What to compute.
        device: Where.
    """

    def __init__(self, settings: MelSettings, device: torch.device) -> None:
        self.settings = settings
        self._filterbank = torch.from_numpy(mel_filterbank(settings).astype(np.float32)).to(device)
        self._window = torch.hann_window(settings.n_fft, periodic=settings.periodic_window, device=device)

    def __call__(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window frame mel"]:
        """Log-mel values, 0 for silence, about 9.5 for a full-scale tone at n_fft 2048."""
        frames = windows.unfold(-1, self.settings.n_fft, self.settings.hop_length) * self._window
        power = torch.fft.rfft(frames).abs().square()
        return torch.log10(1e4 * (power @ self._filterbank) + 1.0)


def mel_filterbank(settings: MelSettings) -> npt.NDArray[np.float64]:
    """Triangles in the mel domain for ``htk`` (as Essentia's), in Hz for ``slaney`` (as librosa's): ``(bin, mel)``."""
    bins_hz = np.linspace(0.0, settings.sample_rate / 2, settings.n_fft // 2 + 1)
    if settings.scale == "htk":
        axis = _htk_mel(bins_hz)
        corners = np.linspace(0.0, axis[-1], settings.n_mels + 2)
    else:
        axis = bins_hz
        corners = _slaney_hz(np.linspace(0.0, _slaney_mel(settings.sample_rate / 2), settings.n_mels + 2))
    triangles = _triangles(axis, corners)
    heights = 1.0 / triangles.sum(0) if settings.norm == "unit_sum" else 2.0 / (corners[2:] - corners[:-2])
    filterbank: npt.NDArray[np.float64] = triangles * heights
    return filterbank


def _triangles(axis: npt.NDArray[np.float64], corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    rising = (axis[:, None] - corners[:-2]) / (corners[1:-1] - corners[:-2])
    falling = (corners[2:] - axis[:, None]) / (corners[2:] - corners[1:-1])
    triangles: npt.NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling))
    return triangles


def _htk_mel(hertz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    mel: npt.NDArray[np.float64] = 1127.01048 * np.log1p(hertz / 700.0)
    return mel


def _slaney_mel(hertz: float) -> float:
    if hertz < _SLANEY_BREAK_HZ:
        return hertz * _SLANEY_BREAK_MEL / _SLANEY_BREAK_HZ
    return float(_SLANEY_BREAK_MEL + np.log(hertz / _SLANEY_BREAK_HZ) / _SLANEY_LOG_STEP)


def _slaney_hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    linear = mel * _SLANEY_BREAK_HZ / _SLANEY_BREAK_MEL
    hertz: npt.NDArray[np.float64] = np.where(
        mel < _SLANEY_BREAK_MEL, linear, _SLANEY_BREAK_HZ * np.exp((mel - _SLANEY_BREAK_MEL) * _SLANEY_LOG_STEP)
    )
    return hertz
