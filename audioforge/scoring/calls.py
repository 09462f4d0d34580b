"""Calls waiting for a scorer, and the order in which they are taken.

Calls of one form (sample rate, channels, length bucket) can be judged as one batch. A call of a higher priority goes
first; within a priority, the one that came first leads, and later ones of its form may join its batch.
"""

import heapq
import itertools
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum

from audioforge.clips import Clips
from audioforge.rewards.scores import Scores
from audioforge.status import ScoringError

BUCKET_SECONDS = 8.0
"""Clips up to this length share a bucket; further buckets end at twice the length before. So a batch of short clips is
never padded to the length of one long neighbour."""

MOST_SAMPLES = 60_000_000
"""Of a batch, padded: 240 MB as float32, and a few times that while it is judged. Whatever is longer stands alone."""


class Priority(IntEnum):
    """Who goes first; calls of lower priority wait for as long as there are higher ones."""

    EVALUATION = 0
    TRAINING = 1
    BACKGROUND = 2


class DeadlineError(ScoringError, TimeoutError):
    """A call was not answered by its deadline."""


@dataclass(frozen=True)
class CallTerms:
    """When a call is to be answered.

    Attributes:
        priority: Who goes first.
        timeout_seconds: Longest time until the answer; a call past it is dropped and raises. None waits for ever.
    """

    priority: Priority = Priority.TRAINING
    timeout_seconds: float | None = None

    def __post_init__(self) -> None:
        if self.timeout_seconds is not None and not self.timeout_seconds > 0:
            raise ScoringError(f"timeout_seconds must be above 0, got {self.timeout_seconds}: or None to wait.")


@dataclass
class Call:
    """One call: its clips, the key of its content, and the future that its caller waits for."""

    clips: Clips
    key: str
    terms: CallTerms = CallTerms()
    future: "Future[Scores]" = field(default_factory=Future)
    made: float = field(default_factory=time.monotonic)

    @property
    def form(self) -> tuple[object, ...]:
        """Sample rates and channels, and the length bucket of the longest clip."""
        batches = [own.audio for own in self.clips.sounds.batches]
        seconds = max((own.waveform.shape[2] / own.sample_rate for own in batches), default=0.0)
        return *sorted(self.clips.sounds.forms), length_bucket(seconds)

    @property
    def longest(self) -> int:
        """Samples of its longest clip, all channels together."""
        return max((own.audio.waveform[0].numel() for own in self.clips.sounds.batches if own.rows), default=0)

    @property
    def has_failed(self) -> bool:
        """True where judging it raised."""
        return self.future.done() and not self.future.cancelled() and self.future.exception() is not None

    @property
    def seconds_left(self) -> float | None:
        """Time until the deadline, at least 0; None without one."""
        if self.terms.timeout_seconds is None:
            return None
        return max(0.0, self.made + self.terms.timeout_seconds - time.monotonic())

    @property
    def is_dropped(self) -> bool:
        """True where nobody waits for the answer any more."""
        return self.future.cancelled() or self.seconds_left == 0


class CallQueue:
    """A bounded queue for one taker; callers who find it full wait outside, in the same order.

    Args:
        size: Calls that are inside at once; calls of lower priority don't take a place from higher ones.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._inside: list[tuple[int, int, Call]] = []
        self._outside: list[tuple[int, int, Call, Future[None]]] = []
        self._numbers = itertools.count()
        self._closed = False
        self._change = threading.Condition()

    def __len__(self) -> int:
        return len(self._inside) + len(self._outside)

    def enter(self, call: Call) -> "Future[None]":
        """Done once the call is inside.

        Raises:
            ScoringError: If the queue is closed.
        """
        entered: Future[None] = Future()
        with self._change:
            if self._closed:
                raise ScoringError("this scorer is closed: make a new one.")
            heapq.heappush(self._outside, (call.terms.priority, next(self._numbers), call, entered))
            self._admit()
        return entered

    def take(self, max_clips: int, wait_seconds: float) -> list[Call]:
        """The next calls to be judged together, those included that nobody waits for any more.

        Args:
            max_clips: Clips of all calls together; a single call may be larger.
            wait_seconds: How long to wait for calls that fill the batch.

        Returns:
            Calls of one form; none when the queue is closed and empty.
        """
        with self._change:
            self._change.wait_for(lambda: self._inside or self._closed)
            batch = self._take_now([], max_clips)
            until = time.monotonic() + wait_seconds
            while batch and _clips(batch) < max_clips and not self._closed:
                left = until - time.monotonic()
                if left <= 0 or not self._change.wait(left):
                    break
                batch = self._take_now(batch, max_clips)
            return batch

    def close(self) -> None:
        """Takes no further calls; what is there can still be taken."""
        with self._change:
            self._closed = True
            self._change.notify_all()

    def _take_now(self, batch: list[Call], max_clips: int) -> list[Call]:
        kept = []
        while self._inside:
            entry = heapq.heappop(self._inside)
            call = entry[2]
            if not batch or (call.form == batch[0].form and _fit([*batch, call], max_clips)):
                batch = [*batch, call]
            else:
                kept.append(entry)
        self._inside = kept  # sorted, so a heap
        self._admit()
        return batch

    def _admit(self) -> None:
        while self._outside and self._ahead_of(self._outside[0][0]) < self._size:
            priority, number, call, entered = heapq.heappop(self._outside)
            if entered.set_running_or_notify_cancel():
                heapq.heappush(self._inside, (priority, number, call))
                entered.set_result(None)
        self._change.notify_all()

    def _ahead_of(self, priority: int) -> int:
        return sum(own <= priority for own, _, _ in self._inside)


def length_bucket(seconds: float) -> int:
    """0 up to ``BUCKET_SECONDS``; one more each time the length doubles."""
    return int(max(0.0, seconds) / BUCKET_SECONDS).bit_length()


def _fit(calls: list[Call], max_clips: int) -> bool:
    clips = _clips(calls)
    return clips <= max_clips and clips * max(call.longest for call in calls) <= MOST_SAMPLES


def _clips(calls: list[Call]) -> int:
    return sum(len(call.clips) for call in calls)
