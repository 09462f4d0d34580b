"""How ``mini``'s weights are stored: 16-bit floats, norms in 32 bits, word vectors in 8 bits with one scale a word."""

from collections.abc import Mapping

import torch
from torch import Tensor

WORD_VECTORS = "text.encoder.word.weight"
SCALE_SUFFIX = ".scale"


def packed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state as it is written to ``model.safetensors``."""
    stored: dict[str, Tensor] = {}
    for name, tensor in state.items():
        if name == WORD_VECTORS:
            scale = tensor.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127.0
            stored[name] = (tensor / scale).round().to(torch.int8)
            stored[name + SCALE_SUFFIX] = scale.float()
        elif tensor.ndim > 1 and tensor.is_floating_point():
            stored[name] = tensor.half().contiguous()
        else:
            stored[name] = tensor.contiguous()
    return stored


def unpacked(stored: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state that a module loads, 32-bit floats again."""
    state: dict[str, Tensor] = {}
    for name, tensor in stored.items():
        if name.endswith(SCALE_SUFFIX):
            continue
        scale = stored.get(name + SCALE_SUFFIX)
        value = tensor.float() if tensor.is_floating_point() or scale is not None else tensor
        state[name] = value if scale is None else value * scale
    return state
