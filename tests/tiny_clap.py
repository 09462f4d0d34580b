"""LAION-CLAP checkpoints of the real architecture in miniature, with random weights: they test the plumbing alone."""

import json
from pathlib import Path

import torch
from tokenizers import ByteLevelBPETokenizer
from torch import nn
from transformers import ClapConfig, ClapModel

CAPTIONS = (
    "a dog barking at night",
    "a fast techno drum loop with a heavy kick",
    "rain falling on a tin roof",
    "a soft piano melody in a minor key",
    "an explosion followed by silence",
    "a woman speaking, a man laughing",
)

# The fields of laion/clap-htsat-unfused's own preprocessor_config.json.
UNFUSED_PREPROCESSOR = {
    "chunk_length_s": 10,
    "feature_extractor_type": "ClapFeatureExtractor",
    "feature_size": 64,
    "fft_window_size": 1024,
    "frequency_max": 14000,
    "frequency_min": 50,
    "hop_length": 480,
    "max_length_s": 10,
    "n_fft": 1024,
    "nb_frequency_bins": 513,
    "nb_max_frames": 1000,
    "nb_max_samples": 480000,
    "padding": "repeatpad",
    "padding_side": "right",
    "padding_value": 0.0,
    "processor_class": "ClapProcessor",
    "return_attention_mask": False,
    "sampling_rate": 48000,
    "top_db": None,
    "truncation": "rand_trunc",
}
FUSED_PREPROCESSOR = UNFUSED_PREPROCESSOR | {"truncation": "fusion"}


def tiny_config(*, fused: bool = False, vocabulary: int = 320) -> ClapConfig:
    audio = {
        "patch_embeds_hidden_size": 16,
        "hidden_size": 128,
        "depths": [2, 2, 2, 2],
        "num_attention_heads": [2, 2, 4, 8],
        "enable_fusion": fused,
        "fusion_type": "aff_2d" if fused else None,
    }
    text = {
        "vocab_size": vocabulary,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "layer_norm_eps": 1e-5,
    }
    return ClapConfig(audio_config=audio, text_config=text, projection_dim=32)


def random_clap(config: ClapConfig, seed: int = 0) -> ClapModel:
    """A model in evaluation mode with ``draw_weights``' weights."""
    model = ClapModel(config).eval()
    draw_weights(model, model.audio_model.audio_encoder.batch_norm, seed)
    return model


@torch.no_grad()
def draw_weights(model: nn.Module, mel_norm: nn.BatchNorm2d, seed: int = 0) -> None:
    """Weights of a size that keeps signals alive through the depth, and BatchNorm statistics of log-mel features."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in sorted(model.named_parameters()):
        if parameter.ndim > 1 and parameter.requires_grad:
            # Sharp attention in the text tower keeps captions apart.
            gain = 4.0 if "text_" in name and ("query" in name or "key" in name) else 1.0
            scale = 1.0 if "embeddings" in name else gain * parameter[0].numel() ** -0.5
            parameter.copy_(scale * torch.randn(parameter.shape, generator=generator))
        elif name.endswith("bias"):
            parameter.copy_(0.1 * torch.randn(parameter.shape, generator=generator))
    for _, module in sorted(model.named_modules(), key=lambda pair: pair[0]):
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.copy_(0.1 * torch.randn(module.num_features, generator=generator))
    mel_norm.running_mean.copy_(-40 + 5 * torch.randn(mel_norm.num_features, generator=generator))
    mel_norm.running_var.copy_(200 + 200 * torch.rand(mel_norm.num_features, generator=generator))


def write_tokenizer(folder: Path) -> int:
    """A byte-level BPE as RoBERTa's, learned from ``CAPTIONS``; returns the size of its vocabulary."""
    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(
        CAPTIONS, vocab_size=320, show_progress=False, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    )
    tokenizer.save_model(str(folder))
    config = {"tokenizer_class": "RobertaTokenizer", "model_max_length": 512}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return 320


def write_preprocessor(folder: Path, fields: dict[str, object]) -> None:
    (folder / "preprocessor_config.json").write_text(json.dumps(fields))


def write_checkpoint(folder: Path, *, fused: bool = False, seed: int = 0) -> Path:
    """Everything that a published checkpoint's folder holds."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = write_tokenizer(folder)
    random_clap(tiny_config(fused=fused, vocabulary=vocabulary), seed).save_pretrained(folder)
    write_preprocessor(folder, FUSED_PREPROCESSOR if fused else UNFUSED_PREPROCESSOR)
    return folder
