"""Examples as a frozen embedder hears them: unit vectors and labels."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from reward_models.audio import AudioBatch
from reward_models.embedders.base import Embedder
from training.quality.examples import CLEAN, Example, Label
from training.quality.sources import SAMPLE_RATE

CLIPS_AT_ONCE = 32


@dataclass(frozen=True)
class Embedded:
    """Vectors ``(example, dim)`` and one label each."""

    embedding: Float[Tensor, "example dim"]
    labels: tuple[Label, ...]

    @property
    def target(self) -> Float[Tensor, " example"]:
        """``log(1 + damage)``."""
        return torch.log1p(torch.tensor([label.damage for label in self.labels]))

    @property
    def passage(self) -> Tensor:
        """Number of each example's passage; -1 for garbage."""
        return torch.tensor([label.passage for label in self.labels])

    @property
    def severity(self) -> Float[Tensor, " example"]:
        """In [0, 1]; 0 for clean passages."""
        return torch.tensor([label.severity for label in self.labels])

    @property
    def kind(self) -> Tensor:
        """Number of each example's kind of damage."""
        names = {name: number for number, name in enumerate(sorted({label.kind for label in self.labels}))}
        return torch.tensor([names[label.kind] for label in self.labels])

    @property
    def clean(self) -> Tensor:
        """True for clean passages."""
        return torch.tensor([label.kind == CLEAN for label in self.labels])


def embed_examples(embedder: Embedder, examples: Iterable[Example]) -> Embedded:
    """Embeds every example; the waveforms are not kept."""
    iterator, vectors, labels = iter(examples), [], []
    while chunk := list(itertools.islice(iterator, CLIPS_AT_ONCE)):
        audio = AudioBatch.from_arrays([example.waveform for example in chunk], SAMPLE_RATE)
        vectors.append(embedder.embed_audio(audio))
        labels += [example.label for example in chunk]
    return Embedded(torch.cat(vectors), tuple(labels))
