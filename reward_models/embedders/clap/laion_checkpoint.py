"""Reads a ``.pt`` checkpoint of the laion-clap package (HTSAT-tiny and -base, RoBERTa) without that package.

The file is a training pickle; only tensors and plain values are taken from it (``weights_only``). Its names are mapped
to transformers' ``ClapModel`` and every size is read off the weights. What the file lacks is known from laion-clap:
the front end (its model_configs/HTSAT-*.json) and the tokenizer, roberta-base, taken from the folder of the ``.pt`` or
from the hub's cache.
"""

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from reward_models.checkpoints import CheckpointError
from reward_models.embedders.clap.checkpoint_files import EMBEDDED_HINT, tokenizer_folder
from reward_models.embedders.clap.front_end import FrontEndConfig
from reward_models.embedders.clap.parts import ClapParts
from reward_models.embedders.clap.transformers_checkpoint import read_tokenizer

_TOKENIZER = "roberta-base"
_ROBERTA_LAYER_NORM_EPS = 1e-5  # of roberta-base; ClapTextConfig's default is another
_RENAMED = (
    ("text_branch.", "text_model."),
    ("audio_branch.", "audio_model.audio_encoder."),
    ("attn.proj.", "attention.output.dense."),
    ("attn.", "attention.self."),
    ("mlp.fc1.", "intermediate.dense."),
    ("mlp.fc2.", "output.dense."),
    ("norm1.", "layernorm_before."),
    ("norm2.", "layernorm_after."),
    ("bn0.", "batch_norm."),
    ("_projection.0.", "_projection.linear1."),
    ("_projection.2.", "_projection.linear2."),
)
# The published files keep their best metric beside the weights, as a numpy scalar under numpy 1's name.
_NUMPY_SCALAR: Any = np.float64(0).__reduce__()[0]
_NUMPY_SCALARS = (
    (_NUMPY_SCALAR, "numpy.core.multiarray.scalar"),
    _NUMPY_SCALAR,
    np.dtype,
    np.dtypes.Float64DType,
    np.dtypes.Float32DType,
)
_KEPT = ("audio_branch.", "text_branch.", "audio_projection.", "text_projection.", "logit_scale_")
_DROPPED = re.compile(
    r"audio_branch\.(spectrogram_extractor|logmel_extractor|tscam_conv|head)\.|\.attn_mask$|\.position_ids$"
)


def read_laion_checkpoint(name: str) -> ClapParts:
    """A laion-clap checkpoint's parts.

    Args:
        name: Path of the ``.pt`` file.

    Raises:
        CheckpointError: If the file is missing, no laion-clap checkpoint of HTSAT and RoBERTa, or lacks tensors; or if
            the tokenizer isn't here.
    """
    path = Path(name)
    if not path.is_file():
        raise CheckpointError(f"there is no file {path}: give a laion-clap checkpoint, {EMBEDDED_HINT}.")
    weights = _rename(_read_pickle(path), path)
    model = _build(weights, path)
    tokenizer = read_tokenizer(tokenizer_folder(path.parent, _TOKENIZER))
    fused = bool(model.config.audio_config.enable_fusion)
    return ClapParts(model, tokenizer, laion_front_end(fused=fused), path.parent)


def laion_front_end(*, fused: bool) -> FrontEndConfig:
    """laion-clap's front end (model_configs/HTSAT-tiny.json and -base.json; training/data.py for the fused form)."""
    return FrontEndConfig(
        sample_rate=48_000,
        window_seconds=10.0,
        n_fft=1024,
        hop_length=480,
        mels=64,
        low=50.0,
        high=14_000.0,
        scale="htk" if fused else "slaney",
    )


def _read_pickle(path: Path) -> dict[str, Tensor]:
    try:
        with torch.serialization.safe_globals(list(_NUMPY_SCALARS)):
            loaded = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError) as error:
        raise CheckpointError(
            f"{path} can't be read as tensors and plain values ({str(error).splitlines()[0]}): fetch it again; if it "
            "is a laion-clap checkpoint you trust, save only torch.load(path, weights_only=False)['state_dict'], "
            f"{EMBEDDED_HINT}."
        ) from error
    weights = loaded.get("state_dict", loaded) if isinstance(loaded, Mapping) else {}
    return {key.removeprefix("module."): value for key, value in weights.items()}


