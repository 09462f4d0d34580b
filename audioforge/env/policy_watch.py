"""Is the policy server there? Groups that failed because it is not wait together, and ask it once in a while."""

import asyncio
from collections.abc import Sequence

import aiohttp

from audioforge.env.patience import patiently

_SECONDS = 5.0


class PolicyAwayError(RuntimeError):
    """No policy server answers."""


class PolicyWatch:
    """Watches the servers of a run.

    Args:
        urls: Their base addresses, as ``--openai.base_url``.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        self.urls = tuple(urls)
        self._waiting: asyncio.Task[None] | None = None

    async def is_away(self) -> bool:
        """Whether none of the servers answers at all; an error code is an answer."""
        try:
            await self._ask()
        except PolicyAwayError:
            return True
        return False

    async def wait(self) -> None:
        """Come back when one of them answers; all callers share one series of questions."""
        if self._waiting is None or self._waiting.done():
            what = f"the policy server ({', '.join(self.urls)})"
            self._waiting = asyncio.ensure_future(patiently(self._ask, away=(PolicyAwayError,), what=what))
        await asyncio.shield(self._waiting)

    def close(self) -> None:
        """Stop asking."""
        if self._waiting is not None:
            self._waiting.cancel()

    async def _ask(self) -> None:
        reasons = []
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as session:
            for url in self.urls:
                try:
                    async with session.get(f"{url}/models"):
                        return
                except (aiohttp.ClientError, TimeoutError, OSError) as error:
                    reasons.append(f"{type(error).__name__}: {error}")
        raise PolicyAwayError(f"it does not answer ({'; '.join(reasons)}); groups wait for it")
