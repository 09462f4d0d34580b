"""Prompt alignment: how well clip and request match, by a text–audio embedder of the CLAP family.

Raw is the cosine of the clip's and the request's vectors. The score is the calibrated probability that the two belong
together, against mismatched pairs (``reward_models.calibration``). Not a measure of sound quality.
"""

from typing import ClassVar

import torch
from typing_extensions import override

from audioforge.clips import Clips
from audioforge.rewards.base import Reward, RewardResult, masked
from reward_models.embedders.base import TextAudioEmbedder
from reward_models.embedders.registry import load_text_audio_embedder


class CLAPAlignment(Reward):
    """Calibrated cosine of clip and request.

    Args:
        embedder: Name (``mini``, ``laion/clap-htsat-unfused``, a folder) or an embedder with a text tower.
        device: Where a named embedder is loaded.

    An embedder without a calibration gives raw cosines and NaN scores; the provenance says ``calibration: none``.
    """

    name: ClassVar[str] = "clap_alignment"

    def __init__(self, embedder: str | TextAudioEmbedder = "mini", *, device: str = "cpu") -> None:
        self.embedder = load_text_audio_embedder(embedder, device=device) if isinstance(embedder, str) else embedder

    @override
    def score(self, clips: Clips) -> RewardResult:
        status = tuple(own if not own.ok else clips.request_status(i) for i, own in enumerate(clips.status))
        audio, text = clips.embedding(self.embedder), clips.text_embedding(self.embedder)
        cosine = masked((audio * text).sum(1), status)
        calibration = self.embedder.calibration
        score = torch.full_like(cosine, float("nan")) if calibration is None else calibration.probability(cosine)
        provenance = {
            "embedder": self.embedder.name,
            "fingerprint": self.embedder.fingerprint,
            "calibration": "none" if calibration is None else calibration.version,
        }
        return RewardResult(self.name, cosine, score, status, provenance)
