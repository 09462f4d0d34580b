"""Batches of training windows: which recordings, which part of each, with what caption."""

from collections import Counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Float, Int
from torch import Tensor

from training.mini.augment import SILENCE_DB, augmented, peaks, power_sum
from training.mini.cache import Cache, Entry
from training.mini.everyday import everyday_labels

KIND_SHARE = {"real": 0.62, "render": 0.20, "synthetic": 0.08, "sketch": 0.10}
MIX_SHARE = 0.1
WARP_SHARE = 0.4
LOOP_SHARE = 0.08
EVERYDAY_BOOST = 3.0
"""How much more often than others a recording of an everyday family is heard."""


class Batch(NamedTuple):
    """Windows and what they are.

    Attributes:
        decibels: ``(window, mel, frame)`` augmented, absolute.
        entry: Index of each window's recording.
        label: Index of its label; from the number of competing labels on, a request.
        caption: Which of the recording's captions.
    """

    decibels: Float[Tensor, "window mel frame"]
    entry: Int[Tensor, " window"]
    label: Int[Tensor, " window"]
    caption: Int[Tensor, " window"]


class Sampler:
    """Draws batches: kinds by ``KIND_SHARE``, within a kind labels by the square root of their number.

    Everyday families count ``EVERYDAY_BOOST`` times.
    """

    def __init__(self, cache: Cache, frames: int, captions_each: int, seed: int) -> None:
        self.cache = cache
        self.frames = frames
        self.captions_each = captions_each
        self.labels = competing_labels(cache.entries)
        # Whole requests come after the labels: they count as what a clip is, but don't compete with labels.
        others = sorted({entry.label for entry in cache.entries} - set(self.labels))
        number = {label: index for index, label in enumerate([*self.labels, *others])}
        self.label_of = torch.tensor([number[entry.label] for entry in cache.entries])
        self.weights = _weights(cache.entries)
        self.rng, self.generator = np.random.default_rng(), torch.Generator()
        self.reseed(seed, 0)

    def reseed(self, seed: int, step: int) -> None:
        """Draws from here on depend on both numbers alone."""
        self.rng = np.random.default_rng((seed, step))
        self.generator.manual_seed(int(self.rng.integers(2**62)))

    def batch(self, size: int) -> Batch:
        """One augmented batch."""
        chosen = self.rng.choice(len(self.weights), size, p=self.weights)
        windows = torch.from_numpy(np.stack([self._window(self.cache.entries[i]) for i in chosen]))
        decibels = augmented(self._mixed(windows.float()), self.generator)
        entry = torch.from_numpy(chosen)
        caption = torch.from_numpy(self.rng.integers(0, self.captions_each, size))
        return Batch(decibels, entry, self.label_of[entry], caption)

    def _mixed(self, windows: Tensor) -> Tensor:
        """Some windows with another one 3 to 20 dB below: the louder keeps the caption."""
        count = round(len(windows) * MIX_SHARE)
        other = windows.roll(1, 0)[:count]
        quieter = (
            peaks(windows[:count])
            - peaks(other)
            - torch.from_numpy(self.rng.uniform(3, 20, (count, 1, 1)).astype(np.float32))
        )
        return torch.cat([power_sum(windows[:count], other + quieter), windows[count:]])

    def _window(self, entry: Entry) -> npt.NDArray[np.float16]:
        picture = self.cache.picture(entry)
        if self.rng.random() < WARP_SHARE and entry.bpm is None:
            picture = self._warped(picture)
        window = np.full((self.frames, picture.shape[1]), SILENCE_DB, dtype=np.float16)
        if len(picture) >= self.frames:
            start = self.rng.integers(0, len(picture) - self.frames + 1)
            return np.ascontiguousarray(picture[start : start + self.frames].T)
        if self.rng.random() < LOOP_SHARE:
            copies = -(-self.frames // len(picture))
            return np.ascontiguousarray(np.tile(picture, (copies, 1))[: self.frames].T)
        room = self.frames - len(picture)
        start = 0 if self.rng.random() < 0.6 else int(self.rng.integers(0, room + 1))
        window[start : start + len(picture)] = picture
        return np.ascontiguousarray(window.T)

    def _warped(self, picture: npt.NDArray[np.float16]) -> npt.NDArray[np.float16]:
        """Played a little faster or slower, without a change of pitch; shifted by a mel band now and then."""
        factor = np.exp(self.rng.uniform(-0.22, 0.22))
        index = np.minimum((np.arange(max(1, int(len(picture) / factor))) * factor).astype(int), len(picture) - 1)
        shift = int(self.rng.integers(-2, 3))
        warped = picture[index]
        if shift == 0:
            return warped
        shifted = np.roll(warped, shift, axis=1)
        edge = slice(0, shift) if shift > 0 else slice(shift, None)
        shifted[:, edge] = warped[:, edge]
        return shifted


def competing_labels(entries: tuple[Entry, ...]) -> list[str]:
    """Label names among which a clip must find its own: those of all recordings but the sketch generator's."""
    return sorted({entry.label for entry in entries if entry.kind != "sketch"})


def _weights(entries: tuple[Entry, ...]) -> npt.NDArray[np.float64]:
    sizes = Counter((entry.kind, entry.label) for entry in entries)
    everyday = everyday_labels()
    boost = [EVERYDAY_BOOST if entry.label in everyday else 1.0 for entry in entries]
    weights = np.array([b * sizes[entry.kind, entry.label] ** -0.5 for b, entry in zip(boost, entries, strict=True)])
    kinds = np.array([entry.kind for entry in entries])
    present = [kind for kind in KIND_SHARE if (kinds == kind).any()]
    for kind in present:
        weights[kinds == kind] *= KIND_SHARE[kind] / weights[kinds == kind].sum()
    return weights / weights.sum()
