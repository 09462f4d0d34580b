"""LAION-CLAP's text side, with the two checks that keep a broken one from scoring anything.

A tokenizer whose files are missing can load as an empty one that reads every text alike, and a published checkpoint
(``laion/larger_clap_music``) has a text tower that gives every caption the same vector. Both would still make scores.
"""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from reward_models.checkpoints import CheckpointError
from reward_models.embedders.clap.checkpoint_files import EMBEDDED_HINT, RECOMMENDED

PROBES = (
    "a dog barking",
    "a fast techno drum loop with a heavy kick",
    "rain falling on a tin roof",
    "a soft piano melody in a minor key",
    "an explosion followed by silence",
    "a woman speaking",
)
"""Captions that no working tower takes for one another."""

COLLAPSED = 0.95
"""Mean pairwise cosine of the probes above which a tower is refused; 0.18 where it works, 0.9993 where it doesn't."""

_TEXTS_AT_ONCE = 64
_ROBERTA_RESERVED_POSITIONS = 2


class TextTower(nn.Module):
    """Tokens → text model → projection.

    Args:
        model: transformers' text model; its output has ``pooler_output``.
        projection: Into the space shared with audio.
        tokenizer: Of the checkpoint.
    """

    def __init__(self, model: Any, projection: nn.Module, tokenizer: Any) -> None:  # noqa: ANN401 -- untyped upstream
        super().__init__()
        self.model = model
        self.projection = projection
        self.tokenizer = tokenizer
        self.max_tokens = int(model.config.max_position_embeddings) - _ROBERTA_RESERVED_POSITIONS

    def forward(self, texts: Sequence[str]) -> Float[Tensor, "batch dim"]:
        """Unit vectors, float32, on the tower's device. Words past ``max_tokens`` tokens aren't read."""
        parts = [self._embed(texts[i : i + _TEXTS_AT_ONCE]) for i in range(0, len(texts), _TEXTS_AT_ONCE)]
        return nn.functional.normalize(torch.cat(parts), dim=1)

    def _embed(self, texts: Sequence[str]) -> Float[Tensor, "batch dim"]:
        tokens = self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt"
        )
        device = next(self.model.parameters()).device
        output = self.model(
            input_ids=tokens["input_ids"].to(device), attention_mask=tokens["attention_mask"].to(device)
        )
        vectors: Tensor = self.projection(output.pooler_output)
        return vectors.float()


def check_tokenizer(tokenizer: Any, name: str) -> None:  # noqa: ANN401 -- untyped upstream
    """Refuses a tokenizer that reads different captions alike.

    Raises:
        CheckpointError: If two of the probes give the same tokens.
    """
    read = {tuple(tokenizer(probe)["input_ids"]) for probe in PROBES}
    if len(read) < len(PROBES):
        raise CheckpointError(
            f"the tokenizer of {name} reads different captions as the same tokens, as one without its vocabulary does: "
            f"restore tokenizer.json (or vocab.json and merges.txt) of the checkpoint, {EMBEDDED_HINT}."
        )


def check_not_collapsed(tower: TextTower, name: str) -> None:
    """Refuses a text tower that gives every caption nearly the same vector.

    Raises:
        CheckpointError: If the mean pairwise cosine of the probes is above ``COLLAPSED`` or not a number.
    """
    with torch.no_grad():
        cosine = mean_pairwise_cosine(tower(PROBES))
    if not cosine <= COLLAPSED:
        raise CheckpointError(
            f"the text tower of {name} is collapsed: its vectors of {len(PROBES)} unlike captions have a mean pairwise "
            f"cosine of {cosine:.4f} (0.18 is usual, {COLLAPSED} the limit), so its scores would say nothing about the "
            f"request. Use {RECOMMENDED[0]!r}, {RECOMMENDED[1]!r} or {RECOMMENDED[2]!r}, {EMBEDDED_HINT}."
        )


def mean_pairwise_cosine(embedding: Float[Tensor, "batch dim"]) -> float:
    """Mean cosine over all pairs of different rows; rows are unit vectors, at least two."""
    rows = len(embedding)
    similarity = embedding @ embedding.T
    return float((similarity.sum() - similarity.diagonal().sum()) / (rows * (rows - 1)))
