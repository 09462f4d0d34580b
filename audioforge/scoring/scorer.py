"""The scorer: many callers, one device worker.

Calls are coalesced into batches of one form (sample rate, channels, length bucket), bounded in clips and samples,
judged on a worker thread (never on the event loop), and handed back split. The queue is bounded: when it is full,
callers wait. Evaluation goes before training. A call that was cancelled or whose deadline has passed before its turn is
dropped. Equal calls (same samples, requests, categories, groups, names) are answered from a bounded cache in memory
and, if a file is named, on disk; vectors of request texts are remembered, too.
"""

import asyncio
import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from audioforge.clips import AudioLike, Clips, gather_clips
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.scores import Scores
from audioforge.scoring.batches import joined, split
from audioforge.scoring.cache import content_key
from audioforge.scoring.calls import Call, CallQueue, CallTerms, DeadlineError
from audioforge.scoring.score_caches import ScoreCaches
from audioforge.scoring.statistics import ScorerStats, StatisticsBook
from audioforge.status import ScoringError
from audioforge.text_cache import TextCache

T = TypeVar("T")
_AT_ONCE = CallTerms()


class Scorer:
    """Judges clips for any number of concurrent callers.

    Args:
        reward: What to judge with.
        max_batch_clips: Clips judged together at most (a single call may be larger).
        max_wait_seconds: How long the worker waits for further calls to fill a batch.
        queue_calls: Calls that may wait; further callers wait before they queue.
        cache_clips: Clips whose scores are remembered in memory.
        cache_file: SQLite file for scores that outlive this process, shared with others; none by default.

    Use as a context manager, or call ``close``. A process that was forked from this one has no worker and must make its
    own scorer.

    Raises:
        DataError: If the cache file can't be used.
    """

    def __init__(
        self,
        reward: CombinedReward,
        *,
        max_batch_clips: int = 64,
        max_wait_seconds: float = 0.005,
        queue_calls: int = 64,
        cache_clips: int = 4096,
        cache_file: Path | None = None,
    ) -> None:
        self.reward = reward
        self._max_batch_clips = max_batch_clips
        self._max_wait_seconds = max_wait_seconds
        self._fitting = float(max_batch_clips)
        self._book = StatisticsBook()
        self._caches = ScoreCaches(reward, cache_clips, cache_file)
        self._texts = TextCache()
        self._queue = CallQueue(queue_calls)
        self._closed = False
        self._process = os.getpid()
        self._worker = threading.Thread(target=self._work, name="audioforge-scorer", daemon=True)
        self._worker.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def stats(self) -> ScorerStats:
        """Counts so far, and the state of now."""
        return self._book.read(queued=len(self._queue), disk_errors=self._caches.errors)

    def score(
        self,
        audio: AudioLike,
        requests: Sequence[str | None] | str | None = None,
        *,
        sample_rate: int | None = None,
        categories: Sequence[str | None] | None = None,
        groups: Sequence[str | None] | None = None,
        terms: CallTerms = _AT_ONCE,
    ) -> Scores:
        """Judges clips and waits; arguments as in ``Reward.__call__``, and the call's priority and deadline.

        Raises:
            ScoringError: If the arguments don't fit together, or the scorer is closed.
            DeadlineError: If the answer isn't there by the deadline.
        """
        clips = gather_clips(audio, requests, sample_rate=sample_rate, categories=categories, groups=groups)
        return self.judge(clips, terms)

    async def score_async(
        self,
        audio: AudioLike,
        requests: Sequence[str | None] | str | None = None,
        *,
        sample_rate: int | None = None,
        categories: Sequence[str | None] | None = None,
        groups: Sequence[str | None] | None = None,
        terms: CallTerms = _AT_ONCE,
    ) -> Scores:
        """As ``score``, without blocking the event loop; a cancelled call is dropped if its turn hasn't come."""
        clips = await asyncio.to_thread(
            gather_clips, audio, requests, sample_rate=sample_rate, categories=categories, groups=groups
        )
        return await self.judge_async(clips, terms)

    def judge(self, clips: Clips, terms: CallTerms = _AT_ONCE) -> Scores:
        """``score`` for a ready ``Clips``."""
        return self._wait(self._started(clips, terms))

    async def judge_async(self, clips: Clips, terms: CallTerms = _AT_ONCE) -> Scores:
        """``score_async`` for a ready ``Clips``."""
        call = await asyncio.to_thread(self._known_or_new, clips, terms)
        try:
            async with asyncio.timeout(call.seconds_left):
                if not call.future.done():
                    await asyncio.wrap_future(self._queue.enter(call))
                return await asyncio.wrap_future(call.future)
        except TimeoutError as error:
            if call.has_failed:
                raise
            raise self._expired(call) from error
        except asyncio.CancelledError:
            call.future.cancel()
            raise

    def judge_stream(
        self, stream: Iterable[Clips], *, ahead: int = 64, terms: CallTerms = _AT_ONCE
    ) -> Iterator[Scores]:
        """Scores of a stream of calls, in its order; at most ``ahead`` calls are read before their turn to be yielded.

        Raises:
            ScoringError: As ``score`` does; calls read ahead are dropped then, and when the iterator is closed.
        """
        calls: deque[Call] = deque()
        try:
            for clips in stream:
                calls.append(self._started(clips, terms))
                if len(calls) >= ahead:
                    yield self._wait(calls.popleft())
            while calls:
                yield self._wait(calls.popleft())
        finally:
            for call in calls:
                call.future.cancel()

    def close(self) -> None:
        """Finishes what is queued, then stops the worker. Later calls raise."""
        self._closed = True
        self._queue.close()
        self._worker.join()
        self._caches.close()

    def _started(self, clips: Clips, terms: CallTerms) -> Call:
        """A call that is answered already, or inside the queue."""
        call = self._known_or_new(clips, terms)
        if not call.future.done():
            self._result(self._queue.enter(call), call)
        return call

    def _known_or_new(self, clips: Clips, terms: CallTerms) -> Call:
        if self._closed:
            raise ScoringError("this scorer is closed: make a new one.")
        if os.getpid() != self._process:
            raise ScoringError("this scorer was made before a fork and has no worker here: make a new one.")
        call = Call(clips, content_key(clips), terms)
        known = self._caches.get(call.key)
        self._book.count(calls=1)
        if known is not None:
            self._book.count(cache_hits=1, disk_hits=int(known.from_disk))
            call.future.set_result(known.scores)
        return call

    def _wait(self, call: Call) -> Scores:
        return self._result(call.future, call)

    def _result(self, future: "Future[T]", call: Call) -> T:
        try:
            return future.result(call.seconds_left)
        except TimeoutError as error:
            if call.has_failed:
                raise
            future.cancel()
            raise self._expired(call) from error

    def _expired(self, call: Call) -> DeadlineError:
        call.future.cancel()
        self._book.count(expired=1)
        message = f"{len(call.clips)} clips were not scored within {call.terms.timeout_seconds:g} s"
        return DeadlineError(f"{message}: {len(self._queue)} calls are queued; allow more time, or send fewer at once.")

    def _work(self) -> None:
        while calls := self._queue.take(max(1, int(self._fitting)), self._max_wait_seconds):
            live = [call for call in calls if not call.is_dropped and call.future.set_running_or_notify_cancel()]
            self._book.count(cancelled=len(calls) - len(live))
            if live:
                self._run(live)

    def _run(self, calls: Sequence[Call]) -> None:
        parts = [call.clips for call in calls]
        try:
            batch = joined(parts)
            batch.text_cache = self._texts
            answers = split(self.reward.judge(batch), parts)
        except BaseException as error:  # noqa: BLE001 - it reaches the callers, and the worker goes on
            for call in calls:
                call.future.set_exception(error)
            return
        self._book.batch(len(batch), self._max_batch_clips)
        self._fit(batch)
        for call, scores in zip(calls, answers, strict=True):
            self._caches.put(call.key, scores)
            self._book.answered(time.monotonic() - call.made)
            call.future.set_result(scores)

    def _fit(self, batch: Clips) -> None:
        """After memory ran out, batches start over at half the size and grow back by an eighth at a time."""
        if batch.halvings:
            self._book.count(halvings=batch.halvings)
            self._fitting = max(1.0, len(batch) / 2)
        else:
            self._fitting = min(float(self._max_batch_clips), self._fitting * 1.125)
