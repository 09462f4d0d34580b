"""Quality by a pair of opposite sentences, after PAM (Deshmukh et al. 2024): is the clip nearer to "clean" or "noisy"?

Per window, a softmax over ``exp(logit_scale) * cosine`` with the two sentences; the clip's raw and score are both the
mean probability of the clean sentence. It is no better than what the embedder's text tower knows of "clean" and
"artifacts": with a text tower that was never taught such words it is near chance (``docs/rewards``).
"""

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from audioforge.clips import Clips
from audioforge.rewards.base import Reward, RewardResult, masked
from reward_models.embedders.base import FrameEmbeddings, TextAudioEmbedder
from reward_models.embedders.registry import load_text_audio_embedder

CLEAN = "the sound is clear and clean."
NOISY = "the sound is noisy and with artifacts."
SCALE = 1 / 0.07
"""Factor on cosines where the embedder has no ``logit_scale`` of its own: what contrastive training starts from."""


class PromptPairQuality(Reward):
    """Probability of the clean sentence against the noisy one.

    Args:
        embedder: Name (``mini``, ``laion/clap-htsat-unfused``, a folder) or an embedder with a text tower.
        pair: The good and the bad sentence.
        device: Where a named embedder is loaded.
    """

    name: ClassVar[str] = "prompt_pair_quality"

    def __init__(
        self,
        embedder: str | TextAudioEmbedder = "mini",
        *,
        pair: tuple[str, str] = (CLEAN, NOISY),
        device: str = "cpu",
    ) -> None:
        self.embedder = load_text_audio_embedder(embedder, device=device) if isinstance(embedder, str) else embedder
        self.pair = pair
        own = self.embedder.logit_scale
        self.scale = SCALE if own is None else own
        self._sentences = self.embedder.embed_text(list(pair))

    @override
    def score(self, clips: Clips) -> RewardResult:
        frames = clips.frame_embeddings(self.embedder)
        clean = mean_per_clip(self._clean_probability(frames.embedding), frames, len(clips))
        score = masked(clean, clips.status)
        provenance = {
            "embedder": self.embedder.name,
            "fingerprint": self.embedder.fingerprint,
            "pair": " | ".join(self.pair),
            "scale": f"{self.scale:.6g}",
        }
        return RewardResult(self.name, score, score, clips.status, provenance)

    def _clean_probability(self, embedding: Float[Tensor, "frame dim"]) -> Float[Tensor, " frame"]:
        cosine = torch.nn.functional.normalize(embedding, dim=1) @ self._sentences.T
        return torch.softmax(self.scale * cosine, dim=1)[:, 0]


def mean_per_clip(value: Float[Tensor, " frame"], frames: FrameEmbeddings, count: int) -> Float[Tensor, " batch"]:
    """Mean over each clip's windows; NaN for a clip without any."""
    total = torch.zeros(count).index_add_(0, frames.clip, value)
    return total / torch.zeros(count).index_add_(0, frames.clip, torch.ones_like(value))
