"""Text tower of ``mini``: text → vector, with its own tokenizer, so that nothing is fetched at run time.

The sentence encoder is all-MiniLM-L6-v2 (Apache-2.0) with fewer word pieces and coarser weights (see ``storage``):
lower-cased word pieces, six post-norm transformer layers, mean over the tokens, 384 numbers. A two-layer projection
takes them into the space that the audio tower shares. Texts are cut at ``max_tokens``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Bool, Float, Int
from tokenizers import Tokenizer
from torch import Tensor, nn

from reward_models.checkpoints import CheckpointError

NORM_EPSILON = 1e-12
"""As in BERT's layer norms."""


@dataclass(frozen=True)
class TextTowerConfig:
    """Shape of the text tower.

    Attributes:
        vocabulary: Word pieces.
        width: Width of the transformer, and length of the sentence vector.
        layers: Transformer layers.
        heads: Attention heads.
        hidden: Width of the feed-forward parts.
        dim: Length of the vector in the shared space.
        max_tokens: Word pieces that are read; the rest of a text is cut off.
    """

    vocabulary: int
    width: int = 384
    layers: int = 6
    heads: int = 12
    hidden: int = 1536
    dim: int = 256
    max_tokens: int = 48


class SentenceEncoder(nn.Module):
    """Word pieces → sentence vector; BERT's arithmetic, mean over the tokens."""

    def __init__(self, config: TextTowerConfig) -> None:
        super().__init__()
        self.word = nn.Embedding(config.vocabulary, config.width)
        self.position = nn.Parameter(torch.zeros(config.max_tokens, config.width))
        self.norm = nn.LayerNorm(config.width, NORM_EPSILON)
        layer = nn.TransformerEncoderLayer(
            config.width,
            config.heads,
            config.hidden,
            dropout=0.0,
            activation="gelu",
            layer_norm_eps=NORM_EPSILON,
            batch_first=True,
        )
        self.transformer = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)

    def forward(
        self, pieces: Int[Tensor, "batch token"], real: Bool[Tensor, "batch token"]
    ) -> Float[Tensor, "batch sentence"]:
        """Un-normalised sentence vectors."""
        hidden = self.norm(self.word(pieces) + self.position[: pieces.shape[1]])
        hidden = self.transformer(hidden, src_key_padding_mask=~real)
        share = real.to(hidden.dtype)[..., None]
        sentence: Tensor = (hidden * share).sum(1) / share.sum(1)
        return sentence


class TextProjection(nn.Module):
    """Sentence vector → shared space."""

    def __init__(self, sentence_dim: int, dim: int, *, hidden: int = 512, dropout: float = 0.0) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(sentence_dim, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, dim)
        )

    def forward(self, sentence: Float[Tensor, "*batch sentence"]) -> Float[Tensor, "*batch dim"]:
        """Un-normalised vectors of the shared space; the sentence vector's length does not matter."""
        projected: Tensor = self.layers(nn.functional.normalize(sentence, dim=-1))
        return projected


class TextTower(nn.Module):
    """Texts → un-normalised vectors of the shared space."""

    def __init__(self, config: TextTowerConfig, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.config = config
        self.tokenizer = tokenizer
        self.encoder = SentenceEncoder(config)
        self.projection = TextProjection(config.width, config.dim)

    def forward(self, texts: Sequence[str]) -> Float[Tensor, "batch dim"]:
        """Vectors of the texts, each on its own: the padding of a batch is masked."""
        pieces, real = tokenize(self.tokenizer, texts)
        device = self.encoder.position.device
        vectors: Tensor = self.projection(self.encoder(pieces.to(device), real.to(device)))
        return vectors


def load_tokenizer(path: Path, max_tokens: int) -> Tokenizer:
    """A tokenizer file, set to pad a batch and to cut at ``max_tokens``.

    Raises:
        CheckpointError: If the file is damaged.
    """
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:
        raise CheckpointError(
            f"{path} is no tokenizer ({error}): restore the checkpoint, or train it again."
        ) from error
    tokenizer.enable_truncation(max_tokens)
    tokenizer.enable_padding(pad_id=tokenizer.token_to_id("[PAD]"), pad_token="[PAD]")
    return tokenizer


def tokenize(
    tokenizer: Tokenizer, texts: Sequence[str]
) -> tuple[Int[Tensor, "batch token"], Bool[Tensor, "batch token"]]:
    """Piece numbers, padded to the longest text, and which of them are real."""
    encodings = tokenizer.encode_batch(list(texts))
    pieces = torch.tensor([encoding.ids for encoding in encodings], dtype=torch.int64)
    real = torch.tensor([encoding.attention_mask for encoding in encodings], dtype=torch.bool)
    return pieces, real
