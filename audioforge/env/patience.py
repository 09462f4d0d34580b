"""Waiting for something that is away: one line when it goes, one a minute while it stays away, one when it is back."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

logger = logging.getLogger(__name__)

SHORTEST_PAUSE = 0.5  # seconds
LONGEST_PAUSE = 10.0
REMINDER = 60.0

T = TypeVar("T")


async def patiently(
    action: Callable[[], Awaitable[T]], *, away: tuple[type[Exception], ...], what: str, longest: float = LONGEST_PAUSE
) -> T:
    """Try until it works, for as long as it takes; a cancelled caller stops trying.

    Args:
        action: What is tried.
        away: Errors that mean "not now"; any other is raised.
        what: What is waited for, for the log.
        longest: Longest pause between two tries, in seconds.
    """
    started = reminded = time.monotonic()
    pause, tries = min(SHORTEST_PAUSE, longest), 0
    while True:
        try:
            answer = await action()
        except away as error:
            now = time.monotonic()
            if tries == 0 or now - reminded > REMINDER:
                logger.warning("waiting for %s: %s", what, error or repr(error))
                reminded = now
            tries += 1
            await asyncio.sleep(pause)
            pause = min(longest, pause * 1.5)
        else:
            if tries:
                logger.warning("%s: back after %.1f s", what, time.monotonic() - started)
            return answer
