"""Vectors of request texts, remembered: a trainer asks for the same few requests again and again."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from reward_models.embedders.base import TextAudioEmbedder


class TextCache:
    """The most recently used vectors, by embedder and text; safe across threads.

    Args:
        max_texts: How many are remembered.
    """

    def __init__(self, max_texts: int = 4096) -> None:
        self._max_texts = max_texts
        self._known: OrderedDict[tuple[str, str], Float[Tensor, " dim"]] = OrderedDict()
        self._lock = threading.Lock()

    def vectors(self, embedder: TextAudioEmbedder, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        """As ``embedder.embed_text``, which is asked only for what isn't remembered."""
        keys = [(embedder.fingerprint, text) for text in texts]
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
        new = [key for key in dict.fromkeys(keys) if key not in found]
        if new:
            found |= zip(new, embedder.embed_text([text for _, text in new]), strict=True)
        self._remember({key: found[key] for key in keys})
        return torch.stack([found[key] for key in keys]) if keys else torch.zeros(0, embedder.dim)

    def _remember(self, used: dict[tuple[str, str], Tensor]) -> None:
        with self._lock:
            for key, vector in used.items():
                self._known[key] = vector.clone() if key not in self._known else vector  # a row keeps its table alive
                self._known.move_to_end(key)
            while len(self._known) > self._max_texts:
                self._known.popitem(last=False)
