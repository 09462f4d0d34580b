"""FAD (or KAD) as a reward: what each clip of a group does to the group's distance from its category's references.

``fad`` and ``kad``: raw is the distance of the group *without* the clip minus that of the group *with* it
(leave-one-out), so positive is helpful. Both distances of small groups are biased and noisy, so a raw value means
little alone; the score asks of each held-out real reference what it would have done in the clip's place, in the same
group of the same size, and is the share of them that would have helped less. The bias of n is on both sides and
drops out.

``frame_fad``: raw is minus the FAD of the clip's own windows to those of the references; the score is its rank among
held-out clips. It needs an embedder whose windows are shorter than the clips, and its bias depends on their number.

Not a judgement of a clip alone: with ``fad`` and ``kad`` a clip's score depends on its group, and on nothing else.
"""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Literal, NamedTuple, get_args

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from audioforge.clips import Clips
from audioforge.metrics.frechet import frechet_distance
from audioforge.reference_sets import ReferenceLibrary
from audioforge.rewards.base import Reward, RewardResult, masked
from audioforge.rewards.categories import reference_provenance, reference_status, rows_by_category, rows_by_group
from audioforge.status import ClipStatus, ScoringError, Status
from reward_models.embedders.base import Embedder
from reward_models.embedders.registry import load_embedder
from reward_models.rank_calibration import MIN_HELD_OUT, RankCalibration
from reward_models.reference import ReferenceSet

Distance = Literal["fad", "kad", "frame_fad"]

MIN_GROUP = 3
"""Fewest clips of one group and category: leaving one out must leave a covariance."""


class Credit(NamedTuple):
    """What was found for the clips of one category."""

    raw: Float[Tensor, " batch"]
    score: Float[Tensor, " batch"]


class ReferenceFAD(Reward):
    """Credits a group's distance from the references to its clips.

    Args:
        embedder: Name, or an embedder.
        distance: ``fad``; ``kad``, which sees copies but not a lone outlier (unbiased, it never compares a clip with
            itself); or ``frame_fad``.
        references: Folder of reference sets; by default the user's own, then those that ship.
        device: Where a named embedder is loaded.

    Clips whose group has fewer than ``MIN_GROUP`` clips of their category get the status ``no_reference``; under
    ``frame_fad`` those of fewer than two windows get ``too_short``.

    Raises:
        ScoringError: If the distance is unknown.
    """

    name: ClassVar[str] = "reference_fad"

    def __init__(
        self,
        embedder: str | Embedder = "mini",
        *,
        distance: Distance = "fad",
        references: Path | None = None,
        device: str = "cpu",
    ) -> None:
        if distance not in get_args(Distance):
            raise ScoringError(f"distance must be one of {', '.join(get_args(Distance))}, got {distance!r}.")
        self.embedder = load_embedder(embedder, device=device) if isinstance(embedder, str) else embedder
        self.distance = distance
        self.library = ReferenceLibrary(self.embedder, references)

    @override
    def score(self, clips: Clips) -> RewardResult:
        raw = torch.full((len(clips),), float("nan"), dtype=torch.float64)
        score = raw.clone()
        rows = rows_by_category(clips, self.library)
        for category, own in rows.items():
            reference = self.library[category]
            assert reference is not None, "only categories with a set have rows"
            self._credit(clips, reference, own, raw, score)
        status = tuple(
            self._unscored(clips, index) if own.ok and bool(raw[index].isnan()) else own
            for index, own in enumerate(reference_status(clips, self.library))
        )
        provenance = reference_provenance(self.library, rows) | {"distance": self.distance}
        return RewardResult(self.name, masked(raw, status), masked(score, status), status, provenance)

    def _credit(self, clips: Clips, reference: ReferenceSet, rows: list[int], raw: Tensor, score: Tensor) -> None:
        """Fills in ``raw`` and ``score`` where there is something to say."""
        if self.distance == "frame_fad":
            found = _frame_credit(reference, clips, self.embedder, rows)
            raw[rows], score[rows] = found.raw, found.score
            return
        distance = fad_of_groups(reference) if self.distance == "fad" else kad_of_groups(reference)
        embedding = clips.embedding(self.embedder).double()
        for group in rows_by_group(clips, rows).values():
            if len(group) >= MIN_GROUP:
                found = leave_one_out(distance, embedding[group], reference.held_out.double())
                raw[group], score[group] = found.raw, found.score

    def _unscored(self, clips: Clips, index: int) -> ClipStatus:
        if self.distance == "frame_fad":
            return ClipStatus(
                Status.TOO_SHORT,
                f"{clips.names[index]}, or all but a few held-out clips, has fewer than two windows of "
                f"{self.embedder.window_seconds:g} s to take a distance of: use an embedder of shorter windows",
            )
        return ClipStatus(
            Status.NO_REFERENCE,
            f"{clips.names[index]} has no group of at least {MIN_GROUP} clips of its category "
            "to set against the references",
        )


