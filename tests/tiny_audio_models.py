"""Audio models of transformers, VGGish and PANN in miniature, with random weights: they test the plumbing alone."""

from pathlib import Path

import torch
from torch import Tensor


def write_wav2vec2(folder: Path) -> Path:
    from transformers import Wav2Vec2Config, Wav2Vec2FeatureExtractor, Wav2Vec2Model

    convolutions = {"conv_dim": (8, 8), "conv_stride": (10, 8), "conv_kernel": (20, 8), "num_feat_extract_layers": 2}
    towers = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    positions = {"num_conv_pos_embeddings": 4, "num_conv_pos_embedding_groups": 2}
    torch.manual_seed(0)
    Wav2Vec2Model(Wav2Vec2Config(**convolutions, **towers, **positions)).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(sampling_rate=4_000).save_pretrained(folder)
    return folder


def write_ast(folder: Path) -> Path:
    from transformers import ASTConfig, ASTFeatureExtractor, ASTModel

    towers = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    torch.manual_seed(0)
    ASTModel(ASTConfig(**towers, max_length=64, num_mel_bins=32)).save_pretrained(folder)
    ASTFeatureExtractor(max_length=64, num_mel_bins=32).save_pretrained(folder)
    return folder


def write_whisper(folder: Path) -> Path:
    from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperModel

    towers = {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2}
    sizes = {"decoder_attention_heads": 2, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16, "vocab_size": 64}
    tokens = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 1}
    config = WhisperConfig(**towers, **sizes, **tokens, num_mel_bins=16, max_source_positions=100)
    torch.manual_seed(0)
    WhisperModel(config).save_pretrained(folder)
    WhisperFeatureExtractor(feature_size=16, chunk_length=2).save_pretrained(folder)
    return folder


def write_encodec(folder: Path) -> Path:
    from transformers import EncodecConfig, EncodecFeatureExtractor, EncodecModel

    config = EncodecConfig(
        num_filters=4, upsampling_ratios=[4, 4], hidden_size=8, num_lstm_layers=1, codebook_size=16, codebook_dim=8,
        sampling_rate=8_000,
    )  # fmt: skip
    torch.manual_seed(0)
    EncodecModel(config).save_pretrained(folder)
    EncodecFeatureExtractor(sampling_rate=8_000).save_pretrained(folder)
    return folder


WRITERS = {"wav2vec2": write_wav2vec2, "ast": write_ast, "whisper": write_whisper, "encodec": write_encodec}


def vggish_weights(
    widths: tuple[int, ...] = (4, 6, 8, 8, 8, 8), hidden: int = 16, dim: int = 12, seed: int = 0
) -> dict[str, Tensor]:
    """Random weights under the published names."""
    generator = torch.Generator().manual_seed(seed)
    shapes: dict[str, tuple[int, ...]] = {}
    for place, narrow, wide in zip((0, 3, 6, 8, 11, 13), (1, *widths), widths, strict=False):
        shapes[f"features.{place}"] = (wide, narrow, 3, 3)
    for place, narrow, wide in zip((0, 2, 4), (widths[-1] * 24, hidden, hidden), (hidden, hidden, dim), strict=True):
        shapes[f"embeddings.{place}"] = (wide, narrow)
    weights = {}
    for name, shape in shapes.items():
        fan_in = torch.Size(shape[1:]).numel()
        weights[f"{name}.weight"] = torch.randn(shape, generator=generator) * (2 / fan_in) ** 0.5
        weights[f"{name}.bias"] = 0.1 * torch.randn(shape[0], generator=generator)
    return weights


def pann_weights(bins: int = 513, width: int = 2, seed: int = 0) -> dict[str, Tensor]:
    """Random weights under the published names, with parts of the file that no vector depends on."""
    generator = torch.Generator().manual_seed(seed)

    def norm(name: str, size: int) -> dict[str, Tensor]:
        spread = torch.rand(size, generator=generator)
        mean = torch.randn(size, generator=generator)
        counted = {f"{name}.num_batches_tracked": torch.tensor(3)}
        return counted | {
            f"{name}.weight": 1 + 0.1 * mean, f"{name}.bias": 0.1 * mean, f"{name}.running_mean": 0.1 * mean,
            f"{name}.running_var": 0.5 + spread,
        }  # fmt: skip

    weights = norm("bn0", 64)
    weights["bn0.running_mean"] = weights["bn0.running_mean"] * 50 - 40
    weights["bn0.running_var"] = weights["bn0.running_var"] * 300
    narrow = 1
    for number in range(1, 7):
        wide = width * 2 ** (number - 1)
        for layer, fan in ((1, narrow), (2, wide)):
            scale = (2 / (9 * fan)) ** 0.5
            shape = (wide, fan, 3, 3)
            weights[f"conv_block{number}.conv{layer}.weight"] = scale * torch.randn(shape, generator=generator)
            weights |= norm(f"conv_block{number}.bn{layer}", wide)
        narrow = wide
    weights["fc1.weight"] = narrow**-0.5 * torch.randn(narrow, narrow, generator=generator)
    weights["fc1.bias"] = 0.1 * torch.randn(narrow, generator=generator)
    weights["fc_audioset.weight"] = torch.zeros(5, narrow)
    weights["logmel_extractor.melW"] = torch.rand(bins, 64, generator=generator)
    return weights
