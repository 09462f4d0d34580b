"""What a search may cost, and how it is spent: most on searching, the rest on measuring what was found afresh."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from audioforge.optimise.settings import Settings

Unit = Literal["clips", "evaluations"]
UNITS: tuple[Unit, ...] = ("clips", "evaluations")

SEARCH_SHARE, SHORTLIST_SHARE, MEASURE_SHARE = 0.5, 0.3, 0.2
WIDE, SHORTLIST = 8, 3
"""How many of the search's best are rendered again, and how many of those once more, before one is chosen."""


@dataclass(frozen=True)
class Budget:
    """A bound on compute.

    Attributes:
        limit: Most that may be spent altogether.
        unit: ``clips``, or ``evaluations`` of the network (steps, twice with guidance).

    Raises:
        ValueError: If the limit is not positive, or the unit unknown.
    """

    limit: int
    unit: Unit = "clips"

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"a budget counts {' or '.join(UNITS)}, not {self.unit!r}.")
        if self.limit < 1:
            raise ValueError(f"a budget is at least 1, got {self.limit}.")

    def cost(self, settings: Settings, clips: int) -> int:
        """What so many clips with these settings cost."""
        return clips if self.unit == "clips" else clips * settings.evaluations

    @property
    def search(self) -> int:
        """For the search itself."""
        return round(self.limit * SEARCH_SHARE)

    @property
    def shortlist(self) -> int:
        """For choosing among the search's best on seeds it did not see."""
        return round(self.limit * SHORTLIST_SHARE)

    @property
    def measure(self) -> int:
        """For measuring the chosen one beside the default, on seeds that no choice saw."""
        return self.limit - self.search - self.shortlist

    def clips_each(self, share: int, candidates: Sequence[Settings]) -> int:
        """How many clips of every candidate a share pays for."""
        return share // sum(self.cost(own, 1) for own in candidates)
