"""Families of everyday sounds: which labels belong together, and free sentences that avoid the family's name.

``everyday.txt`` was written by hand. None of its sentences is one of the evaluation's (``paraphrases.py``), but its
author had read those, so the figure for free sentences flatters a little.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("everyday.txt")


class Family(NamedTuple):
    """Sounds that a listener would call by one name.

    Attributes:
        name: The name.
        labels: Labels of recordings that belong to it.
        sentences: Other ways to ask for it.
    """

    name: str
    labels: tuple[str, ...]
    sentences: tuple[str, ...]

    @property
    def wordings(self) -> tuple[str, ...]:
        """Everything that asks for the family: the name alone and in a sentence, then the free sentences."""
        return (self.name, f"the sound of {self.name}", *self.sentences)


def families() -> list[Family]:
    """All families, in the file's order."""
    found: list[Family] = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            found[-1] = found[-1]._replace(sentences=(*found[-1].sentences, line.strip()))
        elif line and not line.startswith("#"):
            name, labels = line.split(" | ")
            found.append(Family(name, tuple(labels.split(", ")), ()))
    return found


def everyday_labels() -> frozenset[str]:
    """Labels of all families."""
    return frozenset(label for family in families() for label in family.labels)


def family_numbers(labels: Sequence[str]) -> list[int]:
    """The family of each label, -1 for a label that has none."""
    number = {label: index for index, family in enumerate(families()) for label in family.labels}
    return [number.get(label, -1) for label in labels]
