"""Decoded samples of all requests together: small files can hold hours of silence, and many requests wait at once."""

import threading

from audioforge.service.errors import ServiceError


class SampleBudget:
    """What requests in work may hold in memory; safe across threads.

    Args:
        most: Samples (all channels) of all requests together.
        retry_seconds: What callers are told who find too little left.
    """

    def __init__(self, most: int, retry_seconds: int) -> None:
        self._most = most
        self._retry_seconds = retry_seconds
        self._lock = threading.Lock()
        self.held = 0

    def share(self) -> "SampleShare":
        """Of one request, empty at first: a context that gives back what was taken."""
        return SampleShare(self)

    def change(self, samples: int) -> None:
        """Takes samples, or gives them back.

        Raises:
            ServiceError: 503, if that many are not left.
        """
        with self._lock:
            if samples > 0 and self.held + samples > self._most:
                message = f"clips in work hold {self.held} samples, more don't fit in memory: come back later."
                raise ServiceError(503, "busy", message, retry_seconds=self._retry_seconds)
            self.held += samples


class SampleShare:
    """What one request holds; once closed it takes no more, even if a thread still decodes for it."""

    def __init__(self, budget: SampleBudget) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._held = 0
        self._closed = False

    def __enter__(self) -> "SampleShare":
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._closed = True
            self._budget.change(-self._held)

    def take(self, samples: int) -> None:
        """Before they are decoded.

        Raises:
            ServiceError: 503, if there is no room, or the request is over already.
        """
        with self._lock:
            if self._closed:
                raise ServiceError(503, "busy", "the request was given up while its clips were decoded.")
            self._budget.change(samples)
            self._held += samples
