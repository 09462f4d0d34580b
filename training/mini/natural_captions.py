"""Natural sentences about sounds: read from a file, and mined for those that mean a label."""

import gzip
import re
from collections.abc import Sequence
from pathlib import Path

from jaxtyping import Float
from torch import Tensor


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
        label_vectors: Unit sentence vectors of them.
        sentences: Natural captions.
        sentence_vectors: Unit sentence vectors of them.

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
