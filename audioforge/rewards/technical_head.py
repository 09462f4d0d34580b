"""Technical match: does the clip have the tempo, brightness, dynamics and width that its request asks for in words?

Tempo is asked by "128 BPM", the rest by adjectives. The score is the mean over what was asked: for tempo the
probability that a learned model puts within 4 % of it, its half or its double; for an adjective the share of real
reference clips that have less of it (or more, for its opposite). A request that asks for nothing of the kind leaves the
clip unscored.
"""

import re
from pathlib import Path
from typing import ClassVar, NamedTuple

import torch
from typing_extensions import override

from audioforge.clips import Clips
from audioforge.rewards.base import Reward, RewardResult, masked
from audioforge.status import ClipStatus, Status
from reward_models.checkpoints import checkpoint_path
from reward_models.heads.technical_head import TechnicalHeadModel
from reward_models.heads.tempo import FASTEST, SLOWEST, near

_BPM = re.compile(r"(?<![\d.])(\d{2,3}(?:\.\d+)?)\s*-?\s*bpm\b", re.IGNORECASE)
_WORDS: dict[str, tuple[str, bool]] = {
    "bright": ("brightness", True), "crisp": ("brightness", True), "sparkling": ("brightness", True),
    "dark": ("brightness", False), "deep": ("brightness", False), "muffled": ("brightness", False),
    "warm": ("brightness", False),
    "punchy": ("dynamics", True), "dynamic": ("dynamics", True), "percussive": ("dynamics", True),
    "sustained": ("dynamics", False), "steady": ("dynamics", False), "compressed": ("dynamics", False),
    "wide": ("width", True), "stereo": ("width", True), "spacious": ("width", True),
    "mono": ("width", False), "narrow": ("width", False),
}  # fmt: skip
"""What an adjective asks for, and whether for much of it."""


class Asked(NamedTuple):
    """What a request asks for that can be measured."""

    bpm: float | None
    aspects: tuple[tuple[str, bool], ...]

    @property
    def nothing(self) -> bool:
        """True if there is nothing to judge."""
        return self.bpm is None and not self.aspects


def asked_in(request: str) -> Asked:
    """Tempo and adjectives of a request; a tempo outside the model's range counts by its half or double."""
    found = _BPM.search(request)
    bpm = float(found[1]) if found else None
    words = re.findall(r"[a-z]+", request.lower())
    aspects = tuple(dict.fromkeys(_WORDS[word] for word in words if word in _WORDS))
    # "dark but bright" asks for nothing that can be told apart.
    aspects = tuple(own for own in aspects if (own[0], not own[1]) not in aspects)
    return Asked(bpm if bpm is not None and SLOWEST / 2 <= bpm <= 2 * FASTEST else None, aspects)


class TechnicalHead(Reward):
    """Mean agreement with what the request asks of tempo, brightness, dynamics and width.

    Args:
        checkpoint: Folder of a head; by default the shipped one.
    """

    name: ClassVar[str] = "technical_head"

    def __init__(self, checkpoint: str | Path | None = None) -> None:
        self.head = TechnicalHeadModel.load(
            checkpoint_path("technical-head") if checkpoint is None else Path(checkpoint)
        )

    @override
    def score(self, clips: Clips) -> RewardResult:
        asked = [asked_in(request or "") for request in clips.requests]
        status = tuple(self._status(clips, index, asked[index]) for index in range(len(clips)))
        values = [
            self._agreement(clips, index, asked[index]) if status[index].ok else float("nan")
            for index in range(len(clips))
        ]
        agreement = masked(torch.tensor(values), status)
        return RewardResult(self.name, agreement, agreement, status, {"head": self.head.fingerprint})

    def _status(self, clips: Clips, index: int, asked: Asked) -> ClipStatus:
        own = clips.status[index]
        if own.ok and clips.requests[index] is None:
            return clips.request_status(index)
        if own.ok and asked.nothing:
            reason = f"the request of {clips.names[index]} asks for no tempo, brightness, dynamics or width"
            return ClipStatus(Status.NO_REQUEST, reason)
        return own

    def _agreement(self, clips: Clips, index: int, asked: Asked) -> float:
        clip, rate = clips.sounds.clip(index)
        parts = []
        if asked.bpm is not None:
            probability = self.head.tempo_probability(clip, rate)
            # A clip too short to have a tempo doesn't have the one that was asked for.
            parts.append(0.0 if probability is None else float((probability * near(asked.bpm)).sum()))
        for measure, much in asked.aspects:
            rank = self.head.rank(measure, clip, rate)
            parts.append(rank if much else 1 - rank)
        return sum(parts) / len(parts)