GroupDistance = Callable[[Float[Tensor, "group clip dim"]], Float[Tensor, " group"]]


def leave_one_out(
    distance: GroupDistance, group: Float[Tensor, "clip dim"], held_out: Float[Tensor, "m dim"]
) -> Credit:
    """Each clip's effect on its group's distance, and its rank among the effects of held-out clips in its place.

    Args:
        distance: Of many groups of one size to the references, at once.
        group: At least ``MIN_GROUP`` unit vectors.
        held_out: Unit vectors of real clips that the references don't hold.
    """
    effects, shares = [], []
    for index in range(len(group)):
        rest = torch.cat([group[:index], group[index + 1 :]])
        candidates = torch.cat([group[index : index + 1], held_out])
        joined = torch.cat([rest.expand(len(candidates), -1, -1), candidates[:, None]], dim=1)
        effect = distance(rest[None]) - distance(joined)
        effects.append(effect[0])
        shares.append(RankCalibration(effect[1:]).share_below(effect[:1])[0])
    return Credit(torch.stack(effects), torch.stack(shares))


def fad_of_groups(reference: ReferenceSet) -> GroupDistance:
    """FAD of many small groups at once: the trace of the root is had from each group's Gram matrix."""
    mean, factor = reference.stats.mean, reference.stats.factor
    trace = float(factor.square().sum())

    def distance(groups: Float[Tensor, "group clip dim"]) -> Float[Tensor, " group"]:
        centre = groups.mean(1, keepdim=True)
        deviation = (groups - centre) / (groups.shape[1] - 1) ** 0.5
        seen = deviation @ factor.T
        root = torch.linalg.eigvalsh(seen @ seen.mT).clamp_min(0).sqrt().sum(1)
        spread = deviation.square().sum((1, 2))
        return torch.add((centre[:, 0] - mean).square().sum(1) + trace + spread, root, alpha=-2)

    return distance


def kad_of_groups(reference: ReferenceSet) -> GroupDistance:
    """KAD of many small groups at once, without the references' own term, which is the same for all."""
    clips = reference.embedding.double()
    rate = -0.5 / reference.bandwidth**2

    def distance(groups: Float[Tensor, "group clip dim"]) -> Float[Tensor, " group"]:
        n = groups.shape[1]
        within = (torch.cdist(groups, groups).square() * rate).exp().sum((1, 2)) - n
        across = (torch.cdist(groups, clips).square() * rate).exp().mean((1, 2))
        return torch.sub(within / (n * (n - 1)), across, alpha=2) * 100

    return distance


def _frame_credit(reference: ReferenceSet, clips: Clips, embedder: Embedder, rows: list[int]) -> Credit:
    """FAD of each clip's own windows; NaN for clips of fewer than two, or where too few held-out clips had two."""
    raw = torch.full((len(rows),), float("nan"), dtype=torch.float64)
    if len(reference.held_out_frame_distance) < MIN_HELD_OUT:
        return Credit(raw, raw.clone())
    frames = clips.frame_embeddings(embedder)
    for place, row in enumerate(rows):
        own = frames.embedding[frames.clip == row].double()
        if len(own) >= 2:
            raw[place] = -frechet_distance(reference.frame_stats, own)
    return Credit(raw, RankCalibration(-reference.held_out_frame_distance).share_below(raw))
