"""How steadily time runs in a window: do all partials glide together, as when a tape's speed wavers?

A log-mel picture can't show it: wow and flutter move a partial by less than a mel band. Here the phase of a spectrum of
64 ms frames is read: its second difference over time, in units of a bin, is how far a partial's frequency moved from
frame to frame. A common cause moves every partial by the same ratio, so the shift is fitted over all spectral peaks of
a frame at once, and how well they agree is told beside it. Vibrato of a lone instrument does the same, if more
regularly; noise has no partials, and its numbers say so.

Conventions: mono windows at 32 kHz at a peak of 1, nothing above 5.3 kHz is used. Nothing is trained here.
"""

import itertools
import math
from typing import NamedTuple

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn

from reward_models.embedders.fidelity_details import power

SAMPLE_RATE = 32_000
N_FFT, HOP = 2048, 256
LOW, HIGH = 8, 336
"""Bins that are read: 125 Hz to 5.3 kHz."""
REGIONS = (24, 56, 120, 200)
FARTHEST_SHIFT = 0.03
"""Largest shift from frame to frame that is believed, as a ratio: 3 % in 8 ms."""
LAGS = (1, 2, 4, 8, 16)
RATES_HZ = (0.7, 1.5, 2.5, 4.0, 6.0, 9.0, 13.0, 20.0, 30.0, 45.0, 62.0)
"""Edges of the bands in which the shift may swing."""
SPECTRUM = 512
SPEED_CUES = 6 + 4 + len(LAGS) + 2 + len(RATES_HZ) - 1 + 2 + 1 + len(REGIONS) + 1


class Peaks(NamedTuple):
    """Spectral peaks: how far each moved, in bins, how loud it is, how steady its phase, and whether it can be trusted.

    Attributes:
        number: Of the bin.
        moved: From one frame to the next, in bins.
        loud: Compressed power; 0 where there is no peak.
        steady: Cosine of the phase's second difference.
        trusted: ``loud``, less where the phase is unsteady.
    """

    number: Float[Tensor, "one bin one"]
    moved: Float[Tensor, "window bin frame"]
    loud: Float[Tensor, "window bin frame"]
    steady: Float[Tensor, "window bin frame"]
    trusted: Float[Tensor, "window bin frame"]


class Shift(NamedTuple):
    """Common shift of all partials of a frame, as a ratio; how far the frame counts; how far the partials agree."""

    ratio: Float[Tensor, "window frame"]
    weight: Float[Tensor, "window frame"]
    agreement: Float[Tensor, "window frame"]


def speed_cues(
    waveform: Float[Tensor, "window time"], hann: Float[Tensor, " size"]
) -> list[Float[Tensor, "window cue"]]:
    """``SPEED_CUES`` numbers a window, finite on silence."""
    spectrum = torch.stft(waveform, N_FFT, HOP, window=hann, pad_mode="constant", return_complex=True)[:, LOW:HIGH]
    level, turned = power(spectrum), phase_turn(spectrum)
    level = level[..., 1:-1]
    loudest, frame_peak = level.amax((1, 2), keepdim=True).clamp_min(1e-6), level.amax(1, keepdim=True)
    peaks = _peaks(level, turned, loudest)
    trust = (frame_peak / loudest)[:, 0].clamp_min(1e-8).pow(0.25) * (frame_peak > 1e-5 * loudest)[:, 0]
    tonal = peaks.trusted.sum(1) / peaks.loud.sum(1).clamp_min(1e-6)
    shift = _shift(peaks, trust * tonal.square())
    total = trust.sum(1).clamp_min(1e-6)
    tonality = torch.stack(
        [
            (peaks.loud * peaks.steady).sum((1, 2)) / peaks.loud.sum((1, 2)).clamp_min(1e-6),
            (tonal * trust).sum(1) / total,
            (shift.agreement * trust).sum(1) / total,
        ],
        dim=1,
    )
    heard = (level / loudest).clamp_min(1e-8).pow(0.25)
    steady = _by_region(heard * turned.real) / _by_region(heard)
    halves = _shared_by_halves(peaks, shift.weight)
    return [tonality, *_size(shift, trust), *_course(shift), halves, steady]


def phase_turn(spectrum: Complex[Tensor, "window bin frame"]) -> Complex[Tensor, "window bin inner"]:
    """Second difference of the phase over time, as unit phasors: 1 for a steady partial."""
    unit = spectrum * (power(spectrum) + 1e-12).rsqrt()
    advance = unit[..., 1:] * unit[..., :-1].conj()
    turned: Tensor = advance[..., 1:] * advance[..., :-1].conj()
    return turned


def _peaks(
    level: Float[Tensor, "window bin frame"],
    turned: Complex[Tensor, "window bin frame"],
    loudest: Float[Tensor, "window one one"],
) -> Peaks:
    inner, frame_peak = level[:, 1:-1], level.amax(1, keepdim=True)
    higher = (inner > level[:, :-2]) & (inner > level[:, 2:])
    audible = (inner > 1e-4 * frame_peak) & (inner > 1e-6 * loudest)
    loud = (higher & audible).float() * (inner / loudest).clamp_min(1e-8).pow(0.25)
    steady = turned.real[:, 1:-1]
    number = torch.arange(LOW + 1.0, HIGH - 1.0, device=level.device)[None, :, None]
    moved = turned.imag[:, 1:-1] * (N_FFT / (2 * math.pi * HOP))
    return Peaks(number, moved, loud, steady, loud * steady.clamp_min(0).square())


