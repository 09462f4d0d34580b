"""One request through decoding, category guess and scorer, bounded in number and samples, off the event loop."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from audioforge.clips import Clips
from audioforge.rewards.scores import Scores
from audioforge.scoring import Scorer
from audioforge.service.bodies import ScoreRequest
from audioforge.service.categories import GuessCategories, RememberedCategories
from audioforge.service.decoding import decode_clips
from audioforge.service.errors import ServiceError
from audioforge.service.sample_budget import SampleBudget
from audioforge.service.settings import ServiceSettings

T = TypeVar("T")

_THREADS = 2  # decoding is bounded by these however many requests have given up waiting for it


class Judge:
    """Judges requests through a ``Scorer`` that it doesn't own.

    Args:
        scorer: Where the clips go.
        settings: Limits.
        guess_categories: Requests → categories where the caller left them open; they stay open without it.
    """

    def __init__(
        self, scorer: Scorer, settings: ServiceSettings, guess_categories: GuessCategories | None = None
    ) -> None:
        self.scorer = scorer
        self.settings = settings
        self.in_work = 0
        self.samples = SampleBudget(settings.max_samples_in_work, settings.retry_seconds)
        self._callers: Counter[str] = Counter()
        self._guess = None if guess_categories is None else RememberedCategories(guess_categories)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="audioforge-service")

    @property
    def full(self) -> bool:
        """True where a further request would be sent away."""
        return self.in_work >= self.settings.max_requests

    @contextmanager
    def place(self, caller: str = "") -> Iterator[None]:
        """A place in the bounded queue for as long as the block lasts.

        Args:
            caller: Network address of who asks.

        Raises:
            ServiceError: With ``Retry-After``: 503 where there is no place, 429 where this caller has its share.
        """
        own, most = self._callers[caller], self.settings.max_requests_per_caller
        if self.full:
            message = f"{self.in_work} requests are in work, as many as are taken: come back later."
            raise ServiceError(503, "busy", message, retry_seconds=self.settings.retry_seconds)
        if most is not None and own >= most:
            message = f"{own} requests of yours are in work, as many as one caller may have: wait for their answers."
            raise ServiceError(429, "too_many", message, retry_seconds=self.settings.retry_seconds)
        self.in_work += 1
        self._callers[caller] += 1
        try:
            yield
        finally:
            self.in_work -= 1
            self._callers[caller] -= 1
            if not self._callers[caller]:
                del self._callers[caller]

    async def run(self, work: Callable[[], T]) -> T:
        """Runs work on a thread of the service; work that hasn't begun is dropped with its request."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def judge(self, asked: ScoreRequest) -> tuple[list[Clips], list[Scores]]:
        """The clips of a request and the scores of each, in order.

        Raises:
            ServiceError: If a clip passes a limit, or all requests together hold as much as there is room for.
        """
        with self.samples.share() as share:
            clips = await self.run(lambda: decode_clips(self._with_categories(asked), self.settings, share.take))
            async with asyncio.TaskGroup() as tasks:  # one deadline for all: a request given up leaves nothing queued
                judged = [tasks.create_task(self.scorer.judge_async(own)) for own in clips]
            return clips, [task.result() for task in judged]

    def close(self) -> None:
        """Drops what waits for a thread; what runs ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _with_categories(self, asked: ScoreRequest) -> ScoreRequest:
        if self._guess is None or None not in asked.categories:
            return asked
        guessed = self._guess(asked.requests)
        chosen = tuple(own or guess for own, guess in zip(asked.categories, guessed, strict=True))
        return ScoreRequest(asked.audio, asked.requests, chosen)
