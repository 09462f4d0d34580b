"""How much each component counts, by category: read from ``data/reward_weights.json``, checked on load."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from audioforge.data_files import data_path


class WeightsError(ValueError):
    """A weights file with an impossible entry; the message names file, entry and mend."""


@dataclass(frozen=True)
class RewardWeights:
    """Weights and gates of a combination.

    Attributes:
        version: Names the table; part of every total's provenance.
        default: Component → weight, for clips of no category.
        categories: Category → component → weight.
        gates: Component → the score below which the total shrinks in proportion (``score / gate``). A gate keeps one
            component from being bought with the others.
        risk: Standard deviations taken off a component that knows its uncertainty (lower confidence bound).
    """

    version: str
    default: Mapping[str, float]
    categories: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    gates: Mapping[str, float] = field(default_factory=dict)
    risk: float = 0.0

    def __post_init__(self) -> None:
        for where, table in (("default", self.default), *self.categories.items()):
            _check_weights(where, table)
        for name, gate in self.gates.items():
            if not 0 <= gate <= 1:
                raise WeightsError(f"gates.{name} is {gate}, expected a score in [0, 1].")
        if not 0 <= self.risk <= 10:
            raise WeightsError(f"risk is {self.risk}, expected 0 to 10 standard deviations.")

    def of(self, category: str | None) -> Mapping[str, float]:
        """Component → weight for a category; the default for none or an unlisted one."""
        return self.default if category is None else self.categories.get(category, self.default)

    @property
    def fingerprint(self) -> str:
        """8 hex digits over all that decides a total: two tables of one ``version`` don't pass for each other."""
        decides = {"default": self.default, "categories": self.categories, "gates": self.gates, "risk": self.risk}
        text = json.dumps(decides, sort_keys=True, default=dict)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    @property
    def components(self) -> tuple[str, ...]:
        """Every component that counts somewhere, in the table's order."""
        tables = (self.default, *self.categories.values())
        return tuple(dict.fromkeys(name for table in tables for name, weight in table.items() if weight > 0))


def load_reward_weights(path: Path | None = None) -> RewardWeights:
    """Reads a weights table; the shipped one by default.

    Raises:
        WeightsError: If the file is no table of weights; the message names file, entry and mend.
    """
    path = path or data_path("reward_weights.json")
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return RewardWeights(**table)
    except (OSError, TypeError, ValueError) as error:
        raise WeightsError(f"{path}: {error} See docs/rewards/combined.md for the form.") from error


def _check_weights(where: str, table: Mapping[str, float]) -> None:
    for name, weight in table.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 1e6:
            raise WeightsError(f"{where}.{name} is {weight!r}, expected a weight of at least 0.")
    if not sum(table.values()) > 0:
        raise WeightsError(f"{where} has no weight above 0: nothing would count.")
