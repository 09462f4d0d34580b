"""Does the match survive a second look? A gate against clips that were made to please the embedder's weights.

A clip is embedded twice: as it is, and played 4 % slower. A sound that is what was asked for stays so; a pattern that
gradients found in the network loses most of its likeness. Raw is the drop of the match in log-odds from the first look
to the second, so it means the same for every calibrated embedder. The score is 1 up to the drops that real clips show,
0 from twice that on: a test, not a calibrated share. A clip that doesn't match at first sight (probability under 0.5)
isn't looked at again and passes.

An attacker who knows of the second look can climb both at once: see ``docs/rewards/steady_alignment.md``.
"""

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from audioforge.clips import Clips
from audioforge.rewards.base import Reward, RewardResult, masked
from audioforge.rewards.unwanted import wish_vectors
from reward_models.audio import AudioBatch
from reward_models.embedders.base import TextAudioEmbedder
from reward_models.embedders.registry import load_text_audio_embedder

SPEED = 0.96
MATCHES = 0.5
"""Probability of a match from which a clip is looked at again."""
DROP = (0.8, 1.6)
"""Log-odds at which the score leaves 1 and reaches 0. Of 189 real clips one in a hundred drops by more than 0.7."""


class SteadyAlignment(Reward):
    """1 for clips that match as well when played a little slower, 0 for those that no longer do.

    Args:
        embedder: Name, or a text–audio embedder with a calibration; without one there is no score.
        device: Where a named embedder is loaded.
    """

    name: ClassVar[str] = "steady_alignment"

    def __init__(self, embedder: str | TextAudioEmbedder = "mini", *, device: str = "cpu") -> None:
        self.embedder = load_text_audio_embedder(embedder, device=device) if isinstance(embedder, str) else embedder

    @override
    def score(self, clips: Clips) -> RewardResult:
        status = tuple(own if not own.ok else clips.request_status(i) for i, own in enumerate(clips.status))
        known = self.embedder.calibration is not None
        drop = self._drop(clips) if known else torch.full((len(clips),), float("nan"))
        score = 1 - ((drop - DROP[0]) / (DROP[1] - DROP[0])).clamp(0, 1)
        provenance = {"embedder": self.embedder.name, "fingerprint": self.embedder.fingerprint, "speed": f"{SPEED:g}"}
        return RewardResult(self.name, masked(drop, status), masked(score, status), status, provenance)

    def _drop(self, clips: Clips) -> Float[Tensor, " batch"]:
        """Log-odds lost at the second look; 0 for clips that didn't match at the first."""
        assert self.embedder.calibration is not None, "asked for only with a calibration"
        text = wish_vectors(clips, self.embedder).wanted
        first = (clips.embedding(self.embedder) * text).sum(1)
        rows = torch.nonzero(self.embedder.calibration.probability(first) >= MATCHES)[:, 0].tolist()
        drop = torch.zeros(len(clips))
        if rows:
            second = (self.embedder.embed_audio(slower(clips.audio.select(rows))) * text[rows]).sum(1)
            drop[rows] = self.embedder.calibration.slope * (first[rows] - second)
        return drop


def slower(audio: AudioBatch) -> AudioBatch:
    """The same samples at a lower rate: longer and deeper by ``SPEED``."""
    return AudioBatch(audio.waveform, round(audio.sample_rate * SPEED), audio.lengths)
