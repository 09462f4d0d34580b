"""Sampling shared between callers: requests that wait together are answered together.

One worker thread owns the model. While it samples a batch, further requests queue up and make the next one.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from audioforge.policies.sampling import PolicyModel, SampledSequence, SamplingSettings


@dataclass(frozen=True)
class _Job:
    prompt: Sequence[int]
    settings: SamplingSettings
    answer: "Future[SampledSequence]"


class BatchingSampler:
    """Thread-safe front of a :class:`PolicyModel`.

    Args:
        policy: The model; nobody else may use it meanwhile.
        max_batch: Most sequences sampled at once.
        refresh: Called between batches, on the thread that owns the model; returns the version of its weights.
    """

    def __init__(self, policy: PolicyModel, *, max_batch: int = 64, refresh: Callable[[], int] | None = None) -> None:
        self.policy = policy
        self.max_batch = max_batch
        self._refresh = refresh
        self._jobs: queue.Queue[_Job | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="policy-sampler", daemon=True)
        self._thread.start()

    def submit(self, prompt: Sequence[int], settings: SamplingSettings) -> "Future[SampledSequence]":
        """Queue one sequence; the future raises ``SamplingError`` where :meth:`PolicyModel.sample` would.

        A future cancelled before its batch starts costs nothing.
        """
        answer: Future[SampledSequence] = Future()
        self._jobs.put(_Job(prompt, settings, answer))
        return answer

    def close(self) -> None:
        """Finish what is queued and stop the thread."""
        self._jobs.put(None)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _work(self) -> None:
        while (batch := self._next_batch()) is not None:
            running = [job for job in batch if job.answer.set_running_or_notify_cancel()]
            if running:
                if self._refresh is not None:
                    self.policy.weights_version = self._refresh()
                self._answer(running)

    def _next_batch(self) -> list[_Job] | None:
        job = self._jobs.get()
        if job is None:
            return None
        batch = [job]
        while len(batch) < self.max_batch and not self._jobs.empty():
            following = self._jobs.get()
            if following is None:
                self._jobs.put(None)  # answer these first, then stop
                break
            batch.append(following)
        return batch

    def _answer(self, batch: list[_Job]) -> None:
        try:
            answers = self.policy.sample([job.prompt for job in batch], [job.settings for job in batch])
        except Exception as error:  # noqa: BLE001 - whatever went wrong belongs to the callers, not to this thread
            self._fail(batch, error)
        else:
            for job, answer in zip(batch, answers, strict=True):
                job.answer.set_result(answer)

    def _fail(self, batch: list[_Job], error: Exception) -> None:
        """One bad request must not spoil its neighbours: each is tried alone."""
        if len(batch) == 1:
            batch[0].answer.set_exception(error)
        else:
            for job in batch:
                self._answer([job])
