"""Prompt alignment: how well clip and request match, by a text–audio embedder of the CLAP family.

Raw is the cosine of the clip's and the request's vectors. The score is the calibrated probability that the two belong
together, against mismatched pairs (``reward_models.calibration``). Not a measure of sound quality.

A request that rules something out ("rain without thunder") is read first (``audioforge.rewards.unwanted``): raw is the
cosine with what is wanted, and where what is unwanted matches more likely than not (probability p above ½), the score
is taken by 2 (1 - p).
"""

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from audioforge.clips import Clips
from audioforge.rewards.base import Reward, RewardResult, masked
from audioforge.rewards.unwanted import WishVectors, wish_vectors
from reward_models.embedders.base import TextAudioEmbedder
from reward_models.embedders.registry import load_text_audio_embedder


class CLAPAlignment(Reward):
    """Calibrated cosine of clip and request.

    Args:
        embedder: Name (``mini``, ``laion/clap-htsat-unfused``, a folder) or an embedder with a text tower.
        read_negation: Whether to read "without", "no" and "not"; if not, a request is embedded as it stands.
        device: Where a named embedder is loaded.

    An embedder without a calibration gives raw cosines and NaN scores; the provenance says ``calibration: none``.
    """

    name: ClassVar[str] = "clap_alignment"

    def __init__(
        self, embedder: str | TextAudioEmbedder = "mini", *, read_negation: bool = True, device: str = "cpu"
    ) -> None:
        self.embedder = load_text_audio_embedder(embedder, device=device) if isinstance(embedder, str) else embedder
        self.read_negation = read_negation

    @override
    def score(self, clips: Clips) -> RewardResult:
        status = tuple(own if not own.ok else clips.request_status(i) for i, own in enumerate(clips.status))
        audio, wishes = clips.embedding(self.embedder), self._wishes(clips)
        cosine = masked((audio * wishes.wanted).sum(1), status)
        calibration = self.embedder.calibration
        score = torch.full_like(cosine, float("nan"))
        if calibration is not None:
            unwanted = calibration.probability((audio[wishes.clip] * wishes.unwanted).sum(1))
            score = lowered(calibration.probability(cosine), unwanted, wishes.clip)
        provenance = {
            "embedder": self.embedder.name,
            "fingerprint": self.embedder.fingerprint,
            "calibration": "none" if calibration is None else calibration.version,
            "negation": "read" if self.read_negation else "as it stands",
        }
        return RewardResult(self.name, cosine, score, status, provenance)

    def _wishes(self, clips: Clips) -> WishVectors:
        if self.read_negation:
            return wish_vectors(clips, self.embedder)
        return WishVectors(clips.text_embedding(self.embedder), torch.zeros(0, self.embedder.dim), [])


def lowered(
    score: Float[Tensor, " batch"], unwanted: Float[Tensor, " part"], clip: list[int]
) -> Float[Tensor, " batch"]:
    """Scores of clips, less where something unwanted is more likely there than not; the worst part counts."""
    spared = (2 * (1 - unwanted)).clamp(max=1)
    return score * torch.ones_like(score).scatter_reduce(0, torch.tensor(clip, dtype=torch.long), spared, "amin")
