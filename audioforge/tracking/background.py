"""The part of a logger that a run talks to: it hands over and returns at once, whatever becomes of what was handed.

A thread of its own writes. The queue is bounded: what does not fit is dropped and counted. An error of the sink is
logged once a kind and otherwise counted; no error, no full disk and no dead server reaches the run.
"""

import logging
import queue
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Protocol, Self

from audioforge.rollouts import RolloutRecord
from audioforge.tracking.comparison import RolloutComparison
from audioforge.tracking.entries import GroupEntry, worth_keeping
from audioforge.tracking.limits import Limits
from reward_models.audio import AudioBatch

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 30.0


class Sink(Protocol):
    """Where entries go. Called from one thread."""

    def group(self, entry: GroupEntry) -> None:
        """Keep a group."""

    def metrics(self, step: int, metrics: Mapping[str, float]) -> None:
        """Keep some numbers."""

    def comparison(self, step: int, found: RolloutComparison) -> None:
        """Keep a comparison."""

    def close(self) -> None:
        """Finish."""


class BackgroundLogger:
    """Logs to a sink without ever keeping a run waiting.

    Args:
        make_sink: Makes the sink; called on the writing thread, since that can take seconds.
        limits: How much is kept.
        close_seconds: How long ``close`` waits for what is queued.
    """

    def __init__(
        self, make_sink: Callable[[], Sink], limits: Limits | None = None, *, close_seconds: float = CLOSE_SECONDS
    ) -> None:
        self.limits = limits or Limits()
        self.counts: Counter[str] = Counter()
        self._make_sink = make_sink
        self._close_seconds = close_seconds
        self._told: set[str] = set()
        self._queue: queue.Queue[Callable[[Sink], None] | None] = queue.Queue(self.limits.queue)
        self._thread = threading.Thread(target=self._work, name="audioforge-tracking", daemon=True)
        self._thread.start()

    def group(
        self,
        step: int,
        records: Sequence[RolloutRecord],
        audio: AudioBatch | None = None,
        rows: Sequence[int] = (),
        metrics: Mapping[str, float] | None = None,
    ) -> None:
        """Log a judged group; never raises and never waits.

        Args:
            step: Number of the group.
            records: One an answer.
            audio: Clips of some of the answers.
            rows: Which answers they are.
            metrics: Numbers to log along with it.
        """
        try:
            count = self.limits.clips_a_step if step % self.limits.every_steps == 0 else 0
            kept, kept_rows = worth_keeping(records, audio, rows, count)
            entry = GroupEntry(step, tuple(records), kept, kept_rows, dict(metrics or {}))
        except Exception as error:  # noqa: BLE001 - logging must not end a run
            self._note(error)
            return
        self._put(lambda sink: sink.group(entry))

    def metrics(self, step: int, metrics: Mapping[str, float]) -> None:
        """Log some numbers; never raises and never waits."""
        own = dict(metrics)
        self._put(lambda sink: sink.metrics(step, own))

    def comparison(self, step: int, found: RolloutComparison) -> None:
        """Log a comparison; never raises and never waits."""
        self._put(lambda sink: sink.comparison(step, found))

    def close(self) -> None:
        """Write what is queued, for a while, then say what was dropped and what went wrong."""
        if self._thread.is_alive():
            try:
                self._queue.put(None, timeout=self._close_seconds)
                self._thread.join(self._close_seconds)
            except queue.Full:
                pass
        if self._thread.is_alive():
            logger.warning("tracking: still writing after %s s, %s entries given up", self._close_seconds, self.waiting)
        if self.counts:
            logger.warning("tracking: %s", ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items())))

    @property
    def waiting(self) -> int:
        """Entries that wait to be written."""
        return self._queue.qsize()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _put(self, write: Callable[[Sink], None]) -> None:
        try:
            self._queue.put_nowait(write)
        except queue.Full:
            self.counts["dropped"] += 1
            if self.counts["dropped"] == 1:
                logger.warning("tracking falls behind: entries are dropped from now on, and counted")

    def _work(self) -> None:
        sink: Sink | None = None
        while (write := self._queue.get()) is not None:
            try:
                sink = sink or self._make_sink()
                write(sink)
            except Exception as error:  # noqa: BLE001 - logging must not end a run
                self._note(error)
        try:
            if sink is not None:
                sink.close()
        except Exception as error:  # noqa: BLE001 - likewise
            self._note(error)

    def _note(self, error: Exception) -> None:
        kind = type(error).__name__
        self.counts[f"failed ({kind})"] += 1
        if kind not in self._told:
            self._told.add(kind)
            logger.warning("tracking: an entry could not be logged, the run goes on: %s: %s", kind, error)
