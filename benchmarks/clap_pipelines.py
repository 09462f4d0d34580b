"""The ways from PCM to CLAP vectors that ``clap_throughput`` compares, all on one set of random weights.

A pipeline is two stages, features and forward pass, timed apart. Weights are random in the real checkpoints' shape:
speed and agreement don't depend on what they have learned, and none can be shipped.
"""

import contextlib
import importlib.util
import io
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import torch
import transformers
from torch import Tensor, nn

from reward_models.embedders.clap.audio_tower import AudioTower
from reward_models.embedders.clap.front_end import FrontEndConfig, LogMel
from reward_models.embedders.clap.laion_checkpoint import laion_front_end
from reward_models.embedders.load_options import Precision

RATE = 48_000
GFLOP_A_WINDOW = 11.8
"""Multiply–adds counted twice, of HTSAT-tiny on 10 s (docs/laion-clap.md)."""


class Pipeline(NamedTuple):
    """Clips of 10 s, ``(batch, time)`` on the CPU, to features, to unit vectors."""

    name: str
    features: Callable[[Tensor], Any]
    forward: Callable[[Any], Tensor]


def random_clap(seed: int = 0) -> transformers.ClapModel:
    """A ``ClapModel`` in the shape of laion/clap-htsat-unfused (one text layer), evaluation mode, float32."""
    model = transformers.ClapModel(transformers.ClapConfig(text_config={"num_hidden_layers": 1, "vocab_size": 64}))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * parameter[0].numel() ** -0.5)
        norm = model.audio_model.audio_encoder.batch_norm
        norm.running_mean.fill_(-40.0)
        norm.running_var.fill_(300.0)
    return model.eval().requires_grad_(False)


def transformers_pipeline(model: transformers.ClapModel, device: str) -> Pipeline:
    """The extractor (numpy, clip by clip) and model (float32) of transformers, as its documentation shows them."""
    extractor = transformers.ClapFeatureExtractor(frequency_min=50, truncation="rand_trunc")

    def features(clips: Tensor) -> Tensor:
        arrays = [clip.numpy() for clip in clips]
        return torch.from_numpy(np.stack(extractor(arrays, sampling_rate=RATE)["input_features"])).float().to(device)

    def forward(features: Tensor) -> Tensor:
        output = model.get_audio_features(input_features=features)
        return output if isinstance(output, Tensor) else output.pooler_output

    return Pipeline("transformers", features, forward)


def own_pipeline(model: transformers.ClapModel, device: str, precision: Precision) -> Pipeline:
    """This project's front end and audio tower."""
    config: FrontEndConfig = laion_front_end(fused=False)
    tower = AudioTower(LogMel(config), model.audio_model, model.audio_projection, precision).to(device).eval()

    def features(clips: Tensor) -> Tensor:
        log_mel: Tensor = tower.front_end(clips.to(device))
        return log_mel

    def forward(features: Tensor) -> Tensor:
        return nn.functional.normalize(tower.embed_features(features), dim=1)

    return Pipeline(f"audioforge {precision}", features, forward)


def laion_pipeline(module: nn.Module) -> Pipeline:
    """The laion-clap package; its features are a part of its forward pass."""

    def forward(clips: Tensor) -> Tensor:
        vectors: Tensor = module.get_audio_embedding_from_data(list(clips), use_tensor=True)
        return vectors

    return Pipeline("laion-clap", lambda clips: clips, forward)


def laion_clap_is_installed() -> bool:
    """Whether the package is here (the ``peers`` environment has it)."""
    return importlib.util.find_spec("laion_clap") is not None


def build_laion(tokenizer: object, audio_model: str = "HTSAT-tiny", *, fused: bool = False) -> nn.Module:
    """laion-clap's module with random weights and two text layers, built without a hub."""
    with _without_hub(tokenizer):
        import laion_clap

        return laion_clap.CLAP_Module(enable_fusion=fused, device="cpu", amodel=audio_model).eval()


def load_laion(module: nn.Module, path: Path) -> None:
    """Loads a checkpoint into laion-clap's module, without its printing."""
    with contextlib.redirect_stdout(io.StringIO()):
        module.load_ckpt(str(path), verbose=False)


def save_laion(module: nn.Module, path: Path) -> None:
    """Saves in the form of the published files: a training state with names under ``module.``."""
    weights = {f"module.{name}": tensor for name, tensor in module.model.state_dict().items()}
    # The published files hold this buffer of an older transformers; load_ckpt fails without it.
    weights["module.text_branch.embeddings.position_ids"] = torch.arange(514)[None]
    torch.save({"epoch": 15, "name": "clap", "state_dict": weights, "optimizer": {}}, path)


@contextlib.contextmanager
def _without_hub(tokenizer: object) -> Iterator[None]:
    """The package asks the hub for four tokenizers and a model, when it's imported and when it builds a model."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        for name in ("BertTokenizer", "RobertaTokenizer", "BartTokenizer"):
            kind = getattr(transformers, name)
            stack.enter_context(mock.patch.object(kind, "from_pretrained", return_value=tokenizer))
        stack.enter_context(mock.patch.object(transformers.RobertaModel, "from_pretrained", _small_roberta))
        yield


def _small_roberta(_name: str) -> transformers.RobertaModel:
    """RoBERTa-base in fewer layers: laion-clap fixes its width."""
    config = transformers.RobertaConfig(
        vocab_size=320,
        num_hidden_layers=2,
        intermediate_size=256,
        max_position_embeddings=514,
        type_vocab_size=1,
        layer_norm_eps=1e-5,
    )
    return transformers.RobertaModel(config)
