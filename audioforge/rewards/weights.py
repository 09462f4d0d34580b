"""How much each component counts, by category: read from ``data/reward_weights.json`` or a user's own table."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from audioforge.choices import wrong_choice
from audioforge.data_files import DataError, data_path, read_json
from audioforge.targets import CATEGORIES


class WeightsError(ValueError):
    """A weights file with an impossible entry; the message names file, entry and mend."""


@dataclass(frozen=True)
class RewardWeights:
    """Weights and gates of a combination.

    Attributes:
        version: Names the table; part of every total's provenance.
        default: Component → weight, for clips of no category, or of one that isn't listed.
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
            if not _within(gate, 1):
                raise WeightsError(f"gates.{name} is {gate!r}, expected a score in [0, 1].")
        if not _within(self.risk, 10):
            raise WeightsError(f"risk is {self.risk!r}, expected 0 to 10 standard deviations.")

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
        return _read_table(read_json(path))
    except WeightsError as error:
        raise WeightsError(f"{path}: {error} See docs/rewards/combined.md for the form.") from error
    except DataError as error:  # it names the file
        raise WeightsError(str(error)) from error


def _read_table(table: object) -> RewardWeights:
    known = [field.name for field in fields(RewardWeights)]
    if not isinstance(table, dict):
        raise WeightsError(f"expected an object with {', '.join(known)}, got a {type(table).__name__}.")
    if unknown := sorted(set(table) - set(known)):
        raise WeightsError(f"unknown {', '.join(unknown)}; known are {', '.join(known)}.")
    if missing := [name for name in ("version", "default") if name not in table]:
        raise WeightsError(f"{' and '.join(missing)} must be given.")
    if not isinstance(table["version"], str):
        raise WeightsError(f"version is {table['version']!r}, expected a text that names the table.")
    categories = table.get("categories", {})
    for where in ("default", "categories", "gates"):
        _check_object(where, table.get(where, {}))
    for name, weights in categories.items():
        if name not in CATEGORIES:
            raise WeightsError(f"{wrong_choice('categories', name, CATEGORIES)}.")
        _check_object(name, weights)
    return RewardWeights(**table)


def _check_object(where: str, value: object) -> None:
    if not isinstance(value, dict):
        raise WeightsError(f"{where} is {value!r}, expected an object of numbers by component.")


def _check_weights(where: str, table: Mapping[str, float]) -> None:
    for name, weight in table.items():
        if not _within(weight, 1e6):
            raise WeightsError(f"{where}.{name} is {weight!r}, expected a weight of at least 0.")
    if not sum(table.values()) > 0:
        raise WeightsError(f"{where} has no weight above 0: nothing would count.")


def _within(value: object, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most
