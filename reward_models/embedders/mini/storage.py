"""How ``mini``'s weights are stored: matrices as small integers, norms and biases as 32-bit floats.

A matrix's rows are cut into groups; a weight is ``low + step * level`` with a level of few bits and 16-bit ``low`` and
``step`` a group. Word vectors have 3 bits and the transformer's matrices 5: the sentence vectors keep a cosine of about
0.98 to those of full weights. All other matrices have 8 bits. Levels are kept as bit planes, eight levels a byte.

A matrix ``name`` is stored as ``name`` (planes), ``name.range`` (low and step of every group) and ``name.shape``.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

WORD_VECTORS = "text.encoder.word.weight"
TRANSFORMER = "text.encoder.transformer."
RANGE_SUFFIX = ".range"
SHAPE_SUFFIX = ".shape"
CLIPS = (1.0, 0.9, 0.8, 0.7)
"""Shares of a group's range that are tried: cutting off an outlier makes every other weight finer."""


class Precision(NamedTuple):
    """How a matrix is stored.

    Attributes:
        bits: Bits of a level.
        group: Weights that share a range; a row that it does not divide is one group.
    """

    bits: int
    group: int


def precision(name: str) -> Precision:
    """The precision of a matrix, by its name in the network's state."""
    if name == WORD_VECTORS:
        return Precision(3, 128)
    return Precision(5, 64) if name.startswith(TRANSFORMER) else Precision(8, 1 << 30)


def packed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state as it is written to ``model.safetensors``."""
    stored: dict[str, Tensor] = {}
    for name, tensor in state.items():
        if tensor.ndim < 2 or not tensor.is_floating_point():
            stored[name] = tensor.contiguous()
            continue
        bits, group = precision(name)
        rows = tensor.detach().float().reshape(len(tensor), -1)
        grouped = rows.reshape(len(rows), -1, group if rows.shape[1] % group == 0 else rows.shape[1])
        levels, stored[name + RANGE_SUFFIX] = _quantised(grouped, 2**bits - 1)
        stored[name] = torch.from_numpy(_planes(levels.flatten().numpy(), bits))
        stored[name + SHAPE_SUFFIX] = torch.tensor(tensor.shape)
    return stored


def unpacked(stored: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state that a module loads, 32-bit floats again."""
    state: dict[str, Tensor] = {}
    for name, tensor in stored.items():
        if name.endswith((RANGE_SUFFIX, SHAPE_SUFFIX)):
            continue
        shape = stored.get(name + SHAPE_SUFFIX)
        if shape is None:
            state[name] = tensor
            continue
        low, step = stored[name + RANGE_SUFFIX].float()
        levels = torch.from_numpy(_levels(tensor.numpy(), int(shape.prod())))
        grouped = levels.reshape(*low.shape, -1).float()
        state[name] = grouped.mul_(step[..., None]).add_(low[..., None]).reshape(shape.tolist())
    return state


def _quantised(grouped: Tensor, top: int) -> tuple[Tensor, Tensor]:
    """Levels ``(row, group, weight)`` and ranges ``(2, row, group)``, of the clip with the least squared error."""
    low, high = grouped.amin(2, keepdim=True), grouped.amax(2, keepdim=True)
    levels, ranges = torch.zeros_like(grouped), torch.zeros(2, *low.shape)
    least = torch.full_like(low, float("inf"))
    for clip in CLIPS if top < 255 else CLIPS[:1]:
        bottom = (low * clip).half().float()
        step = ((high * clip - bottom) / top).clamp(min=1e-6).half().float()
        level = ((grouped - bottom) / step).round().clamp(0, top)
        error = (level * step + bottom - grouped).square().sum(2, keepdim=True)
        better = error < least
        levels, least = torch.where(better, level, levels), torch.where(better, error, least)
        ranges = torch.where(better, torch.stack([bottom, step]), ranges)
    return levels.to(torch.uint8), ranges[..., 0].half()


def _planes(levels: npt.NDArray[np.uint8], bits: int) -> npt.NDArray[np.uint8]:
    """``(bit, byte)``: one bit of eight levels a byte, lowest bit first."""
    return np.stack([np.packbits((levels >> bit) & 1) for bit in range(bits)])


def _levels(planes: npt.NDArray[np.uint8], count: int) -> npt.NDArray[np.uint8]:
    levels = np.zeros(count, dtype=np.uint8)
    for bit, plane in enumerate(planes):
        levels |= np.unpackbits(plane, count=count) << np.uint8(bit)
    return levels
