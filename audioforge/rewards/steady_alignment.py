"""Does the match survive a second look? A gate against clips that were made to please the embedder's weights.

A clip is embedded twice: as it is, and a little slower or faster and later (``steady_alignment_look``: which of 78
looks is drawn from its samples). A sound that is what was asked for stays so; a pattern that gradients found in the
network loses most of its likeness. Raw is the drop of the match in log-odds from the first look to the second, so it
means the same for every calibrated embedder. The score is 1 up to the drops that real clips show, 0 from twice that
on: a test, not a calibrated share. A clip that doesn't match at first sight (probability under 0.5) isn't looked at
again and passes.

An attacker with the weights who climbs all looks at once is not stopped: see ``docs/rewards/steady_alignment.md``.
"""

from collections.abc import Sequence
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from audioforge.clips import Clips
from audioforge.rewards.base import Reward, RewardResult, masked
from audioforge.rewards.steady_alignment_look import LATE_MS, SPEEDS, drawn_look, looked_at, named
from audioforge.rewards.unwanted import wish_vectors
from audioforge.status import ScoringError
from reward_models.audio import AudioBatch
from reward_models.embedders.base import TextAudioEmbedder
from reward_models.embedders.registry import load_text_audio_embedder

MATCHES = 0.5
"""Probability of a match from which a clip is looked at again."""
DROP = (1.1, 2.1)
"""Log-odds at which the score leaves 1 and reaches 0. A total shrinks from 1.6 on; of 148 real clips that matched, the
most dropped by 1.2, and with five other secrets 3 of 740 by more than 1.6."""
LONGEST_SECRET = 64
"""Bytes."""


class SteadyAlignment(Reward):
    """1 for clips that match as well when heard at another speed and moment, 0 for those that no longer do.

    Args:
        embedder: Name, or a text–audio embedder with a calibration; without one there is no score.
        secret: Key of the draw, at most 64 bytes of UTF-8. Without one, whoever has this library can reckon the look
            that a clip will get; with one, scores compare only where it is the same.
        device: Where a named embedder is loaded.

    Raises:
        ScoringError: If the secret is too long.
    """

    name: ClassVar[str] = "steady_alignment"

    def __init__(self, embedder: str | TextAudioEmbedder = "mini", *, secret: str = "", device: str = "cpu") -> None:
        if len(secret.encode()) > LONGEST_SECRET:
            raise ScoringError(f"secret has {len(secret.encode())} bytes, expected at most {LONGEST_SECRET}.")
        self.secret = secret
        self.embedder = load_text_audio_embedder(embedder, device=device) if isinstance(embedder, str) else embedder

    @override
    def score(self, clips: Clips) -> RewardResult:
        status = tuple(own if not own.ok else clips.request_status(i) for i, own in enumerate(clips.status))
        known = self.embedder.calibration is not None
        drop = self._drop(clips) if known else torch.full((len(clips),), float("nan"))
        score = 1 - ((drop - DROP[0]) / (DROP[1] - DROP[0])).clamp(0, 1)
        provenance = {
            "embedder": self.embedder.name,
            "fingerprint": self.embedder.fingerprint,
            "looks": f"speed {SPEEDS[0]:g}-{SPEEDS[-1]:g}, {LATE_MS[0]}-{LATE_MS[-1]} ms late",
            "secret": named(self.secret),
        }
        return RewardResult(self.name, masked(drop, status), masked(score, status), status, provenance)

    def _drop(self, clips: Clips) -> Float[Tensor, " batch"]:
        """Log-odds lost at the second look; 0 for clips that didn't match at the first."""
        assert self.embedder.calibration is not None, "asked for only with a calibration"
        text = wish_vectors(clips, self.embedder).wanted
        first = (clips.embedding(self.embedder) * text).sum(1)
        rows = torch.nonzero(self.embedder.calibration.probability(first) >= MATCHES)[:, 0].tolist()
        drop = torch.zeros(len(clips))
        if rows:
            second = (self.embedder.embed_audio(self._second(clips, rows)) * text[rows]).sum(1)
            drop[rows] = self.embedder.calibration.slope * (first[rows] - second)
        return drop

    def _second(self, clips: Clips, rows: Sequence[int]) -> AudioBatch:
        """Those clips as their own looks hear them, all at the embedder's rate: one pass."""
        sounds, heard_at = [clips.sounds.clip(row) for row in rows], self.embedder.sample_rate
        heard = [
            looked_at(own.waveform, own.sample_rate, drawn_look(own.waveform, self.secret), heard_at) for own in sounds
        ]
        return AudioBatch.from_arrays(heard, heard_at)
