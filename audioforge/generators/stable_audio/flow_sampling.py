"""Samplers of rectified flow, with every item's noise from its own generator.

A flow model predicts the velocity ``v`` of ``x = (1 - t) * data + t * noise``, so ``x - t * v`` is its guess of the
data. The loops and the schedule are those of stable-audio-tools 0.0.19 (``inference/sampling.py``, MIT); there all
noise comes from the global generator, so that a clip depends on the batch it is made in. Here item *i* depends on its
seed alone.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

Velocity = Callable[[Tensor, Tensor], Tensor]
"""``(batch, channel, time)`` at times ``(batch,)`` → velocities."""

Sampler = Callable[[Velocity, "Noise", int], Tensor]
_LOGSNR = (-6.0, 2.0)


class Noise:
    """Standard normal noise, one generator an item; drawn on the CPU, so that a seed means the same on every device.

    Args:
        seeds: One an item.
        shape: ``(channel, time)`` of an item.
        like: Where the noise goes: its device and dtype.
    """

    def __init__(self, seeds: Sequence[int], shape: tuple[int, int], like: Tensor) -> None:
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._shape = shape
        self._like = like

    def draw(self) -> Float[Tensor, "batch channel time"]:
        """The next noise of every item."""
        drawn = [torch.randn(self._shape, generator=generator) for generator in self._generators]
        return torch.stack(drawn).to(self._like)


def flow_times(steps: int) -> Float[Tensor, " time"]:
    """``steps + 1`` times from 1 (noise) to 0 (data), even in log signal-to-noise between."""
    times = torch.sigmoid(-torch.linspace(*_LOGSNR, steps + 1))
    times[0], times[-1] = 1.0, 0.0
    return times


def sample_pingpong(velocity: Velocity, noise: Noise, steps: int) -> Float[Tensor, "batch channel time"]:
    """Guess the data, add fresh noise of the next level, and so on: the sampler of distilled models."""
    x = noise.draw()
    for t, t_next in _pairs(flow_times(steps)):
        denoised = x - t * velocity(x, t.to(x) * x.new_ones(len(x)))
        x = (1 - t_next) * denoised + t_next * noise.draw()
    return x


def sample_euler(velocity: Velocity, noise: Noise, steps: int) -> Float[Tensor, "batch channel time"]:
    """Straight steps along the velocity."""
    x = noise.draw()
    for t, t_next in _pairs(flow_times(steps)):
        x = x + (t_next - t) * velocity(x, t.to(x) * x.new_ones(len(x)))
    return x


def sample_dpmpp(velocity: Velocity, noise: Noise, steps: int) -> Float[Tensor, "batch channel time"]:
    """DPM-Solver++ (2M) for flows: second order from the last two guesses of the data."""
    x = noise.draw()
    last: tuple[Tensor, float] | None = None
    for t, t_next in _pairs(flow_times(steps)):
        denoised = x - t * velocity(x, t.to(x) * x.new_ones(len(x)))
        step = _logsnr(t_next) - _logsnr(t)
        aim = denoised
        if last is not None and t_next > 0:
            ratio = 2 * last[1] / step
            aim = (1 + 1 / ratio) * denoised - last[0] / ratio
        x = (t_next / t) * x - (1 - t_next) * math.expm1(-step) * aim
        last = denoised, step
    return x


def sample_rk4(velocity: Velocity, noise: Noise, steps: int) -> Float[Tensor, "batch channel time"]:
    """Fourth-order Runge-Kutta, four evaluations a step; on even times, as in the library."""
    x = noise.draw()
    ones = x.new_ones(len(x))
    for t, t_next in _pairs(torch.linspace(1, 0, steps + 1)):
        dt = t_next - t
        first = velocity(x, t.to(x) * ones)
        second = velocity(x + dt / 2 * first, (t + dt / 2).to(x) * ones)
        third = velocity(x + dt / 2 * second, (t + dt / 2).to(x) * ones)
        fourth = velocity(x + dt * third, t_next.to(x) * ones)
        x = x + dt / 6 * (first + 2 * second + 2 * third + fourth)
    return x


SAMPLERS: dict[str, Sampler] = {
    "pingpong": sample_pingpong,
    "euler": sample_euler,
    "rk4": sample_rk4,
    "dpmpp": sample_dpmpp,
}


def _pairs(times: Tensor) -> Iterable[tuple[Tensor, Tensor]]:
    return pairwise(times.unbind())


def _logsnr(t: Tensor) -> float:
    value = float(t)
    if value <= 0:
        return math.inf
    return -math.inf if value >= 1 else math.log((1 - value) / value)
