"""From a measurement to its rank among held-out real clips: the share of them that measure less.

A score made this way has a meaning without hand-picked constants: 0.7 reads "above 70 % of real clips that the
reference set has not seen". Between the held-out values the share is interpolated, so that it never jumps and ties
mean the same. Beyond them it goes on towards 0 and 1 like 1 / (1 + distance / scale), the scale being the held-out
standard deviation: clips far outside keep an order, which a trainer needs, though their share stays below that of
every real clip.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

MIN_HELD_OUT = 5
"""Fewest clips that a rank is taken among."""


@dataclass(frozen=True, eq=False)
class RankCalibration:
    """Share of held-out measurements below a value.

    Attributes:
        held_out: ``(m,)`` measurements of real clips that the reference set doesn't hold, in any order.
        floor: Where the share is 0, for measurements that have a least value (a distance of 0); None for no such value.

    Raises:
        ValueError: If there are fewer than ``MIN_HELD_OUT`` of them, or one is not finite.
    """

    held_out: Float[Tensor, " m"]
    floor: float | None = None

    def __post_init__(self) -> None:
        if len(self.held_out) < MIN_HELD_OUT:
            raise ValueError(
                f"a rank needs at least {MIN_HELD_OUT} held-out clips, got {len(self.held_out)}: add clips."
            )
        if not bool(torch.isfinite(self.held_out).all()):
            raise ValueError("held-out measurements hold NaN or infinity: leave out clips that can't be judged.")

    def share_below(self, values: Float[Tensor, " batch"]) -> Float[Tensor, " batch"]:
        """Share in [0, 1], float64, rising with the value; NaN stays NaN."""
        values = values.double()
        place = torch.searchsorted(self._knots, values).clamp(1, len(self._knots) - 1)
        left, right = self._knots[place - 1], self._knots[place]
        weight = ((values - left) / (right - left)).clamp(0, 1)
        inside = torch.lerp(self._shares[place - 1], self._shares[place], weight)
        below = (self._knots[0] - values).clamp_min(0) / self._scale
        above = (values - self._knots[-1]).clamp_min(0) / self._scale
        outside_high = 1 - (1 - self._shares[-1]) / (1 + above)
        shares = torch.where(above > 0, outside_high, torch.where(below > 0, self._shares[0] / (1 + below), inside))
        return torch.where(values.isnan(), values, shares)

    @cached_property
    def _ranked(self) -> tuple[Float[Tensor, " knot"], Float[Tensor, " knot"]]:
        """Distinct held-out values and their mean rank over m + 1 (Weibull's plotting position)."""
        knots, counts = torch.unique(self.held_out.double(), return_counts=True)
        shares = (counts.cumsum(0) - (counts - 1) / 2) / (len(self.held_out) + 1)
        if self.floor is not None and float(knots[0]) > self.floor:
            knots = torch.cat([torch.tensor([self.floor], dtype=torch.float64), knots])
            shares = torch.cat([torch.zeros(1, dtype=torch.float64), shares])
        if len(knots) == 1:
            knots = torch.cat([knots, knots + self._scale])
            shares = torch.cat([shares, (shares + 1) / 2])
        return knots, shares.double()

    @property
    def _knots(self) -> Float[Tensor, " knot"]:
        return self._ranked[0]

    @property
    def _shares(self) -> Float[Tensor, " knot"]:
        return self._ranked[1]

    @cached_property
    def _scale(self) -> float:
        spread = float(self.held_out.double().std())
        return spread if spread > 0 else max(float(self.held_out.abs().max()), 1.0)
