"""Remakes ``checkpoints/aisfx`` from the published wheel.

Run::

    pip download --no-deps aisfx==0.1.2 -d WHEELS
    python -m training.convert_aisfx WHEELS/aisfx-0.1.2-py2.py3-none-any.whl --output checkpoints/aisfx

Only tensors are read from the wheel (no code of it runs). Batch normalisations are folded into the convolutions in
float64, then everything is stored in float16. The classifier heads are left out: their class names were not published.
"""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy._core.multiarray import scalar as numpy_scalar
from torch import Tensor

from reward_models.embedders.aisfx import CONFIG, FRAMES, MEL, AisfxNetwork
from training.converted_checkpoint import parse_paths, write_float16

MEMBER = "aisfx/models/checkpoint.pth"
BATCH_NORM_EPSILON = 1e-5


def read_state(wheel: Path) -> dict[str, Tensor]:
    """Tensors of the published checkpoint, a pickle of (state, data-set sizes), read without running code."""
    allowed: list[Callable[..., object] | tuple[Callable[..., object], str]] = [
        (numpy_scalar, "numpy.core.multiarray.scalar"),
        np.dtype,
        np.dtypes.Int64DType,
        np.dtypes.Float64DType,
    ]
    with zipfile.ZipFile(wheel) as archive, torch.serialization.safe_globals(allowed):
        state, _ = torch.load(io.BytesIO(archive.read(MEMBER)), map_location="cpu", weights_only=True)
    return dict(state)


def fold(state: dict[str, Tensor], block: int, layer: int) -> tuple[Tensor, Tensor]:
    """Weight and bias of a convolution followed by its batch normalisation, as one convolution, in float64."""
    prefix = f"embedding_net.conv_block{block}"
    weight = state[f"{prefix}.conv{layer}.weight"].double()
    names = ("weight", "bias", "running_mean", "running_var")
    gain, shift, mean, variance = (state[f"{prefix}.bn{layer}.{name}"].double() for name in names)
    scale = gain / torch.sqrt(variance + BATCH_NORM_EPSILON)
    return weight * scale[:, None, None, None], shift - mean * scale


def convert(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The published tensors under the names of ``AisfxNetwork``, float64."""
    weights = {}
    for index in range(8):
        weight, bias = fold(state, index // 2 + 1, index % 2 + 1)
        weights[f"convolutions.{index}.weight"] = weight
        weights[f"convolutions.{index}.bias"] = bias
    return weights


def float16_cosine(weights: dict[str, Tensor]) -> float:
    """Smallest cosine between embeddings of the stored float16 and of float32 weights, over noise of many levels."""
    full, half = AisfxNetwork().eval(), AisfxNetwork().eval()
    full.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    half.load_state_dict({name: tensor.half().float() for name, tensor in weights.items()})
    log_mel = torch.rand(16, FRAMES, MEL.n_mels, generator=torch.Generator().manual_seed(0))
    log_mel = log_mel * torch.linspace(0.05, 1.0, 16)[:, None, None]
    with torch.no_grad():
        cosine = torch.cosine_similarity(full(log_mel).amax(2), half(log_mel).amax(2))
    return float(cosine.min())


def main() -> None:
    """Reads the wheel and writes the checkpoint folder (its README.md stays as it is)."""
    arguments = parse_paths(__doc__, "aisfx")
    weights = convert(read_state(arguments.wheel))
    write_float16(weights, CONFIG, arguments.output)
    print(f"wrote {arguments.output}; smallest cosine of float16 to float32: {float16_cosine(weights):.6f}")


if __name__ == "__main__":
    main()
