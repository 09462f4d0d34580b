"""Windows for training: cut, place or loop cached pictures, and change them as rooms, microphones and mixes do.

Everything works on absolute decibels ``(window, mel, frame)``; power adds, filters add decibels.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

SILENCE_DB = -100.0


def power_sum(first: Tensor, second: Tensor) -> Tensor:
    """Decibels of two pictures played together."""
    return 10.0 * torch.logaddexp(first * 0.2302585, second * 0.2302585) / 2.302585


def peaks(decibels: Float[Tensor, "window mel frame"]) -> Float[Tensor, "window 1 1"]:
    """Loudest bin of each window."""
    return decibels.amax((1, 2), keepdim=True)


def equalised(decibels: Tensor, generator: torch.Generator) -> Tensor:
    """A tilt of up to 8 dB either way and a bump of up to 8 dB, for half of the windows each; ripples for 30 %."""
    count, mels = decibels.shape[:2]
    axis = torch.linspace(-1.0, 1.0, mels)[None, :, None]
    tilt = _uniform(count, -8.0, 8.0, generator) * _chance(count, 0.5, generator)
    centre, width = _uniform(count, -1.0, 1.0, generator), _uniform(count, 0.1, 0.5, generator)
    bump = _uniform(count, -8.0, 8.0, generator) * _chance(count, 0.5, generator)
    turns, phase = _uniform(count, 0.5, 4.0, generator), _uniform(count, 0.0, 6.3, generator)
    ripple = _uniform(count, 0.0, 8.0, generator) * _chance(count, 0.3, generator)
    waves = ripple * torch.sin(math.pi * turns * axis + phase)
    return decibels + tilt * axis + bump * torch.exp(-(((axis - centre) / width) ** 2)) + waves


def noisy(decibels: Tensor, generator: torch.Generator) -> Tensor:
    """Coloured noise 20 to 75 dB below the peak, for 60 % of the windows."""
    count, mels, frames = decibels.shape
    level = peaks(decibels) - _uniform(count, 20.0, 75.0, generator)
    level = torch.where(_chance(count, 0.6, generator) > 0, level, torch.full_like(level, -200.0))
    colour = _uniform(count, -20.0, 20.0, generator) * torch.linspace(-1.0, 1.0, mels)[None, :, None]
    return power_sum(decibels, level + colour + _scatter(count, mels, frames, generator))


def reverberant(decibels: Tensor, generator: torch.Generator) -> Tensor:
    """An exponential tail 6 to 26 dB below the sound, 0.2 to 2 seconds long, for 40 % of the windows."""
    frames = decibels.shape[2]
    chosen = torch.rand(len(decibels), generator=generator) < 0.4
    if not bool(chosen.any()):
        return decibels
    dry = decibels[chosen]
    decay = 60.0 / (_uniform(len(dry), 0.2, 2.0, generator) * 50.0)  # dB a frame
    ramp = decay * torch.arange(frames, dtype=torch.float32)
    # Sum of past power, each fallen by ``decay`` dB a frame, as one running log-sum.
    tail = torch.logcumsumexp((dry + ramp) * 0.2302585, dim=2) / 0.2302585 - ramp
    wet = tail + 10.0 * torch.log10(decay * 0.2302585) - _uniform(len(dry), 3.0, 22.0, generator)
    result = decibels.clone()
    result[chosen] = power_sum(dry, wet)
    return result


def narrow(decibels: Tensor, generator: torch.Generator) -> Tensor:
    """Nothing above a random band, as after a low sample rate or a codec, for 15 % of the windows."""
    count, mels = decibels.shape[:2]
    edge = 34 + torch.rand(count, 1, 1, generator=generator) * (mels - 34)
    cut = (torch.rand(count, 1, 1, generator=generator) < 0.15) & (torch.arange(mels)[None, :, None] > edge)
    return decibels.masked_fill(cut, SILENCE_DB)


def masked(decibels: Tensor, generator: torch.Generator) -> Tensor:
    """A band of up to 10 mels and a stretch of up to 24 frames silenced, for 40 % of the windows each."""
    count, mels, frames = decibels.shape
    for size, longest, axis in ((mels, 10, 1), (frames, 24, 2)):
        position = torch.arange(size, dtype=torch.float32)
        start = torch.rand(count, 1, generator=generator) * size
        length = torch.rand(count, 1, generator=generator) * longest * (torch.rand(count, 1, generator=generator) < 0.4)
        hidden = (position >= start) & (position < start + length)
        decibels = decibels.masked_fill(hidden[:, :, None] if axis == 1 else hidden[:, None, :], SILENCE_DB)
    return decibels


def augmented(decibels: Float[Tensor, "window mel frame"], generator: torch.Generator) -> Tensor:
    """All of the above in the order of a recording: filter, room, noise, bandwidth, then masks."""
    changed = noisy(reverberant(equalised(decibels, generator), generator), generator)
    return masked(narrow(changed, generator), generator)


def _scatter(count: int, mels: int, frames: int, generator: torch.Generator) -> Tensor:
    """Decibels of exponential power, the scatter of noise; eight fresh pictures serve the whole batch."""
    fresh = torch.empty(8, mels, frames).exponential_(generator=generator).clamp(min=1e-3).log10()
    return 10.0 * fresh[torch.randint(8, (count,), generator=generator)]


def _uniform(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    return low + (high - low) * torch.rand(count, 1, 1, generator=generator)


def _chance(count: int, share: float, generator: torch.Generator) -> Tensor:
    return (torch.rand(count, 1, 1, generator=generator) < share).float()
