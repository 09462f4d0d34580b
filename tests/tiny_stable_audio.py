"""A random Stable Audio model of the released one's architecture, small enough for a test, with a local T5."""

import json
from pathlib import Path
from typing import Any

import torch

from audioforge.generators.stable_audio.prompt_reader import readers_known, with_local_readers

RATE = 8_000
SAMPLE_SIZE = 4_096
MAX_TOKENS = 16
WORDS = ("a", "kick", "drum", "rain", "on", "window", "deep", "soft", "long", "pad")


def write_t5(folder: Path) -> None:
    """A T5 encoder of 16 dimensions with random weights, and a tokenizer of a few words."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast, T5Config, T5EncoderModel

    vocabulary = {"<pad>": 0, "</s>": 1, "<unk>": 2, **{word: 3 + i for i, word in enumerate(WORDS)}}
    words = Tokenizer(models.WordLevel(vocabulary, "<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    names = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    PreTrainedTokenizerFast(tokenizer_object=words, **names).save_pretrained(folder)
    torch.manual_seed(0)
    config = T5Config(vocab_size=len(vocabulary), d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2)
    T5EncoderModel(config).save_pretrained(folder)


def tiny_config(t5: str, objective: str = "rf_denoiser") -> dict[str, Any]:
    """Settings in the form of the released model's, everything smaller."""
    coder = {"channels": 4, "c_mults": [1, 2], "strides": [4, 8], "latent_dim": 8, "use_snake": True}
    autoencoder = {
        "encoder": {"type": "oobleck", "config": {"in_channels": 2, **coder, "latent_dim": 16}},
        "decoder": {"type": "oobleck", "config": {"out_channels": 2, **coder, "final_tanh": False}},
        "bottleneck": {"type": "vae"},
        "latent_dim": 8,
        "downsampling_ratio": 32,
        "io_channels": 2,
    }
    conditions = [
        {"id": "prompt", "type": "t5", "config": {"t5_model_name": t5, "max_length": MAX_TOKENS}},
        {"id": "seconds_total", "type": "number", "config": {"min_val": 0, "max_val": 256}},
    ]
    transformer = {"embed_dim": 64, "depth": 2, "num_heads": 2, "cond_token_dim": 64, "global_cond_dim": 64}
    diffusion = {
        "cross_attention_cond_ids": ["prompt", "seconds_total"],
        "global_cond_ids": ["seconds_total"],
        "diffusion_objective": objective,
        "type": "dit",
        "config": {
            "io_channels": 8,
            **transformer,
            "project_cond_tokens": False,
            "transformer_type": "continuous_transformer",
        },
    }
    return {
        "model_type": "diffusion_cond",
        "sample_size": SAMPLE_SIZE,
        "sample_rate": RATE,
        "audio_channels": 2,
        "model": {
            "pretransform": {"type": "autoencoder", "iterate_batch": True, "config": autoencoder},
            "conditioning": {"configs": conditions, "cond_dim": 64},
            "diffusion": diffusion,
            "io_channels": 8,
        },
    }


def write_model(folder: Path) -> None:
    """``model_config.json`` and ``model.safetensors`` with random weights; needs stable-audio-tools."""
    from safetensors.torch import save_file
    from stable_audio_tools.models.factory import create_model_from_config

    t5 = folder / "tiny-t5"
    t5.mkdir(parents=True)
    write_t5(t5)
    config = tiny_config(t5.name)
    (folder / "model_config.json").write_text(json.dumps(config))
    torch.manual_seed(1)
    located = with_local_readers(config, folder)
    with readers_known(located):
        model = create_model_from_config(located)
    for parameter in (*model.model.parameters(), *model.conditioner.parameters()):
        if parameter.ndim > 1:  # many start at zero, and prompts would hardly matter
            torch.nn.init.normal_(parameter, std=0.25)
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, folder / "model.safetensors")
