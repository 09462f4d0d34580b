"""Remakes ``checkpoints/musicnn`` from the published wheel.

Run::

    pip download --no-deps musicnn==0.1.0 -d WHEELS
    python -m training.convert_musicnn WHEELS/musicnn-0.1.0-py3-none-any.whl --output checkpoints/musicnn

Reads the TensorFlow-1 bundle of the ``MTT_musicnn`` model (trained on MagnaTagATune) without TensorFlow, drops Adam's
slots, turns each batch normalisation into a scale and a shift, and stores float16.
"""

import zipfile
from pathlib import Path

import torch
from torch import Tensor

from reward_models.embedders.musicnn import CONFIG, FRAMES, MEL
from reward_models.embedders.musicnn_network import MusicnnNetwork
from training.converted_checkpoint import parse_paths, write_float16
from training.tensorflow_bundle import read_bundle

MODEL = "MTT_musicnn"
BATCH_NORM_EPSILON = 1e-3
KERNELS = {
    **{f"front.{index}.convolution": f"conv2d{suffix}" for index, suffix in enumerate(("", "_1", "_2", "_3", "_4"))},
    **{f"middle.{index}.convolution": f"conv2d_{index + 5}" for index in range(3)},
    "dense": "dense",
    "output": "dense_1",
}
NORMS = {
    "input_norm": "batch_normalization",
    **{f"front.{index}.norm": f"batch_normalization_{index + 1}" for index in range(5)},
    **{f"middle.{index}.norm": f"batch_normalization_{index + 6}" for index in range(3)},
    "pooled_norm": "batch_normalization_9",
    "dense_norm": "batch_normalization_10",
}


def read_state(wheel: Path, model: str = MODEL) -> dict[str, Tensor]:
    """Tensors of one of the wheel's models by their TensorFlow names."""
    with zipfile.ZipFile(wheel) as archive:
        index = archive.read(f"musicnn/{model}/.index")
        return read_bundle(index, archive.read(f"musicnn/{model}/.data-00000-of-00001"))


def convert(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The published tensors under the names of ``MusicnnNetwork``, float32."""
    weights = {}
    for ours, theirs in KERNELS.items():
        weights[f"{ours}.weight"] = _weight(state[f"{theirs}/kernel"], one_dimensional=ours.startswith("middle"))
        weights[f"{ours}.bias"] = state[f"{theirs}/bias"]
    for ours, theirs in NORMS.items():
        weights[f"{ours}.scale"], weights[f"{ours}.shift"] = _affine(state, theirs)
    return weights


def _weight(kernel: Tensor, *, one_dimensional: bool) -> Tensor:
    """TensorFlow's (height, width, in, out) or (in, out) in torch's order; ``width`` is the channels of a Conv1d."""
    if kernel.ndim == 2:
        return kernel.T
    if one_dimensional:
        return kernel[:, :, 0].permute(2, 1, 0)
    return kernel.permute(3, 2, 0, 1)


def _affine(state: dict[str, Tensor], name: str) -> tuple[Tensor, Tensor]:
    statistics = ("gamma", "beta", "moving_mean", "moving_variance")
    gamma, beta, mean, variance = (state[f"{name}/{statistic}"].double() for statistic in statistics)
    scale = gamma / torch.sqrt(variance + BATCH_NORM_EPSILON)
    return scale.float(), (beta - mean * scale).float()


def float16_cosine(weights: dict[str, Tensor]) -> float:
    """Smallest cosine between embeddings of the stored float16 and of float32 weights, over noise of many levels."""
    full, half = MusicnnNetwork().eval(), MusicnnNetwork().eval()
    full.load_state_dict(weights)
    half.load_state_dict({name: tensor.half().float() for name, tensor in weights.items()})
    log_mel = torch.rand(16, FRAMES, MEL.n_mels, generator=torch.Generator().manual_seed(0))
    log_mel = log_mel * torch.linspace(0.2, 4.0, 16)[:, None, None]
    with torch.no_grad():
        cosine = torch.cosine_similarity(full(log_mel).penultimate, half(log_mel).penultimate)
    return float(cosine.min())


def main() -> None:
    """Reads the wheel and writes the checkpoint folder (its README.md stays as it is)."""
    arguments = parse_paths(__doc__, "musicnn")
    weights = convert(read_state(arguments.wheel))
    write_float16(weights, CONFIG, arguments.output)
    print(f"wrote {arguments.output}; smallest cosine of float16 to float32: {float16_cosine(weights):.6f}")


if __name__ == "__main__":
    main()
