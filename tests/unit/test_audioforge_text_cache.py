import torch

from audioforge.text_cache import TextCache
from tests.stand_ins import LoudnessEmbedder


class Counting(LoudnessEmbedder):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def embed_text(self, texts):
        self.seen.extend(texts)
        return super().embed_text(["quiet" if text == "quiet" else "loud" for text in texts])


def test_texts_are_embedded_once_and_come_back_in_the_order_asked_for():
    cache, embedder = TextCache(), Counting()
    cache.vectors(embedder, ["loud"])
    vectors = cache.vectors(embedder, ["quiet", "loud", "quiet"])
    assert torch.equal(vectors, LoudnessEmbedder().embed_text(["quiet", "loud", "quiet"]))
    assert embedder.seen == ["loud", "quiet"]
    assert cache.vectors(embedder, []).shape == (0, embedder.dim)


def test_the_least_recently_used_text_is_forgotten_first():
    cache, embedder = TextCache(max_texts=2), Counting()
    for text in ("a", "b", "a", "c", "a", "b"):
        cache.vectors(embedder, [text])
    assert embedder.seen == ["a", "b", "c", "b"]


def test_models_of_other_weights_share_nothing():
    cache, one, other = TextCache(), Counting(), Counting()
    other.fingerprint = "other"
    cache.vectors(one, ["loud"])
    cache.vectors(other, ["loud"])
    assert other.seen == ["loud"]
