"""Do the rewards agree with a judge from outside? Embedders that no reward listens to.

``musicnn`` took no part in anything. ``aisfx`` is no longer quite outside: the third version of ``mini`` learned,
besides captions, to foretell its vectors.

A judge has no text tower, so it is asked in sound. *Vote*: what share of a clip's nearest neighbours, among clips of
other packs, belongs to the category that was asked for. *Likeness*: how close a clip is to the one that the request was
really about. Both know as little of the request's words as a listener who can't read: they check sound, not language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import scipy.stats
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from audioforge.clips import Clips
from audioforge.rewards.combined import CombinedReward
from benchmarks.validity_parts.honest_clips import HonestClip
from reward_models.audio import AudioBatch
from reward_models.embedders.base import Embedder

NEIGHBOURS = 15
ROTATIONS = (0, 17, 41, 67)
"""Places by which the requests are moved on: the first gives each clip its own, the rest another's."""


@dataclass(frozen=True)
class JudgeFigures:
    """One judge's agreement.

    Attributes:
        judge: Name of the embedder.
        accuracy: How often most neighbours are of the clip's own category; chance 0.25 with four even categories.
        alignment_order: Mean over requests of Spearman's rho between alignment and likeness, over all clips of other
            labels and packs; chance 0.
        alignment_auc: How often the alignment of a pair that the vote accepts beats that of one it rejects; chance 0.5.
        total_auc: The same for the total.
        total_order: Spearman's rho of total and vote over all pairs; chance 0.
        pairs: How many pairs of clip and request the last three rest on.
    """

    judge: str
    accuracy: float
    alignment_order: float
    alignment_auc: float
    total_auc: float
    total_order: float
    pairs: int


@dataclass(frozen=True)
class JudgedPairs:
    """Pairs of clip and request, with what the reward gave them.

    Attributes:
        clip: Number of the clip.
        category: That was asked for.
        alignment: Score.
        total: Score.
    """

    clip: tuple[int, ...]
    category: tuple[str, ...]
    alignment: Float[Tensor, " pair"]
    total: Float[Tensor, " pair"]


def judged_pairs(clips: Sequence[HonestClip], audio: AudioBatch, reward: CombinedReward) -> JudgedPairs:
    """Every clip with its own request and with those of a few others."""
    count = len(clips)
    number, category, alignment, total = [], [], [], []
    for step in ROTATIONS:
        asked = [clips[(index + step) % count] for index in range(count)]
        categories = [own.category for own in asked]
        scores = reward.judge(Clips(audio, [own.request for own in asked], categories=categories))
        number += list(range(count))
        category += categories
        alignment.append(scores.components["clap_alignment"].score)
        total.append(scores.total)
    return JudgedPairs(tuple(number), tuple(category), torch.cat(alignment), torch.cat(total))


def measure_judge(
    clips: Sequence[HonestClip],
    audio: AudioBatch,
    pool: tuple[Sequence[HonestClip], AudioBatch],
    judge: Embedder,
    alignment: tuple[JudgedPairs, Float[Tensor, "clip request"]],
) -> JudgeFigures:
    """One judge against pairs that are judged already.

    Args:
        clips: Honest clips.
        audio: Their audio.
        pool: Clips of other packs with their audio: the neighbours.
        judge: The embedder that took no part.
        alignment: Judged pairs, and the alignment of every clip with every clip's request.
    """
    pairs, matrix = alignment
    own, others = judge.embed_audio(audio), judge.embed_audio(pool[1])
    votes = category_votes(own @ others.T, [clip.category for clip in pool[0]])
    vote = torch.tensor([votes[name][index] for index, name in zip(pairs.clip, pairs.category, strict=True)])
    scored = torch.isfinite(pairs.total)
    best = [_most(votes, row) for row in range(len(clips))]
    return JudgeFigures(
        judge=judge.name,
        accuracy=sum(name == clip.category for name, clip in zip(best, clips, strict=True)) / len(clips),
        alignment_order=_mean_order(matrix, own @ own.T, _comparable(clips)),
        alignment_auc=auc(pairs.alignment[scored], vote[scored] >= 0.5),
        total_auc=auc(pairs.total[scored], vote[scored] >= 0.5),
        total_order=float(scipy.stats.spearmanr(pairs.total[scored], vote[scored]).statistic),
        pairs=int(scored.sum()),
    )


def category_votes(
    likeness: Float[Tensor, "clip neighbour"], categories: Sequence[str]
) -> dict[str, Float[Tensor, " clip"]]:
    """Category → share of each clip's ``NEIGHBOURS`` nearest that belong to it."""
    nearest = likeness.topk(min(NEIGHBOURS, len(categories)), dim=1).indices
    return {
        name: torch.tensor([own == name for own in categories])[nearest].float().mean(1)
        for name in sorted(set(categories))
    }


def _most(votes: Mapping[str, Float[Tensor, " clip"]], row: int) -> str:
    shares = {name: float(own[row]) for name, own in votes.items()}
    return max(shares, key=shares.__getitem__)


def auc(score: Float[Tensor, " pair"], accepted: Bool[Tensor, " pair"]) -> float:
    """How often an accepted pair scores above a rejected one; ties count half; NaN if either kind is missing."""
    yes, no = score[accepted][:, None], score[~accepted][None]
    return float(((yes > no).float() + 0.5 * (yes == no).float()).mean())


def _comparable(clips: Sequence[HonestClip]) -> Bool[Tensor, "clip request"]:
    """Pairs of other labels and other packs: takes of one session would make it easy."""
    return torch.tensor([[a.label != b.label and a.group != b.group for b in clips] for a in clips])


def _mean_order(
    alignment: Float[Tensor, "clip request"],
    likeness: Float[Tensor, "clip request"],
    counted: Bool[Tensor, "clip request"],
) -> float:
    orders = [
        float(scipy.stats.spearmanr(alignment[rows, request], likeness[rows, request]).statistic)
        for request in range(alignment.shape[1])
        if int((rows := counted[:, request]).sum()) > 2
    ]
    return sum(orders) / len(orders)
