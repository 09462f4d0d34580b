"""The scorer: many callers, one device worker.

Calls are coalesced into batches of one sample rate, judged on a worker thread (never on the event loop), and handed
back split. The queue is bounded: when it is full, callers wait. A call that was cancelled before its turn is dropped.
Equal calls (same samples, requests, categories, groups) are answered from a bounded cache.
"""

import asyncio
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from audioforge.clips import AudioLike, Clips, gather_clips
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.scores import Scores
from audioforge.scoring.cache import ScoreCache, content_key
from audioforge.status import ScoringError
from reward_models.audio import AudioBatch


@dataclass(frozen=True)
class ScorerStats:
    """Counts since the scorer was made."""

    calls: int = 0
    clips: int = 0
    batches: int = 0
    cache_hits: int = 0
    cancelled: int = 0


@dataclass
class _Job:
    clips: Clips
    key: str
    future: "Future[Scores]" = field(default_factory=Future)

    @property
    def form(self) -> tuple[int, int]:
        return self.clips.audio.sample_rate, self.clips.audio.waveform.shape[1]


class Scorer:
    """Judges clips for any number of concurrent callers.

    Args:
        reward: What to judge with.
        max_batch_clips: Clips judged together at most (a single call may be larger).
        max_wait_seconds: How long the worker waits for further calls to fill a batch.
        queue_calls: Calls that may wait; further callers wait before they queue.
        cache_clips: Clips whose scores are remembered.

    Use as a context manager, or call ``close``.
    """

    def __init__(
        self,
        reward: CombinedReward,
        *,
        max_batch_clips: int = 64,
        max_wait_seconds: float = 0.005,
        queue_calls: int = 64,
        cache_clips: int = 4096,
    ) -> None:
        self.reward = reward
        self._max_batch_clips = max_batch_clips
        self._max_wait_seconds = max_wait_seconds
        self._queue: queue.Queue[_Job | None] = queue.Queue(queue_calls)
        self._cache = ScoreCache(cache_clips)
        self._stats = ScorerStats()
        self._lock = threading.Lock()
        self._closed = False
        self._held: _Job | None = None
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
        """Counts so far."""
        with self._lock:
            return self._stats

    def score(
        self,
        audio: AudioLike,
        requests: Sequence[str | None] | str | None = None,
        *,
        sample_rate: int | None = None,
        categories: Sequence[str | None] | None = None,
        groups: Sequence[str | None] | None = None,
    ) -> Scores:
        """Judges clips and waits; arguments as in ``Reward.__call__``.

        Raises:
            ScoringError: If the arguments don't fit together, or the scorer is closed.
        """
        return self.judge(gather_clips(audio, requests, sample_rate=sample_rate, categories=categories, groups=groups))

    async def score_async(
        self,
        audio: AudioLike,
        requests: Sequence[str | None] | str | None = None,
        *,
        sample_rate: int | None = None,
        categories: Sequence[str | None] | None = None,
        groups: Sequence[str | None] | None = None,
    ) -> Scores:
        """Judges clips without blocking the event loop; a cancelled call is dropped if its turn hasn't come.

        Raises:
            ScoringError: If the arguments don't fit together, or the scorer is closed.
        """
        clips = gather_clips(audio, requests, sample_rate=sample_rate, categories=categories, groups=groups)
        return await self.judge_async(clips)

    def judge(self, clips: Clips) -> Scores:
        """``score`` for a ready ``Clips``."""
        job = self._job(clips)
        if not job.future.done():
            self._put(job)
        return job.future.result()

    async def judge_async(self, clips: Clips) -> Scores:
        """``score_async`` for a ready ``Clips``."""
        job = await asyncio.to_thread(self._job, clips)
        try:
            if not job.future.done():
                await asyncio.to_thread(self._put, job)
            return await asyncio.wrap_future(job.future)
        except asyncio.CancelledError:
            job.future.cancel()
            raise

    def close(self) -> None:
        """Finishes what is queued, then stops the worker. Later calls raise."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._queue.put(None)
        self._worker.join()

    def _job(self, clips: Clips) -> _Job:
        job = _Job(clips, content_key(clips))
        known = self._cache.get(job.key)
        self._count(calls=1, cache_hits=int(known is not None))
        if known is not None:
            job.future.set_result(known)
        return job

    def _put(self, job: _Job) -> None:
        with self._lock:
            if self._closed:
                raise ScoringError("this scorer is closed: make a new one.")
        self._queue.put(job)

    def _work(self) -> None:
        while True:
            first = self._held or self._queue.get()
            self._held = None
            if first is None:
                return
            batch, stop = self._gathered(first)
            self._run(batch)
            if stop:
                return

    def _gathered(self, first: _Job) -> tuple[list[_Job], bool]:
        batch, count = [first], len(first.clips)
        while count < self._max_batch_clips:
            try:
                job = self._queue.get(timeout=self._max_wait_seconds)
            except queue.Empty:
                break
            if job is None:
                return batch, True
            if job.form != first.form or count + len(job.clips) > self._max_batch_clips:
                self._held = job
                break
            batch.append(job)
            count += len(job.clips)
        return batch, False

    def _run(self, jobs: Sequence[_Job]) -> None:
        live = [job for job in jobs if job.future.set_running_or_notify_cancel()]
        self._count(cancelled=len(jobs) - len(live))
        if not live:
            return
        try:
            answers = _split(self.reward.judge(_joined(live)), live)
        except BaseException as error:  # noqa: BLE001 - it reaches the callers, and the worker goes on
            for job in live:
                job.future.set_exception(error)
            return
        self._count(batches=1, clips=sum(len(job.clips) for job in live))
        for job, scores in zip(live, answers, strict=True):
            self._cache.put(job.key, scores)
            job.future.set_result(scores)

    def _count(self, **more: int) -> None:
        with self._lock:
            counts = {name: getattr(self._stats, name) + more.get(name, 0) for name in ScorerStats.__dataclass_fields__}
            self._stats = ScorerStats(**counts)


def _joined(jobs: Sequence[_Job]) -> Clips:
    if len(jobs) == 1:
        return jobs[0].clips
    clips = [job.clips for job in jobs]
    return Clips(
        AudioBatch.concatenate([own.audio for own in clips]),
        [request for own in clips for request in own.requests],
        categories=[category for own in clips for category in own.categories],
        # Groups of different callers never mix, whatever they are called.
        groups=[None if group is None else f"{call}/{group}" for call, own in enumerate(clips) for group in own.groups],
        status=[status for own in clips for status in own.status],
    )


def _split(scores: Scores, jobs: Sequence[_Job]) -> list[Scores]:
    parts, start = [], 0
    for job in jobs:
        parts.append(scores.select(range(start, start + len(job.clips))))
        start += len(job.clips)
    return parts
