"""Examples as the fidelity network hears them: log-mel pictures in bytes, details, and their labels beside them.

A picture's 80 dB fit a byte at a third of a decibel, an eighth of the memory of the waveform.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Float, UInt8
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from reward_models.embedders.fidelity import FRONT_END
from reward_models.embedders.fidelity_details import FidelityDetails
from reward_models.embedders.mini.front_end import LogMel
from training.quality.examples import Example, Label


@dataclass(frozen=True)
class Pictures:
    """Pictures ``(example, mel, frame)``, 255 at the clip's peak, details, and one label each."""

    picture: UInt8[Tensor, "example mel frame"]
    details: Float[Tensor, "example detail"]
    labels: tuple[Label, ...]

    @property
    def target(self) -> Float[Tensor, " example"]:
        """``log(1 + damage)``."""
        return torch.log1p(torch.tensor([label.damage for label in self.labels]))

    @property
    def kinds(self) -> list[str]:
        """Kind of each example."""
        return [label.kind for label in self.labels]

    def bundles(self, size: int) -> list[npt.NDArray[np.int64]]:
        """Indices that belong together: each passage with its copies, clean first; garbage in lots of ``size``."""
        passage = np.array([label.passage for label in self.labels])
        garbage = np.flatnonzero(passage < 0)
        graded = [np.flatnonzero(passage == number) for number in np.unique(passage[passage >= 0])]
        return [*graded, *(garbage[start : start + size] for start in range(0, len(garbage), size))]


def as_pictures(examples: Iterable[Example]) -> Pictures:
    """Draws every example; the waveforms are not kept."""
    front_end, finer = LogMel(FRONT_END), FidelityDetails()
    pictures, details, labels = [], [], []
    for example in examples:
        waveform = torch.from_numpy(example.waveform)[None]
        with torch.no_grad():
            pictures.append((front_end(waveform)[0] * 255).round().to(torch.uint8))
            details.append(finer(waveform)[0])
        labels.append(example.label)
    return Pictures(torch.stack(pictures), torch.stack(details), tuple(labels))


def save_pictures(pictures: Pictures, path: Path) -> None:
    """Writes one safetensors file, the labels in its header."""
    tensors = {"picture": pictures.picture.contiguous(), "details": pictures.details.contiguous()}
    save_file(tensors, str(path), metadata={"labels": json.dumps(pictures.labels)})


def load_pictures(path: Path) -> Pictures:
    """Reads what ``save_pictures`` wrote."""
    with safe_open(str(path), framework="pt") as stored:
        labels = json.loads(stored.metadata()["labels"])
        return Pictures(
            stored.get_tensor("picture"), stored.get_tensor("details"), tuple(Label(*label) for label in labels)
        )


def joined(sets: Sequence[Pictures]) -> Pictures:
    """Several sets as one; passages are numbered on, as every set counts from 0."""
    labels: list[Label] = []
    for own in sets:
        first = 1 + max((label.passage for label in labels), default=-1)
        labels += [
            label._replace(passage=label.passage + first) if label.passage >= 0 else label for label in own.labels
        ]
    return Pictures(torch.cat([own.picture for own in sets]), torch.cat([own.details for own in sets]), tuple(labels))
