"""The combination: category weights, gates, and a lower confidence bound, with every component beside the total.

The total is a weighted mean of the components' scores, geometric by default, so that no component can be bought with
the others; a gate then shrinks it in proportion wherever its component falls below the gate. A clip with a missing
component has no total, and neither has one that a gate could not look at; a gate that has nothing to compare the clip
with (``no_request``, ``no_reference``) is open. A component of which the clip's request asks nothing (it answers
``no_request`` though there is a request) drops out of that clip's mean, and the other weights grow in proportion. A
component that raises is bisected down to the clips that made it fail; their status is ``failed``.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from typing_extensions import override

from audioforge.choices import wrong_choice
from audioforge.clips import Clips
from audioforge.grouping import rows_by
from audioforge.rewards.base import Reward, RewardResult, masked
from audioforge.rewards.gdpo import gdpo_advantages
from audioforge.rewards.scores import Scores
from audioforge.rewards.weights import RewardWeights, load_reward_weights
from audioforge.status import OK, ClipStatus, Status
from audioforge.targets import CATEGORIES

Mean = Literal["geometric", "arithmetic"]

OPEN = (Status.NO_REQUEST, Status.NO_REFERENCE)
"""Why a gate may stand open: nothing was asked, or nothing is there to compare with."""

FLOOR = 1e-3
"""Least score inside a geometric mean: one component at 0 must not hide what the others say."""


class CombinedReward(Reward):
    """Weighted components as one reward.

    Args:
        components: The rewards to combine; their names are the keys of ``weights``.
        weights: Table of weights and gates; the shipped one by default.
        mean: ``geometric`` or ``arithmetic``.

    Raises:
        ValueError: If a weighted component is missing, or two have one name.
    """

    name: ClassVar[str] = "combined"

    def __init__(
        self, components: Sequence[Reward], *, weights: RewardWeights | None = None, mean: Mean = "geometric"
    ) -> None:
        self.components = tuple(components)
        self.weights = weights or load_reward_weights()
        self.mean: Mean = mean
        names = [component.name for component in self.components]
        if len(set(names)) != len(names):
            raise ValueError(f"components need different names, got {names}.")
        missing = [name for name in (*self.weights.components, *self.weights.gates) if name not in names]
        if missing:
            raise ValueError(f"the weights count {missing}, which are not among the components {names}.")

    @override
    def score(self, clips: Clips) -> RewardResult:
        scores = self.judge(clips)
        return RewardResult(self.name, scores.total, scores.total, scores.status, scores.provenance)

    def judge(self, clips: Clips) -> Scores:
        """Total and every component of a batch."""
        results = {component.name: guarded(component, clips) for component in self.components}
        counted = self._counted(clips, results)
        scores = torch.stack([self._bounded(result) for result in results.values()], dim=1)
        missing = (self._asked(counted, results) & ~scores.isfinite()).tolist()
        status = tuple(self._status(clips, results, row, index) for index, row in enumerate(missing))
        gates = self._gates(results, scores)
        total = masked(_weighted_mean(scores, counted, self.mean) * gates, status)
        combination = f"{self.mean} mean, weights {self.weights.version} {self.weights.fingerprint}"
        return Scores(
            total, results, status, masked(gates, status), {"combination": combination, **dict(_flat(results))}
        )

    def advantages(self, clips: Clips, scores: Scores) -> Float[Tensor, " batch"]:
        """Advantages within groups, normalised component by component (``audioforge.rewards.gdpo``).

        What the gates took off a total is taken off each of its components.

        Args:
            clips: The clips that were judged, each with its group.
            scores: What ``judge`` answered for them.

        Returns:
            ``(batch,)``; NaN for clips without a total.

        Raises:
            ScoringError: If a clip has no group.
        """
        bounded = torch.stack([self._bounded(result) for result in scores.components.values()], dim=1)
        weight = self._counted(clips, scores.components)
        known = bounded * scores.gates[:, None]  # NaN where there is no total
        return gdpo_advantages(known, weight / weight.sum(1, keepdim=True), clips.groups)

    def _asked(
        self, counted: Float[Tensor, "batch component"], results: Mapping[str, RewardResult]
    ) -> Bool[Tensor, "batch component"]:
        """True where a clip's total can't do without a component: it counts, or its gate isn't known to stand open."""
        closed = [
            [self.weights.gates.get(name, 0.0) > 0 and status.code not in OPEN for status in result.status]
            for name, result in results.items()
        ]
        return (counted > 0) | torch.tensor(closed, dtype=torch.bool).reshape(len(results), -1).T

    def _status(
        self, clips: Clips, results: Mapping[str, RewardResult], missing: Sequence[bool], index: int
    ) -> ClipStatus:
        category, known = clips.categories[index], dict.fromkeys((*CATEGORIES, *self.weights.categories))
        if category is not None and self.weights.categories and category not in known:
            reason = f"{clips.names[index]}: {wrong_choice('category', category, known)}"
            return ClipStatus(Status.NO_REFERENCE, reason)
        return _first_failure(clips, results, missing, index)

    def _counted(self, clips: Clips, results: Mapping[str, RewardResult]) -> Float[Tensor, "batch component"]:
        """Weights by category, 0 where the request asks nothing of a component; all as they are if none were left."""
        rows = [[self.weights.of(category).get(name, 0.0) for name in results] for category in clips.categories]
        weight = torch.tensor(rows, dtype=torch.float32).reshape(len(clips), len(results))
        asked = weight.masked_fill(_unasked(clips, results), 0.0)
        return torch.where(asked.sum(1, keepdim=True) > 0, asked, weight)

    def _bounded(self, result: RewardResult) -> Float[Tensor, " batch"]:
        if result.uncertainty is None or self.weights.risk == 0:
            return result.score
        return (result.score - self.weights.risk * result.uncertainty).clamp(0, 1)

    def _gates(
        self, results: Mapping[str, RewardResult], scores: Float[Tensor, "batch component"]
    ) -> Float[Tensor, " batch"]:
        gates = torch.ones(len(scores))
        for column, name in enumerate(results):
            gate = self.weights.gates.get(name, 0.0)
            if gate > 0:
                gates = gates * (scores[:, column].nan_to_num(1.0) / gate).clamp(0, 1)
        return gates


