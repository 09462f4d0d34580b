"""What a log-mel picture at 10 ms can't show of a window: fine pitch, fine time, and the shape of the waveform.

Three further views, each boiled down to statistics over the window, so that they cost little and generalise: wow and
flutter move partials by less than a mel band, clicks and stutter last less than a frame, and clipping lives in how
the amplitudes are spread. Nothing is trained here.

Conventions: mono windows at 32 kHz, level-blind, nothing above 14 kHz is used (what lies there tells of codecs).
"""

import itertools

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn
from typing_extensions import override

from reward_models.embedders.mini.front_end import POWER_FLOOR, FrontEndConfig, LogMel

FINE_PITCH = FrontEndConfig(
    sample_rate=32_000, n_fft=4096, hop_length=640, n_mels=160, f_min=40.0, f_max=6_000.0, window_seconds=3.0
)
FINE_TIME = FrontEndConfig(
    sample_rate=32_000, n_fft=256, hop_length=64, n_mels=20, f_min=60.0, f_max=13_500.0, window_seconds=3.0
)
PITCH_REGIONS = 16
LAGS = (1, 2, 4, 8, 16, 32)
"""Frames of 2 ms over which fine time is compared."""
MODULATION_EDGES_HZ = (0.7, 1.5, 3.0, 6.0, 9.0, 14.0, 20.0, 30.0, 45.0, 65.0, 95.0, 140.0, 250.0)
HEARD_HZ = 13_000.0
FRAME = 1024
"""Samples of a waveform frame: 32 ms."""
AMPLITUDES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 0.95, 0.99)
"""Shares of the window's peak at which the amplitudes are counted."""
REPEAT_FRAME, REPEAT_LAGS = 8192, (400, 3200)
"""Samples in which a fragment may come back (256 ms), and the distances looked at (12 to 100 ms)."""
DETAILS = 7 * PITCH_REGIONS + (len(LAGS) + 4) * 20 + 21 * 12 + 2 * 9 + len(AMPLITUDES) + 4


class FidelityDetails(nn.Module):
    """Window → statistics of three views. Holds no trained parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.pitch, self.time = NarrowLogMel(FINE_PITCH), LogMel(FINE_TIME)

    @override
    def forward(self, waveform: Float[Tensor, "window time"]) -> Float[Tensor, "window detail"]:
        """``DETAILS`` numbers a window, finite on silence."""
        heard = without_top(waveform, FINE_TIME.sample_rate)
        fine = self.time(waveform)
        parts = [
            *pitch_statistics(self.pitch(waveform)),
            *time_statistics(fine),
            *modulation_statistics(fine),
            *shape_statistics(heard),
            repetition_statistics(heard),
        ]
        return torch.cat(parts, dim=1)


class NarrowLogMel(LogMel):
    """``LogMel`` of a band that ends far below half the sample rate: bins above it are left out of the arithmetic."""

    @override
    def decibels(self, waveform: Float[Tensor, "window time"]) -> Float[Tensor, "window mel frame"]:
        """As ``LogMel``, to rounding."""
        config = self.config
        spectrum = torch.stft(
            waveform, config.n_fft, config.hop_length, window=self.hann, pad_mode="constant", return_complex=True
        )
        heard = 1 + int(config.f_max * config.n_fft / config.sample_rate)
        mel = self.filters[:heard].T @ power(spectrum[:, :heard])
        return 10.0 * mel.clamp(min=POWER_FLOOR).log10()[..., : waveform.shape[-1] // config.hop_length]


def power(spectrum: Complex[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Squared magnitude, without the root that ``abs`` takes."""
    squared: Tensor = spectrum.real.square() + spectrum.imag.square()
    return squared


def without_top(waveform: Float[Tensor, "window time"], sample_rate: int) -> Float[Tensor, "window time"]:
    """The waveform with everything above ``HEARD_HZ`` taken off, at a peak of 1."""
    spectrum = torch.fft.rfft(waveform)
    spectrum[:, round(HEARD_HZ * waveform.shape[1] / sample_rate) :] = 0
    heard: Tensor = torch.fft.irfft(spectrum, waveform.shape[1])
    return heard / heard.abs().amax(1, keepdim=True).clamp_min(1e-6)


def pitch_statistics(picture: Float[Tensor, "window mel frame"]) -> list[Float[Tensor, "window region"]]:
    """Per region of frequency: level, contrast and curvature along frequency, change in time, gliding up and down."""
    up = picture[:, 1:, 1:] - picture[:, :-1, :-1]
    down = picture[:, :-1, 1:] - picture[:, 1:, :-1]
    rows = [
        picture.mean(2),
        picture.diff(dim=1).abs().mean(2),
        picture.diff(n=2, dim=1).abs().mean(2),
        picture.diff(dim=2).abs().mean(2),
        picture.diff(n=2, dim=2).abs().mean(2),
        up.abs().mean(2),
        down.abs().mean(2),
    ]
    return [nn.functional.adaptive_avg_pool1d(row, PITCH_REGIONS) for row in rows]


