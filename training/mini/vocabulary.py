"""The text tower's own tokenizer: the teacher's word pieces without those that English captions never use."""

import json
import re
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
_KEPT = re.compile(r"(##)?[a-z0-9']+|[.,!?;:()/&%+-]")


def pruned_tokenizer(source: Path, target: Path) -> list[int]:
    """Writes the teacher's ``tokenizer.json`` with fewer word pieces.

    Args:
        source: The teacher's file.
        target: The file to write.

    Returns:
        For each new piece, its number in the teacher's vocabulary.
    """
    tokenizer = json.loads(source.read_text(encoding="utf-8"))
    vocabulary: dict[str, int] = tokenizer["model"]["vocab"]
    kept = [*SPECIAL, *(piece for piece in vocabulary if piece not in SPECIAL and _KEPT.fullmatch(piece))]
    number = {piece: index for index, piece in enumerate(kept)}
    tokenizer["model"]["vocab"] = number
    tokenizer["added_tokens"] = [
        {**token, "id": number[token["content"]]} for token in tokenizer["added_tokens"] if token["content"] in SPECIAL
    ]
    for name, token in tokenizer["post_processor"]["special_tokens"].items():
        token["ids"] = [number[name]]
    tokenizer["truncation"] = tokenizer["padding"] = None
    target.write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    return [vocabulary[piece] for piece in kept]


def principal_components(vectors: Float[Tensor, "piece wide"], dim: int) -> Float[Tensor, "piece dim"]:
    """The first ``dim`` principal components of the vectors, each scaled by the same factor to unit mean variance."""
    centred = vectors - vectors.mean(0)
    _, directions = torch.linalg.eigh(centred.T @ centred)
    components = centred @ directions[:, -dim:].flip(1)
    return components / components.std()
