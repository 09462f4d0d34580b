"""Small deterministic embedders and rewards for tests of what is built on top of them. Nothing here ships."""

from collections.abc import Callable, Sequence
from typing import ClassVar

import torch
from torch import Tensor

from audioforge.clips import Clips
from audioforge.rewards.base import Reward, RewardResult, masked
from reward_models.calibration import MatchCalibration
from reward_models.embedders.base import TextAudioEmbedder


class LoudnessEmbedder(TextAudioEmbedder):
    """Places a clip on a quarter circle by its loudness; the texts "quiet" and "loud" are its ends."""

    name = "loudness"
    sample_rate = 16_000
    dim = 2
    window_seconds = 0.5
    device = torch.device("cpu")
    fingerprint = "loudness-1"
    calibration = MatchCalibration(8.0, -5.0, "loudness-1", "test", "made up", 0.0, 2)

    def __init__(self) -> None:
        self.windows_seen = 0

    def embed_windows(self, windows: Tensor) -> Tensor:
        self.windows_seen += len(windows)
        angle = windows.square().mean(1).sqrt().clamp(0, 0.7) / 0.7 * torch.pi / 2
        return torch.stack([angle.cos(), angle.sin()], dim=1)

    def embed_text(self, texts: Sequence[str]) -> Tensor:
        ends = {"quiet": [1.0, 0.0], "loud": [0.0, 1.0]}
        return torch.tensor([ends[text] for text in texts])


class PeakReward(Reward):
    """Scores a clip by its peak; ``fails`` says which clips make it raise."""

    name: ClassVar[str] = "peak"

    def __init__(self, name: str = "peak", fails: Callable[[Tensor], bool] = lambda clip: False) -> None:
        self.name = name  # type: ignore[misc]
        self.fails = fails
        self.batches: list[int] = []

    def score(self, clips: Clips) -> RewardResult:
        self.batches.append(len(clips))
        if any(self.fails(clips.audio.clip(index)) for index in range(len(clips))):
            raise RuntimeError("the network broke")
        peaks = torch.stack([clips.audio.clip(i).abs().max() for i in range(len(clips))]).clamp(0, 1)
        peaks = masked(peaks, clips.status)
        return RewardResult(self.name, peaks, peaks, clips.status, {"version": "1"})


def tone(gain: float, seconds: float = 0.5, rate: int = 16_000) -> Tensor:
    """A 440 Hz tone."""
    time = torch.arange(round(seconds * rate)) / rate
    return gain * torch.sin(2 * torch.pi * 440 * time)
