"""The grain of a window's spectrum: holes, flicker, frozen or scrambled bins, which a mel band averages out.

Denoisers, starved codecs and decoders that guess leave single bins that come and go, levels that stand still or jump,
and phases that don't fit together. Each is counted over the bins of a 32 ms spectrum in six regions of frequency.

Conventions: mono windows at 32 kHz at a peak of 1; levels in dB below the loudest bin, cut at -80; nothing above
13 kHz is used (what lies there tells of codecs). Nothing is trained here.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from reward_models.embedders.fidelity_details import power
from reward_models.embedders.speed_cues import phase_turn

N_FFT, HOP = 1024, 512
LOW, HIGH = 2, 416
"""Bins that are read: 60 Hz to 13 kHz."""
REGIONS = (14, 30, 62, 126, 222)
"""Where the six regions meet: about 0.5, 1, 2, 4 and 7 kHz."""
QUIETEST_DB = -75.0
"""Bins below it count as empty."""
FEW = 50.0
"""Added to the number of bins that sound, so that a handful of them doesn't decide."""
GRAIN_CUES = 14 * (len(REGIONS) + 1)

Bins = Float[Tensor, "window bin frame"]
Regions = Float[Tensor, "window region"]


def grain_cues(waveform: Float[Tensor, "window time"], hann: Float[Tensor, " size"]) -> list[Regions]:
    """``GRAIN_CUES`` numbers a window, finite on silence."""
    spectrum = torch.stft(waveform, N_FFT, HOP, window=hann, pad_mode="constant", return_complex=True)[:, LOW:HIGH]
    level = power(spectrum)
    share = level / level.amax((1, 2), keepdim=True).clamp_min(1e-6)
    decibels = 10 * share.clamp_min(1e-8).log10()
    sounding = (decibels > QUIETEST_DB).float()
    heard = share.clamp_min(1e-8).pow(0.25)
    in_time, in_frequency = phase_turn(spectrum).real, phase_turn(spectrum.transpose(1, 2)).real.transpose(1, 2)
    return [
        by_region(heard[..., 1:-1] * in_time) / by_region(heard[..., 1:-1]),
        by_region(heard[:, 1:-1] * in_frequency) / by_region(heard[:, 1:-1]),
        *_roughness(decibels, sounding),
        *_changes(decibels, sounding),
        *_spots(decibels, sounding),
        (by_region((decibels[:, 1:] - decibels[:, :-1]).abs() * sounding[:, 1:]) / _count(sounding) + 0.05).log(),
        by_region(sounding) / by_region(torch.ones_like(sounding)),
    ]


def _roughness(decibels: Bins, sounding: Bins) -> list[Regions]:
    """Deviation from the mean of 9 bins and 3 frames: variance, asymmetry, shares far above and far below."""
    around = nn.functional.avg_pool2d(decibels[:, None], (9, 3), 1, (4, 1), count_include_pad=False)[:, 0]
    away, count = (decibels - around) * sounding, _count(sounding)
    variance = by_region(away * away) / count
    return [
        (variance + 1e-2).log(),
        by_region(away * away * away) / count / (variance + 1).pow(1.5),
        (by_region((away > 8).float()) / count + 1e-3).log(),
        (by_region((away < -15).float()) / count + 1e-3).log(),
    ]


def _changes(decibels: Bins, sounding: Bins) -> list[Regions]:
    """Change over 16 ms: mean, share of leaps, share of bins that stand still."""
    change = (decibels[..., 1:] - decibels[..., :-1]).abs()
    both = sounding[..., 1:] * sounding[..., :-1]
    count = _count(both)
    return [
        (by_region(change * both) / count + 0.05).log(),
        (by_region((change > 20).float() * both) / count + 1e-3).log(),
        (by_region((change < 0.5).float() * both) / count + 1e-3).log(),
    ]


def _spots(decibels: Bins, sounding: Bins) -> list[Regions]:
    """Bins that stand out against themselves 32 ms before and after: shares up and down, mean height."""
    here, before, after = decibels[..., 2:-2], decibels[..., :-4], decibels[..., 4:]
    above = torch.minimum(here - before, here - after)
    below = torch.minimum(before - here, after - here)
    count = _count(torch.maximum(sounding[..., 2:-2], sounding[..., :-4]))
    return [
        (by_region((above > 12).float()) / count + 1e-3).log(),
        (by_region((below > 12).float()) / count + 1e-3).log(),
        (by_region(above.clamp_min(0)) / count + 0.02).log(),
    ]


def _count(sounding: Bins) -> Regions:
    return by_region(sounding) + FEW


def by_region(values: Bins) -> Regions:
    """Sum over each region of frequency and all of time."""
    return torch.stack([part.sum((1, 2)) for part in values.tensor_split(REGIONS, dim=1)], dim=1)