def _rename(weights: Mapping[str, Tensor], path: Path) -> dict[str, Tensor]:
    needed = ("audio_branch.patch_embed.proj.weight", "text_branch.embeddings.word_embeddings.weight")
    if absent := [key for key in needed if key not in weights]:
        raise CheckpointError(
            f"{path} has no {absent[0]}: it is no laion-clap checkpoint of HTSAT and RoBERTa. Use one of those, "
            f"{EMBEDDED_HINT}."
        )
    kept = {key: value for key, value in weights.items() if key.startswith(_KEPT) and not _DROPPED.search(key)}
    return dict(pair for key, value in kept.items() for pair in _renamed(key, value))


def _renamed(key: str, value: Tensor) -> list[tuple[str, Tensor]]:
    if key.startswith("text_branch."):
        return [(key.replace("text_branch.", "text_model."), value)]
    for old, new in _RENAMED:
        key = key.replace(old, new)
    if ".qkv." not in key:
        return [(key, value)]
    names = ("query", "key", "value")
    return [(key.replace("qkv", part), chunk) for part, chunk in zip(names, value.chunk(3), strict=True)]


def _build(weights: dict[str, Tensor], path: Path) -> Any:  # noqa: ANN401 -- untyped upstream
    from transformers import ClapConfig, ClapModel

    config = ClapConfig(
        audio_config=_audio_config(weights),
        text_config=_text_config(weights),
        projection_dim=len(weights["audio_projection.linear1.weight"]),
    )
    model: Any = ClapModel(config)
    wanted = dict(model.named_parameters()) | {n: b for n, b in model.named_buffers() if "running_" in n}
    if missing := sorted(set(wanted) - set(weights)):
        raise CheckpointError(
            f"{path} lacks {len(missing)} tensors, such as {missing[0]}: fetch it again, {EMBEDDED_HINT}."
        )
    try:
        model.load_state_dict(weights, strict=False)
    except RuntimeError as error:
        raise CheckpointError(f"{path} has tensors of other shapes ({error}): fetch it again.") from error
    return model.float().eval().requires_grad_(False)


def _audio_config(weights: Mapping[str, Tensor]) -> dict[str, Any]:
    prefix = "audio_model.audio_encoder."
    layers = _count(weights, prefix + r"layers\.(\d+)\.")
    heads = [
        weights[f"{prefix}layers.{i}.blocks.0.attention.self.relative_position_bias_table"].shape[1]
        for i in range(layers)
    ]
    fused = f"{prefix}patch_embed.mel_conv2d.weight" in weights
    width = len(weights[f"{prefix}patch_embed.proj.weight"])
    return {
        "patch_embeds_hidden_size": width,
        "hidden_size": width * 2 ** (layers - 1),
        "depths": [_count(weights, rf"{prefix}layers\.{i}\.blocks\.(\d+)\.") for i in range(layers)],
        "num_attention_heads": heads,
        "num_hidden_layers": layers,
        "num_mel_bins": len(weights[f"{prefix}batch_norm.weight"]),
        "enable_fusion": fused,
        "fusion_type": "aff_2d" if fused else None,
    }


def _text_config(weights: Mapping[str, Tensor]) -> dict[str, Any]:
    vocabulary, width = weights["text_model.embeddings.word_embeddings.weight"].shape
    return {
        "vocab_size": vocabulary,
        "hidden_size": width,
        "num_hidden_layers": _count(weights, r"text_model\.encoder\.layer\.(\d+)\."),
        "num_attention_heads": width // 64,
        "intermediate_size": len(weights["text_model.encoder.layer.0.intermediate.dense.weight"]),
        "max_position_embeddings": len(weights["text_model.embeddings.position_embeddings.weight"]),
        "layer_norm_eps": _ROBERTA_LAYER_NORM_EPS,
    }


def _count(weights: Mapping[str, Tensor], pattern: str) -> int:
    return 1 + max(int(match.group(1)) for match in (re.match(pattern, key) for key in weights) if match)
