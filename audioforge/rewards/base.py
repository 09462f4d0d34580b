"""What a reward is: clips → a raw number in its own unit, a calibrated score in [0, 1], and a status, per clip.

Higher is better. A clip that wasn't scored is NaN with a status that says why; an error is never a score.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.clips import AudioLike, Clips, gather_clips
from audioforge.status import ClipStatus, ScoringError


@dataclass(frozen=True)
class RewardResult:
    """One reward's answer over a batch.

    Attributes:
        name: Of the reward.
        raw: ``(batch,)`` in the reward's own unit; NaN where unscored.
        score: ``(batch,)`` calibrated, in [0, 1]; NaN where unscored, or where no calibration exists.
        status: Per clip.
        provenance: What made the score: embedder, fingerprint, calibration, reference set.
        uncertainty: ``(batch,)`` standard deviation of ``score`` where the reward knows it.
    """

    name: str
    raw: Float[Tensor, " batch"]
    score: Float[Tensor, " batch"]
    status: tuple[ClipStatus, ...]
    provenance: Mapping[str, str] = field(default_factory=dict)
    uncertainty: Float[Tensor, " batch"] | None = None

    def __post_init__(self) -> None:
        assert self.raw.shape == self.score.shape == (len(self.status),), "one raw, score and status per clip"

    def select(self, indices: Sequence[int]) -> "RewardResult":
        """The result for the clips at ``indices``, in that order."""
        rows = list(indices)
        uncertainty = None if self.uncertainty is None else self.uncertainty[rows]
        status = tuple(self.status[i] for i in rows)
        return RewardResult(self.name, self.raw[rows], self.score[rows], status, self.provenance, uncertainty)


class Reward(ABC):
    """Judges clips. Subclasses implement ``score``; callers with loose audio call the object itself."""

    name: ClassVar[str]

    @abstractmethod
    def score(self, clips: Clips) -> RewardResult:
        """Judges a batch. Permuting the clips permutes the result; clips of other groups don't matter."""

    def __call__(
        self,
        audio: AudioLike,
        requests: Sequence[str | None] | str | None = None,
        *,
        sample_rate: int | None = None,
        categories: Sequence[str | None] | None = None,
        groups: Sequence[str | None] | None = None,
        strict: bool = False,
    ) -> RewardResult:
        """Judges clips in whatever form the caller has them.

        Args:
            audio: ``AudioBatch``; or arrays ``(time,)`` or ``(channel, time)`` with ``sample_rate``; or paths.
            requests: What was asked for, one a clip (or one string for all).
            sample_rate: Hz of the arrays.
            categories: ``drums``, ``instruments``, ``sfx`` or ``ambient``, one a clip.
            groups: Clips of one name answer the same request together, one name a clip.
            strict: Raise at the first clip that can't be scored.

        Raises:
            ScoringError: If counts differ, arrays lack their rate, or ``strict`` and a clip can't be scored.
        """
        clips = gather_clips(audio, requests, sample_rate=sample_rate, categories=categories, groups=groups)
        result = self.score(clips)
        if strict:
            raise_unscored(result)
        return result


def raise_unscored(result: RewardResult) -> None:
    """Raises at the first clip without a score.

    Raises:
        ScoringError: Naming the reward, the clip and the reason.
    """
    for index, status in enumerate(result.status):
        if not status.ok:
            raise ScoringError(f"{result.name} can't score clip {index}: {status}")


def masked(values: Float[Tensor, " batch"], status: Sequence[ClipStatus]) -> Float[Tensor, " batch"]:
    """``values`` with NaN where a clip has no score."""
    keep = torch.tensor([own.ok for own in status], dtype=torch.bool)
    return torch.where(keep, values.float(), float("nan"))
