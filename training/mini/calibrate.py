"""Cosine → probability of a match, fitted on held-out packs: as many mismatched pairs as matched ones.

Half of the mismatched captions come from the clip's own category: telling a kick from a snare counts as much as telling
rain from a trumpet. No label gives more than ``CLIPS_PER_LABEL`` clips.
"""

import random
from collections import defaultdict
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from reward_models.calibration import MatchCalibration, cross_fitted_match_calibration
from reward_models.embedders.mini.embedder import MiniEmbedder
from training.mini.cache import Entry

CLIPS_PER_LABEL = 8
Pair = tuple[int, str, float]


def calibrate(
    embedder: MiniEmbedder, entries: Sequence[Entry], audio: Float[Tensor, "entry dim"], *, seed: int = 0
) -> MatchCalibration:
    """The calibration on real held-out clips.

    Its error is measured crosswise: fitted on one half of the labels, tested on the other, and the other way round; the
    stored slope and intercept come from all pairs.
    """
    pairs = match_pairs(entries, random.Random(seed))
    texts = embedder.embed_text([text for _, text, _ in pairs])
    cosine = (audio[torch.tensor([index for index, _, _ in pairs])] * texts).sum(1)
    matched = torch.tensor([match for _, _, match in pairs])
    labels = sorted({entry.label for entry in entries})
    fold = torch.tensor([labels.index(entries[index].label) % 2 for index, _, _ in pairs])
    slope, intercept, ece = cross_fitted_match_calibration(cosine, matched, fold)
    packs = ", ".join(sorted({entry.group for entry in entries if entry.kind == "real"}))
    return MatchCalibration(
        slope=slope,
        intercept=intercept,
        fingerprint=embedder.fingerprint,
        version=f"{embedder.name}-held-out-packs-1",
        data=f"real clips of packs held out of training ({packs}); half of the mismatched pairs within a category",
        ece=ece,
        pairs=len(pairs),
    )


def match_pairs(entries: Sequence[Entry], rng: random.Random) -> list[Pair]:
    """``(entry, caption, 1 or 0)``: two matched and two mismatched pairs of each chosen clip."""
    chosen = _chosen(entries, rng)
    pairs: list[Pair] = []
    for index in chosen:
        entry = entries[index]
        others = [entries[k] for k in chosen if entries[k].label != entry.label]
        relatives = [other for other in others if other.category == entry.category] or others
        pairs += [(index, rng.choice((entry.label, *entry.phrases)), 1.0) for _ in range(2)]
        for pool in (others, relatives):
            other = rng.choice(pool)
            pairs.append((index, rng.choice((other.label, *other.phrases)), 0.0))
    return pairs


def _chosen(entries: Sequence[Entry], rng: random.Random) -> list[int]:
    by_label: dict[str, list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        if entry.kind == "real":
            by_label[entry.label].append(index)
    return sorted(
        index for members in by_label.values() for index in rng.sample(members, min(len(members), CLIPS_PER_LABEL))
    )
