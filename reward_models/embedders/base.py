"""What an embedder is: clip → unit vector, and for text–audio embedders, text → unit vector of the same space.

All embedders share one rule for clips of any length, so that a score never depends on chance or on neighbours: the clip
is resampled, mixed to mono and cut into fixed windows (the last aligned to the end, a short clip tiled); the windows'
vectors are averaged *before* normalising, then scaled to unit length. A subclass says how one window becomes a vector.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from reward_models.audio import AudioBatch, AudioError, Fill, is_finite
from reward_models.calibration import MatchCalibration

WINDOWS_AT_ONCE = {"cpu": 8}
"""Windows that go through a network in one pass, by kind of device (elsewhere 64). Scores don't depend on it. On a CPU
what the layers of eight windows hold still fits its cache: they take three quarters of the time of 64, a window, and a
third of the memory or less."""


class FrameEmbeddings(NamedTuple):
    """Un-normalised vectors of every window of every clip, and the clip each belongs to."""

    embedding: Float[Tensor, "frame dim"]
    clip: Int[Tensor, " frame"]

    def pooled(self, count: int) -> Float[Tensor, "batch dim"]:
        """Mean over each of ``count`` clips' windows, scaled to unit length; NaN for a clip that has none."""
        total = torch.zeros(count, self.embedding.shape[1]).index_add_(0, self.clip, self.embedding)
        windows = torch.zeros(count).index_add_(0, self.clip, torch.ones(len(self.clip)))
        mean = torch.nn.functional.normalize(total / windows.clamp_min(1)[:, None], dim=1)
        return torch.where(windows[:, None] > 0, mean, float("nan"))


class Embedder(ABC):
    """Clip → unit vector.

    Attributes:
        name: As given to ``load_embedder``.
        sample_rate: Hz that the network hears.
        dim: Length of a vector.
        window_seconds: Length of a window.
        hop_seconds: Distance of window starts; None for windows side by side.
        fill: How a clip shorter than a window fills it.
        device: Where the network is.
        fingerprint: 16 hex digits over weights and preprocessing. Scores of different fingerprints don't compare.
    """

    name: str
    sample_rate: int
    dim: int
    window_seconds: float
    hop_seconds: float | None = None
    fill: Fill = "repeat"
    device: torch.device
    fingerprint: str

    @abstractmethod
    def embed_windows(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window dim"]:
        """Un-normalised vectors of mono windows at ``sample_rate``, already on ``device``; each row on its own."""

    def frame_embeddings(self, audio: AudioBatch) -> FrameEmbeddings:
        """Un-normalised vectors of every window, float32 on the CPU.

        Args:
            audio: Clips at any rate and channel count.

        Raises:
            AudioError: If a clip is empty or not finite; the message names it.
        """
        _check_content(audio)
        windows = (
            audio.mono()
            .resample(self.sample_rate)
            .windows(self.window_seconds, hop_seconds=self.hop_seconds, fill=self.fill)
        )
        at_once = WINDOWS_AT_ONCE.get(self.device.type, 64)
        with torch.no_grad():
            vectors = [
                self.embed_windows(chunk.to(self.device)).float().cpu()
                for chunk in torch.split(windows.waveform, at_once)
                if len(chunk)  # no clips come as one empty chunk, which Fourier transforms refuse
            ]
        embedding = torch.cat(vectors) if vectors else torch.zeros(0, self.dim)
        return FrameEmbeddings(embedding, windows.clip)

    def embed_audio(self, audio: AudioBatch) -> Float[Tensor, "batch dim"]:
        """Unit vectors of the clips, float32 on the CPU.

        Args:
            audio: Clips at any rate and channel count.

        Raises:
            AudioError: If a clip is empty or not finite; the message names it.
        """
        return self.frame_embeddings(audio).pooled(len(audio))


class TextAudioEmbedder(Embedder):
    """An embedder with a text tower into the same space.

    Attributes:
        calibration: Cosine → probability of a match, fitted for this fingerprint; None where none was made.
        logit_scale: Factor on cosines that its contrastive training learned; None where that isn't known.
    """

    calibration: MatchCalibration | None = None
    logit_scale: float | None = None

    @abstractmethod
    def embed_text(self, texts: Sequence[str]) -> Float[Tensor, "batch dim"]:
        """Unit vectors of the texts, float32 on the CPU.

        Raises:
            ValueError: If a single string is given (``as_texts``).
        """


def as_texts(texts: Sequence[str]) -> list[str]:
    """The texts of ``embed_text`` as a list.

    Raises:
        ValueError: If a single string is given, whose letters would pass for texts.
    """
    if isinstance(texts, str):
        raise ValueError(f"embed_text needs a list of texts, got the string {texts[:40]!r}: put it in a list.")
    return list(texts)


def _check_content(audio: AudioBatch) -> None:
    for index in range(len(audio)):
        clip = audio.clip(index)
        if clip.shape[1] == 0:
            raise AudioError(f"clip {index} has no samples: give it audio, or leave it out of the batch.")
        if not is_finite(clip):
            raise AudioError(f"clip {index} has NaN or infinite samples: mend its source, or leave it out.")
