"""Plumbing alone: agreement with the laion-clap package is checked in ``tests/parity/test_clap_laion.py``."""

import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import ClapConfig

from reward_models import AudioBatch, load_embedder
from reward_models.checkpoints import CheckpointError
from reward_models.embedders.clap import ClapEmbedder, checkpoint_files
from reward_models.embedders.clap.front_end import read_front_end_config
from reward_models.embedders.clap.laion_checkpoint import laion_front_end, read_laion_checkpoint
from tests.tiny_clap import (
    CAPTIONS,
    FUSED_PREPROCESSOR,
    UNFUSED_PREPROCESSOR,
    random_clap,
    tiny_config,
    write_preprocessor,
    write_tokenizer,
)

TO_LAION = (
    (r"^text_model\.", "text_branch."),
    (r"^audio_model\.audio_encoder\.", "audio_branch."),
    (r"_projection\.linear1\.", "_projection.0."),
    (r"_projection\.linear2\.", "_projection.2."),
    (r"^(audio_branch.*)attention\.output\.dense\.", r"\1attn.proj."),
    (r"^(audio_branch.*)attention\.self\.", r"\1attn."),
    (r"^(audio_branch.*)intermediate\.dense\.", r"\1mlp.fc1."),
    (r"^(audio_branch.*)output\.dense\.", r"\1mlp.fc2."),
    (r"layernorm_before\.", "norm1."),
    (r"layernorm_after\.", "norm2."),
    (r"^audio_branch\.batch_norm\.", "audio_branch.bn0."),
)


def laion_name(name: str) -> str:
    for pattern, replacement in TO_LAION:
        name = re.sub(pattern, replacement, name)
    return name


def laion_weights(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The state of a ``ClapModel`` under laion-clap's names: attention in one tensor, and extras that aren't used."""
    weights = {laion_name(name): tensor for name, tensor in model.state_dict().items()}
    for name in [name for name in weights if "attn.query" in name]:
        parts = [weights.pop(name.replace("query", part)) for part in ("query", "key", "value")]
        weights[name.replace("query", "qkv")] = torch.cat(parts)
    weights["audio_branch.head.weight"] = torch.zeros(3, 3)
    weights["audio_branch.logmel_extractor.melW"] = torch.zeros(3, 3)
    return {f"module.{name}": tensor for name, tensor in weights.items()}


def config(*, fused: bool = False) -> ClapConfig:
    tiny = tiny_config(fused=fused)
    tiny.text_config.hidden_size = 64  # laion-clap's heads are 64 wide
    tiny.text_config.num_attention_heads = 1
    return tiny


def save(weights: dict[str, torch.Tensor], folder: Path) -> str:
    folder.mkdir(exist_ok=True)
    write_tokenizer(folder)
    torch.save({"epoch": 15, "state_dict": weights}, folder / "clap.pt")
    return str(folder / "clap.pt")


@pytest.mark.parametrize("fused", [False, True])
def test_a_checkpoint_gives_the_model_that_was_saved(tmp_path, fused):
    model = random_clap(config(fused=fused))
    read = read_laion_checkpoint(save(laion_weights(model), tmp_path))
    assert read.front_end == laion_front_end(fused=fused)
    expected = dict(model.named_parameters()) | dict(model.named_buffers())
    found = dict(read.model.named_parameters()) | dict(read.model.named_buffers())
    assert set(found) == set(expected)
    assert all(torch.equal(found[name], expected[name]) for name in expected)


@pytest.mark.parametrize(("fused", "fields"), [(False, UNFUSED_PREPROCESSOR), (True, FUSED_PREPROCESSOR)])
def test_the_front_end_is_that_of_the_published_checkpoints(tmp_path, fused, fields):
    write_preprocessor(tmp_path, fields)
    assert laion_front_end(fused=fused) == read_front_end_config(tmp_path)


def test_the_text_towers_layer_norms_are_those_of_roberta_base(tmp_path):
    model = read_laion_checkpoint(save(laion_weights(random_clap(config())), tmp_path)).model
    norms = [module for module in model.text_model.modules() if isinstance(module, torch.nn.LayerNorm)]
    assert {norm.eps for norm in norms} == {1e-5}


def test_a_pt_file_is_an_embedder_like_any_other(tmp_path):
    embedder = load_embedder(save(laion_weights(random_clap(config())), tmp_path))
    assert isinstance(embedder, ClapEmbedder)
    audio = embedder.embed_audio(AudioBatch.from_arrays([0.1 * torch.randn(48_000)], 48_000))
    assert audio.shape == (1, 32)
    assert embedder.embed_text(list(CAPTIONS)).shape == (len(CAPTIONS), 32)


@pytest.mark.parametrize("module", [b"numpy._core.multiarray", b"numpy.core.multiarray"], ids=["numpy 2", "numpy 1"])
def test_a_numpy_metric_beside_the_weights_does_not_matter(tmp_path, module):
    path = Path(save(laion_weights(random_clap(config())), tmp_path))
    state = torch.load(path)
    torch.save(state | {"best": np.float64(0.9014)}, path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content.replace(b"numpy._core.multiarray", module))
    assert read_laion_checkpoint(str(path)).model.config.projection_dim == 32


def test_a_missing_file_is_named():
    with pytest.raises(CheckpointError, match=r"no file missing\.pt"):
        read_laion_checkpoint("missing.pt")


def test_a_pickle_that_would_run_code_is_refused(tmp_path):
    torch.save({"state_dict": {}, "hook": Path}, tmp_path / "clap.pt")
    with pytest.raises(CheckpointError, match=r"tensors and plain values.*weights_only=False\)\['state_dict'\]"):
        read_laion_checkpoint(str(tmp_path / "clap.pt"))


def test_a_file_that_is_no_pickle_is_refused(tmp_path):
    (tmp_path / "clap.pt").write_bytes(b"no weights")
    with pytest.raises(CheckpointError, match=r"clap\.pt can't be read"):
        read_laion_checkpoint(str(tmp_path / "clap.pt"))


def test_weights_of_another_model_are_refused(tmp_path):
    with pytest.raises(CheckpointError, match=r"has no audio_branch\.patch_embed\.proj\.weight"):
        read_laion_checkpoint(save({"module.conv.weight": torch.zeros(1)}, tmp_path))


def test_missing_tensors_are_refused_and_not_drawn_at_random(tmp_path):
    weights = laion_weights(random_clap(config()))
    del weights["module.audio_projection.2.bias"]
    with pytest.raises(CheckpointError, match=r"lacks 1 tensors, such as audio_projection\.linear2\.bias"):
        read_laion_checkpoint(save(weights, tmp_path))


def test_tensors_of_another_shape_are_refused(tmp_path):
    weights = laion_weights(random_clap(config()))
    weights["module.audio_projection.2.bias"] = torch.zeros(7)
    with pytest.raises(CheckpointError, match="tensors of other shapes"):
        read_laion_checkpoint(save(weights, tmp_path))


def test_without_a_tokenizer_the_folder_to_mend_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint_files.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(checkpoint_files.constants, "HF_HUB_OFFLINE", True)
    path = save(laion_weights(random_clap(config())), tmp_path / "clap")
    for name in ("vocab.json", "merges.txt"):
        (tmp_path / "clap" / name).unlink()
    with pytest.raises(CheckpointError, match=r"tokenizer roberta-base is not here.*/clap and from the cache"):
        read_laion_checkpoint(path)