def time_statistics(picture: Float[Tensor, "window mel frame"]) -> list[Float[Tensor, "window mel"]]:
    """Per band: change over 2 to 64 ms, share of rises, sharpest rises, sharpness of turns, share of silence."""
    step = picture.diff(dim=2)
    return [
        *((picture[:, :, lag:] - picture[:, :, :-lag]).abs().mean(2) for lag in LAGS),
        step.clamp_min(0).square().mean(2).sqrt(),
        step.clamp_max(0).square().mean(2).sqrt(),
        step.diff(dim=2).square().mean(2).sqrt(),
        (picture <= 0).float().mean(2),
    ]


def modulation_statistics(picture: Float[Tensor, "window mel frame"]) -> list[Float[Tensor, "window feature"]]:
    """Log power of each band's envelope in bands of modulation frequency, and how peaked these are (fixed rates)."""
    levels = power(torch.fft.rfft(picture - picture.mean(2, keepdim=True))) / picture.shape[2]
    rate = FINE_TIME.sample_rate / FINE_TIME.hop_length / picture.shape[2]
    edges = [round(edge / rate) for edge in MODULATION_EDGES_HZ]
    bands = [levels[:, :, low : max(high, low + 1)] for low, high in itertools.pairwise(edges)]
    mean = torch.stack([(band.mean(2) + 1e-5).log() for band in bands], dim=2)
    peaked = [((band.mean(1).amax(1) + 1e-6) / (band.mean((1, 2)) + 1e-6)).log() for band in bands]
    return [mean.flatten(1), torch.stack(peaked, dim=1)]


def shape_statistics(heard: Float[Tensor, "window time"]) -> list[Float[Tensor, "window feature"]]:
    """How the amplitudes are spread: within loud frames of 32 ms (mean, deviation), and over the window."""
    frames = heard.unfold(1, FRAME, FRAME)
    shape, loud = _frame_shape(frames), _loud(frames)
    mean = (shape * loud).sum(1) / loud.sum(1)
    spread = ((shape - mean[:, None]).square() * loud).sum(1) / loud.sum(1)
    size = heard.abs()
    above = torch.stack([torch.count_nonzero(size > level, dim=1) for level in AMPLITUDES], dim=1) / heard.shape[1]
    return [mean, (spread + 1e-6).sqrt(), (above + 1e-4).log()]


def _frame_shape(frames: Float[Tensor, "window frame time"]) -> Float[Tensor, "window frame shape"]:
    """Crest, kurtosis, asymmetry, shares near the peak, near zero and of equal neighbours, steepness."""
    peak = frames.abs().amax(2, keepdim=True).clamp_min(1e-6)
    unit, step = frames / peak, frames.diff(dim=2) / peak
    square, size = unit.square(), unit.abs()
    rms = square.mean(2).clamp_min(1e-6).sqrt()
    numbers = [
        -rms.log(),
        (square.square().mean(2) / rms.pow(4)).clamp_min(1.0).log(),  # 1 is the least there is
        (square * unit).mean(2).abs() / rms.pow(3),
        (size > 0.9).float().mean(2),
        (size > 0.7).float().mean(2),
        (size < 0.02).float().mean(2),
        (step.abs() < 0.002).float().mean(2),
        (step.square().mean(2).clamp_min(1e-8).sqrt() / rms).log(),
        (step.diff(dim=2).square().mean(2).clamp_min(1e-8).sqrt() / rms).log(),
    ]
    return torch.stack(numbers, dim=2)


def _loud(frames: Float[Tensor, "window frame time"]) -> Float[Tensor, "window frame one"]:
    """1 for frames within 40 dB of the loudest, 0 for the rest."""
    power = frames.square().mean(2, keepdim=True)
    return (power >= 1e-4 * power.amax(1, keepdim=True)).float()


def repetition_statistics(heard: Float[Tensor, "window time"]) -> Float[Tensor, "window feature"]:
    """How exactly fragments come back after 12 to 100 ms: mean, closest, share almost exact, mean distance in logs."""
    edged = nn.functional.pad(heard[:, 1:] - 0.97 * heard[:, :-1], (0, 1))
    frames = edged.unfold(1, REPEAT_FRAME, REPEAT_FRAME // 2)
    closest = _closest_repeat(frames)
    loud = _loud(frames)[:, :, 0]
    count = loud.sum(1)
    numbers = [
        (closest * loud).sum(1) / count,
        (closest * loud).amax(1),
        ((closest > 0.98).float() * loud).sum(1) / count,
        ((1 - closest).clamp_min(1e-3).log() * loud).sum(1) / count,
    ]
    return torch.stack(numbers, dim=1)


def _closest_repeat(frames: Float[Tensor, "window frame time"]) -> Float[Tensor, "window frame"]:
    """The largest normalised autocorrelation of a frame over ``REPEAT_LAGS``, at most 1."""
    low, high = REPEAT_LAGS
    padded = REPEAT_FRAME + high + 128  # lags beyond would wrap around
    product = torch.fft.irfft(power(torch.fft.rfft(frames, padded)), padded)[..., low:high]
    energy = nn.functional.pad(frames.square().cumsum(2, dtype=torch.float64), (1, 0))
    head = energy[..., REPEAT_FRAME - high + 1 : REPEAT_FRAME - low + 1].flip(2)
    tail = energy[..., -1:] - energy[..., low:high]
    closest: Tensor = (product / (head * tail).clamp_min(1e-12).sqrt()).float().clamp(0, 1).amax(2)
    return closest