def guarded(reward: Reward, clips: Clips) -> RewardResult:
    """A reward's result, in which clips that make it fail are statuses: the one place where any exception is caught.

    A failing batch is halved (by groups, which belong together) until the clips at fault are found; so running out of
    memory on a large batch mends itself, too.
    """
    try:
        return reward.score(clips)
    except Exception as error:  # noqa: BLE001 - whatever a backend raises becomes a status, never a score
        units = _units(clips.groups)
        if len(units) <= 1:
            return _failed(reward.name, clips, error)
    half = len(units) // 2
    parts = [[i for unit in side for i in unit] for side in (units[:half], units[half:])]
    return _merged([guarded(reward, clips.select(part)) for part in parts], parts)


def _units(groups: Sequence[str | None]) -> list[list[int]]:
    return list(rows_by([index if group is None else group for index, group in enumerate(groups)]).values())


def _failed(name: str, clips: Clips, error: Exception) -> RewardResult:
    reason = f"{name} failed: {type(error).__name__}: {error}"
    status = tuple(own if not own.ok else ClipStatus(Status.FAILED, reason) for own in clips.status)
    nothing = torch.full((len(clips),), float("nan"))
    return RewardResult(name, nothing, nothing, status)


def _merged(results: Sequence[RewardResult], parts: Sequence[Sequence[int]]) -> RewardResult:
    order = [index for part in parts for index in part]
    back = sorted(range(len(order)), key=order.__getitem__)
    known = [r.uncertainty if r.uncertainty is not None else torch.full_like(r.raw, float("nan")) for r in results]
    joined = RewardResult(
        results[0].name,
        torch.cat([result.raw for result in results]),
        torch.cat([result.score for result in results]),
        tuple(status for result in results for status in result.status),
        next((result.provenance for result in results if result.provenance), {}),
        torch.cat(known) if any(result.uncertainty is not None for result in results) else None,
    )
    return joined.select(back)


def _unasked(clips: Clips, results: Mapping[str, RewardResult]) -> Bool[Tensor, "batch component"]:
    """True where a clip's request asks nothing of a component; a request that isn't there is another matter."""
    columns = [[own.code is Status.NO_REQUEST for own in result.status] for result in results.values()]
    usable = torch.tensor([clips.request_status(index).ok for index in range(len(clips))], dtype=torch.bool)
    return torch.tensor(columns, dtype=torch.bool).reshape(len(results), -1).T & usable[:, None]


def _first_failure(
    clips: Clips, results: Mapping[str, RewardResult], missing: Sequence[bool], index: int
) -> ClipStatus:
    if not clips.status[index].ok:
        return clips.status[index]
    for (name, result), absent in zip(results.items(), missing, strict=True):
        if absent:
            status = result.status[index]
            return status if not status.ok else ClipStatus(Status.FAILED, f"{name} gave no score (no calibration?)")
    return OK


def _weighted_mean(
    scores: Float[Tensor, "batch component"], weights: Float[Tensor, "batch component"], mean: Mean
) -> Float[Tensor, " batch"]:
    share = weights / weights.sum(1, keepdim=True)
    known = torch.where(share > 0, scores, 0.0)  # a component that doesn't count may be missing
    if mean == "arithmetic":
        return (share * known).sum(1)
    return torch.exp((share * known.clamp_min(FLOOR).log()).sum(1))


def _flat(results: Mapping[str, RewardResult]) -> Iterable[tuple[str, str]]:
    return ((f"{name}.{key}", value) for name, result in results.items() for key, value in result.provenance.items())