def _shift(peaks: Peaks, weight: Float[Tensor, "window frame"]) -> Shift:
    """Least squares over the peaks of a frame: a partial at twice the frequency moves twice as far."""
    number, moved, trusted = peaks.number, peaks.moved, peaks.trusted
    square, product = (trusted * number * number).sum(1), (trusted * number * moved).sum(1)
    spread = (trusted * moved * moved).sum(1)
    ratio = (product / square.clamp_min(1e-6)).clamp(-FARTHEST_SHIFT, FARTHEST_SHIFT)
    return Shift(ratio, weight, product.square() / (square * spread).clamp_min(1e-9))


def _size(shift: Shift, trust: Float[Tensor, "window frame"]) -> list[Float[Tensor, "window cue"]]:
    """How large the shift is: mean squares (all, and where partials agree), mean and quantiles in cents."""
    square, weight = shift.ratio.square() * shift.weight, shift.weight.sum(1).clamp_min(1e-6)
    cents = (shift.ratio.abs() * 1200 / math.log(2) + 0.05).log()
    ranked = torch.where(trust > 0, cents, -3.0).sort(1).values
    frames = ranked.shape[1]
    return [
        torch.stack(
            [
                (square.sum(1) / weight + 1e-10).log(),
                ((square * shift.agreement).sum(1) / weight + 1e-10).log(),
                (cents * shift.weight).sum(1) / weight,
            ],
            dim=1,
        ),
        torch.stack([ranked[:, int(share * frames)] for share in (0.5, 0.75, 0.9, 0.97)], dim=1),
    ]


def _course(shift: Shift) -> list[Float[Tensor, "window cue"]]:
    """How the shift goes on: likeness to itself later, size once smoothed, swing by rate, how peaked the swing is."""
    ratio, weight = shift.ratio, shift.weight
    whole = weight.sum(1).clamp_min(1e-6)
    energy = (ratio.square() * weight).sum(1) + 1e-9
    later = [
        (ratio[:, lag:] * ratio[:, :-lag] * (weight[:, lag:] * weight[:, :-lag]).sqrt()).sum(1) / energy for lag in LAGS
    ]
    swing = power(torch.fft.rfft(ratio * weight.clamp_max(1), SPECTRUM))
    step = SAMPLE_RATE / HOP / SPECTRUM
    edges = [round(edge / step) for edge in RATES_HZ]
    bands = torch.stack([swing[:, low:high].mean(1) for low, high in itertools.pairwise(edges)], dim=1)
    slow = swing[:, 3:54]
    peaked = torch.stack(
        [
            (slow.amax(1) + 1e-9) / (slow.mean(1) + 1e-9),
            (slow.sum(1) + 1e-9) / (swing.sum(1) + 1e-9),
        ],
        dim=1,
    )
    return [
        torch.stack([*later, *(_smoothed_size(shift, frames) for frames in (3, 7))], dim=1),
        (bands / whole[:, None] + 1e-9).log(),
        peaked.log(),
    ]


def _smoothed_size(shift: Shift, frames: int) -> Float[Tensor, " window"]:
    """Log mean square of the shift averaged over ``frames``: what is left once the error of the estimate is not."""
    weight = _averaged(shift.weight, frames)
    mean = _averaged(shift.ratio * shift.weight, frames) / weight.clamp_min(1e-4)
    size: Tensor = ((mean.square() * weight).sum(1) / weight.sum(1).clamp_min(1e-6) + 1e-10).log()
    return size


def _shared_by_halves(peaks: Peaks, weight: Float[Tensor, "window frame"]) -> Float[Tensor, "window one"]:
    """Log of how much of the shift low and high partials (split at 1.2 kHz) have in common."""
    halves = []
    for part in (slice(0, 70), slice(70, None)):
        number, trusted = peaks.number[:, part], peaks.trusted[:, part]
        ratio = (trusted * number * peaks.moved[:, part]).sum(1) / (trusted * number * number).sum(1).clamp_min(1e-6)
        halves.append(_averaged(ratio.clamp(-FARTHEST_SHIFT, FARTHEST_SHIFT) * weight.sqrt(), 5))
    shared = nn.functional.relu(halves[0] * halves[1]).sum(1) / weight.sum(1).clamp_min(1e-6)
    return (shared + 1e-9).log()[:, None]


def _averaged(values: Float[Tensor, "window frame"], frames: int) -> Float[Tensor, "window inner"]:
    return nn.functional.avg_pool1d(values[:, None], frames, 1)[:, 0]


def _by_region(values: Float[Tensor, "window bin frame"]) -> Float[Tensor, "window region"]:
    return torch.stack([part.sum((1, 2)) for part in values.tensor_split(REGIONS, dim=1)], dim=1)
