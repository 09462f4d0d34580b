"""Texts on which the text tower learns to imitate the teacher: captions, requests, and sentences with strange words."""

import gzip
import random
import re
from collections.abc import Sequence
from pathlib import Path

from jaxtyping import Float
from torch import Tensor

from training.mini.captions import CATEGORY_PHRASES, compose
from training.mini.measures import ATTRIBUTES

_FRAMES = (
    "{a}",
    "the sound of {a}",
    "{a} {b}",
    "a {a} and a {b}",
    "{a} in the background",
    "a {b} {a}",
    "{a} with {b}",
    "someone {a} near the {b}",
    "music with {a}",
    "a {a} sound",
    "{a} sound effect for a {b} game",
    "{a}, {b}",
    "a recording of {a} in a {b}",
    "I need a {a} for my {b}",
    "{a} drum loop",
    "{a} ambience",
    "a long {a} {b}",
)


def natural_captions(path: Path) -> list[str]:
    """A gzip file with one caption a line, without repeats."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(dict.fromkeys(line.strip() for line in file if line.strip()))


_SEVERAL_EVENTS = re.compile(r"\b(and|while|as|followed|then|with|before|after|when)\b|,", re.IGNORECASE)
MINED_COSINE = 0.6
MINED_EACH = 12


def mined_captions(
    labels: Sequence[str],
    label_vectors: Float[Tensor, "label 384"],
    sentences: Sequence[str],
    sentence_vectors: Float[Tensor, "sentence 384"],
) -> dict[str, list[str]]:
    """Natural sentences about one event that mean a label, nearest first: how people say it.

    Args:
        labels: Label names.
        label_vectors: The teacher's unit vectors of them.
        sentences: Natural captions.
        sentence_vectors: The teacher's unit vectors of them.

    Returns:
        At most ``MINED_EACH`` sentences a label; labels without any are left out.
    """
    best, owner = (sentence_vectors @ label_vectors.T).max(dim=1)
    mined: dict[str, list[str]] = {}
    for index in best.argsort(descending=True).tolist():
        sentence = sentences[index]
        if float(best[index]) < MINED_COSINE or _SEVERAL_EVENTS.search(sentence):
            continue
        own = mined.setdefault(labels[int(owner[index])], [])
        if len(own) < MINED_EACH and sentence.lower() not in own:
            own.append(sentence.lower())
    return mined


def distillation_texts(
    captions: Sequence[Sequence[str]],
    natural: Sequence[str],
    words: Sequence[str],
    rng: random.Random,
    *,
    invented: int = 40_000,
) -> list[str]:
    """All texts, shuffled, without repeats.

    Args:
        captions: Captions of every training entry.
        natural: Natural sentences about sounds.
        words: Whole English words, for sentences that no caption has.
        rng: Source of every choice.
        invented: Sentences of random words; half as many requests.
    """
    own = [caption for several in captions for caption in several]
    labels = sorted({several[0] for several in captions})
    texts = {*own, *natural}
    texts.update(_swapped(sentence, words, rng) for sentence in natural)
    texts.update(rng.choice(_FRAMES).format(a=rng.choice(words), b=rng.choice(words)) for _ in range(invented))
    texts.update(_request(rng.choice(labels), rng) for _ in range(invented // 2))
    result = sorted(texts)
    rng.shuffle(result)
    return result


def _swapped(sentence: str, words: Sequence[str], rng: random.Random) -> str:
    parts = sentence.split()
    parts[rng.randrange(len(parts))] = rng.choice(words)
    return " ".join(parts)


def _request(label: str, rng: random.Random) -> str:
    adjectives = [rng.choice(sides) for sides in ATTRIBUTES.values()]
    bpm = float(rng.randint(60, 180)) if rng.random() < 0.3 else None
    return compose(label, rng.choice(sorted(CATEGORY_PHRASES)), adjectives, bpm, rng)


def whole_words(pieces: Sequence[str]) -> list[str]:
    """Vocabulary entries that are words of at least three letters."""
    return [piece for piece in pieces if re.fullmatch(r"[a-z]{3,}", piece)]
