"""A small embedder of spectra and a folder of made-up reference clips, for tests of what compares with references."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from audioforge.reference_building import build_reference_sets
from reward_models.audio import AudioBatch
from reward_models.embedders.base import Embedder

RATE = 8_000
CENTRES = {"drums": 300.0, "instruments": 800.0, "sfx": 1600.0, "ambient": 2800.0}


class SpectrumEmbedder(Embedder):
    """Log energies of eight bands, so that clips of different pitch lie apart."""

    name = "spectrum"
    sample_rate = RATE
    dim = 8
    window_seconds = 0.25
    device = torch.device("cpu")

    def __init__(self, fingerprint: str = "spectrum-1") -> None:
        self.fingerprint = fingerprint

    def embed_windows(self, windows: Tensor) -> Tensor:
        power = torch.fft.rfft(windows).abs().square()[:, 1:]
        bands = torch.stack([part.mean(1) for part in power.chunk(self.dim, dim=1)], dim=1)
        return (bands + 1e-6).log() - (bands + 1e-6).log().mean(1, keepdim=True)


def hum(category: str, seed: int, seconds: float = 0.6) -> Tensor:
    """A noisy tone near the category's pitch; equal seeds give equal clips."""
    generator = torch.Generator().manual_seed(seed)
    time = torch.arange(round(seconds * RATE)) / RATE
    pitch = CENTRES[category] * (1 + 0.1 * float(torch.randn((), generator=generator)))
    return 0.3 * torch.sin(2 * torch.pi * pitch * time) + 0.02 * torch.randn(len(time), generator=generator)


def write_references(
    folder: Path, *, references: int = 20, held_out: int = 10, label: Callable[[int], str] = lambda i: f"hum {i % 5}"
) -> Path:
    """A reference folder with a manifest, in the form of the shipped one."""
    rows = []
    for number, category in enumerate(CENTRES):
        for index in range(references + held_out):
            file = f"{category}/{index}.wav"
            (folder / category).mkdir(parents=True, exist_ok=True)
            clip = hum(category, 1000 * number + index)
            AudioBatch.from_arrays([clip], RATE).save([folder / file])
            rows.append(
                {
                    "file": file, "category": category, "label": label(index), "caption": "a hum",
                    "origin": "synthesis",
                    "seconds": 0.6, "licence": "CC0-1.0", "author": "nobody", "source": "made up",
                    "sha256": hashlib.sha256((folder / file).read_bytes()).hexdigest(),
                    "split": "reference" if index < references else "calibration", "group": file,
                }
            )  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(rows))
    return folder


def built_references(folder: Path, embedder: Embedder) -> Path:
    """The folder of reference sets made of ``write_references``' clips."""
    build_reference_sets(embedder, folder / "sets", clips=write_references(folder / "clips"))
    return folder / "sets"


def batch(clips: Sequence[Tensor]) -> AudioBatch:
    """The clips at ``RATE``."""
    return AudioBatch.from_arrays(list(clips), RATE)
