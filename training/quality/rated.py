"""Rated clips as a frozen embedder hears them, split into those to learn from and those to report on."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from reward_models.audio import AudioBatch
from reward_models.embedders.base import Embedder
from training.quality.garbage import GARBAGE_DAMAGE_DB
from training.quality.ratings import noise_ceiling, read_ratings


@dataclass(frozen=True)
class RatedClips:
    """Vectors ``(clip, dim)`` and the log damage that stands for the raters' opinion."""

    embedding: Float[Tensor, "clip dim"]
    target: Float[Tensor, " clip"]


@dataclass(frozen=True)
class RatedSplit:
    """Rated clips to learn from, rated clips to report on, and what a perfect predictor could reach on them."""

    learned: RatedClips
    reported: RatedClips
    ceiling: float


def embed_ratings(embedder: Embedder, table: Path, rng: np.random.Generator) -> RatedSplit:
    """Reads a table of ratings and embeds its clips; a random fifth is set apart.

    The best-rated clip stands for no damage, the worst for that of garbage, those between by rank in log damage: the
    head learns the raters' order on the scale that it has.

    Raises:
        ValueError: If the table is malformed; the message names the line and the mend.
        AudioError: If a clip can't be read.
    """
    ratings = read_ratings(table)
    rate = embedder.sample_rate
    embedding = torch.cat(
        [embedder.embed_audio(AudioBatch.load([clip], sample_rate=rate, channels=1)) for clip in ratings.clips]
    )
    target = torch.from_numpy((1 - ratings.quality) * np.log1p(GARBAGE_DAMAGE_DB)).float()
    order = torch.from_numpy(rng.permutation(len(target)))
    cut = max(1, len(order) // 5)
    reported, learned = (RatedClips(embedding[rows], target[rows]) for rows in (order[:cut], order[cut:]))
    return RatedSplit(learned, reported, noise_ceiling(ratings, rng))
