"""What a scorer has done and is doing, for operators: counts since it was made, and the state of now."""

import threading
from collections import deque
from dataclasses import dataclass

REMEMBERED = 1024
"""Answers whose times make the percentiles, and batches whose sizes make the fill."""


@dataclass(frozen=True)
class ScorerStats:
    """Counts since the scorer was made, then (from ``queued`` on) its state.

    Attributes:
        calls: Calls made.
        clips: Clips judged; those answered from a cache are not among them.
        batches: Batches judged.
        cache_hits: Calls answered from memory or disk.
        disk_hits: Those of them that were answered from disk.
        cancelled: Calls dropped before they ran: their caller left, or their deadline passed.
        expired: Calls that were not answered by their deadline.
        halvings: How often a batch was halved because it ran out of memory.
        disk_errors: Reads and writes of the cache file that failed; each was a miss.
        queued: Calls waiting for their turn.
        batch_fill: Mean size of recent batches as a share of the largest allowed, in [0, 1]; 0 before the first.
        p50_seconds: Median time from call to answer of recent calls that were judged; 0 before the first.
        p95_seconds: 95th percentile of the same.
    """

    calls: int = 0
    clips: int = 0
    batches: int = 0
    cache_hits: int = 0
    disk_hits: int = 0
    cancelled: int = 0
    expired: int = 0
    halvings: int = 0
    disk_errors: int = 0
    queued: int = 0
    batch_fill: float = 0.0
    p50_seconds: float = 0.0
    p95_seconds: float = 0.0


COUNTS = ("calls", "clips", "batches", "cache_hits", "disk_hits", "cancelled", "expired", "halvings", "disk_errors")
"""Fields that only grow; the others go up and down."""


class StatisticsBook:
    """Where a scorer's threads write down what they do; safe across threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = dict.fromkeys(COUNTS, 0)
        self._fills: deque[float] = deque(maxlen=REMEMBERED)
        self._seconds: deque[float] = deque(maxlen=REMEMBERED)

    def count(self, **more: int) -> None:
        """Adds to counts by name."""
        with self._lock:
            for name, number in more.items():
                self._counts[name] += number

    def batch(self, clips: int, largest: int) -> None:
        """A batch was judged."""
        with self._lock:
            self._counts["batches"] += 1
            self._counts["clips"] += clips
            self._fills.append(min(1.0, clips / largest))

    def answered(self, seconds: float) -> None:
        """A call was answered that long after it was made."""
        with self._lock:
            self._seconds.append(seconds)

    def read(self, *, queued: int, disk_errors: int) -> ScorerStats:
        """Everything so far, with what others count."""
        with self._lock:
            counts, fills, seconds = (
                {**self._counts, "disk_errors": disk_errors},
                list(self._fills),
                sorted(self._seconds),
            )
        fill = sum(fills) / len(fills) if fills else 0.0
        return ScorerStats(
            **counts,
            queued=queued,
            batch_fill=fill,
            p50_seconds=_percentile(seconds, 0.50),
            p95_seconds=_percentile(seconds, 0.95),
        )


def _percentile(ordered: list[float], share: float) -> float:
    """The nearest-rank percentile; 0 of nothing."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
