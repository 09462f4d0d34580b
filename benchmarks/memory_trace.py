"""Resident memory of several processes over the groups that a run has finished.

A process that was killed and started again is followed on under its name; its *calm* part is what comes after the last
start. Trimming makes the curve a saw, so growth is a line fitted through the calm part, not its end less its beginning.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from benchmarks.serve_processes import Process, resident_mib

SELF = "trainer"
_PARTS = 5


@dataclass
class MemoryTrace:
    """What was seen of each process.

    Attributes:
        seen: By process, groups finished and MiB resident, in order.
    """

    seen: dict[str, list[tuple[int, float]]] = field(default_factory=dict)

    def look(self, groups: int, processes: Mapping[str, Process]) -> None:
        """Note what each process takes, this one (the trainer client) too; those that are away are left out."""
        resident = {name: process.resident_mib() for name, process in processes.items()}
        for name, mib in {**resident, SELF: resident_mib(os.getpid())}.items():
            if mib is not None:
                self.seen.setdefault(name, []).append((groups, mib))

    def summary(self, calm_from: int) -> dict[str, object]:
        """By process: the highest of each fifth of the run, and of the groups from ``calm_from`` on the growth."""
        last = max(own[-1][0] for own in self.seen.values())
        edges = [last * part // _PARTS for part in range(_PARTS + 1)]
        return {
            name: {
                "highest_by_fifths": [_highest(own, *ends) for ends in pairwise(edges)],
                "mib_per_100_groups": _growth([one for one in own if one[0] >= calm_from]),
            }
            for name, own in self.seen.items()
        }


def _highest(seen: list[tuple[int, float]], first: int, last: int) -> int | None:
    inside = [mib for groups, mib in seen if first <= groups <= last]
    return round(max(inside)) if inside else None


def _growth(seen: list[tuple[int, float]]) -> float | None:
    if len(seen) < 3:
        return None
    groups, mib = np.array(seen).T
    return round(float(np.polyfit(groups, mib, 1)[0]) * 100, 1)
