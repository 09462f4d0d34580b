"""What a combination of rewards answers: the total, and every component beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from audioforge.component_score import ComponentScore, component_to_json, finite_or_none, status_to_json
from audioforge.rewards.base import RewardResult
from audioforge.status import ClipStatus


@dataclass(frozen=True)
class Scores:
    """Total and components of a batch.

    Attributes:
        total: ``(batch,)`` in [0, 1]; NaN where a clip couldn't be judged or a weighted component is missing.
        components: By the rewards' names.
        status: Per clip; the first reason why its total is missing.
        gates: ``(batch,)`` factor in [0, 1] that the gates took off the total; 1 where none closed.
        provenance: Name of what combined them, and the provenance of every component as ``component.key``.
    """

    total: Float[Tensor, " batch"]
    components: Mapping[str, RewardResult]
    status: tuple[ClipStatus, ...]
    gates: Float[Tensor, " batch"]
    provenance: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.status)

    def select(self, indices: Sequence[int]) -> "Scores":
        """The scores of the clips at ``indices``, in that order."""
        rows = list(indices)
        components = {name: result.select(rows) for name, result in self.components.items()}
        status = tuple(self.status[i] for i in rows)
        return Scores(self.total[rows], components, status, self.gates[rows], self.provenance)

    def component_scores(self, index: int) -> dict[str, ComponentScore]:
        """One clip's components in plain Python numbers, by the rewards' names."""
        return {name: _component(result, index) for name, result in self.components.items()}

    def to_json(self, index: int) -> dict[str, object]:
        """One clip's scores as plain JSON values."""
        return {
            "total": finite_or_none(float(self.total[index])),
            "gate": finite_or_none(float(self.gates[index])),
            "status": status_to_json(self.status[index]),
            "components": {name: component_to_json(own) for name, own in self.component_scores(index).items()},
        }


def _component(result: RewardResult, index: int) -> ComponentScore:
    return ComponentScore(
        score=finite_or_none(float(result.score[index])),
        raw=finite_or_none(float(result.raw[index])),
        status=result.status[index],
        uncertainty=None if result.uncertainty is None else finite_or_none(float(result.uncertainty[index])),
    )
