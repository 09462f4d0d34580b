from collections.abc import Sequence

import pytest
import torch

from audioforge.scoring.category_guess import guess_categories, has_known_words
from audioforge.targets import load_targets
from tests.stand_ins import LoudnessEmbedder

CATEGORY = {target.target_description: target.category for target in load_targets()}
ANGLE = {"drums": 0.0, "instruments": 0.5, "sfx": 1.0, "ambient": 1.5}


class Knowing(LoudnessEmbedder):
    """Places a text by its category; knows no other texts than the targets and "rain on a roof"."""

    fingerprint = "knowing-1"

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def embed_text(self, texts: Sequence[str]) -> torch.Tensor:
        self.texts += texts
        angle = torch.tensor([ANGLE[CATEGORY.get(text, "ambient")] for text in texts])
        return torch.stack([angle.cos(), angle.sin()], dim=1)


def test_a_request_gets_the_category_of_its_nearest_targets_which_are_embedded_once():
    embedder = Knowing()
    loop = next(text for text, category in CATEGORY.items() if category == "drums")
    assert guess_categories(["rain on a roof", loop, "rain on a roof"], embedder) == ["ambient", "drums", "ambient"]
    assert guess_categories([loop], embedder) == ["drums"]
    assert len(embedder.texts) == len(CATEGORY) + 3


@pytest.mark.parametrize("request_text", ["ein Hund bellt in der Nacht", "犬が吠える", "no se", "qwer 123", "", "un"])
def test_a_request_without_a_known_word_gets_no_guess(request_text):
    embedder = Knowing()
    assert guess_categories([request_text], embedder) == [None]
    assert embedder.texts == []


@pytest.mark.parametrize("request_text", ["a dog barking", "KICKS", "le piano joue", "deep bubbling lava"])
def test_a_word_of_a_sound_is_enough(request_text):
    assert has_known_words(request_text)
