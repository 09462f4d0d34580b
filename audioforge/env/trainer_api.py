"""The few calls an environment makes to Atropos' API, with errors that say what to do about them.

The API keeps everything in memory: one that was restarted knows neither trainer nor environments. A group posted to it
before the trainer has registered would leave it half set up for good (``/register`` skips its own set-up once there is
a queue), so nothing may be sent to an API that does not know us.
"""

import gzip
import json
from collections.abc import Mapping
from typing import Any

import aiohttp

_SECONDS = 30.0  # a group of a few hundred kilobytes on loopback takes milliseconds


class ApiAwayError(RuntimeError):
    """The API does not answer, or answers that it cannot: try again later."""


class ApiWaitsError(RuntimeError):
    """The API is there, but no trainer has asked it for a batch yet."""


class ApiForgotError(RuntimeError):
    """The API does not know this environment: it was restarted, and we must register again."""


class GroupRefusedError(RuntimeError):
    """The API will never take this group."""


class TrainerApi:
    """Calls to one API.

    Args:
        url: Its address, as ``rollout_server_url``.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    async def register(self, registration: Mapping[str, object]) -> dict[str, Any]:
        """Register an environment.

        Raises:
            ApiAwayError, ApiWaitsError: If that is not possible yet.
        """
        status, answer = await self._call("POST", "/register-env", registration)
        if status != 200:
            raise ApiAwayError(f"{self.url}/register-env answers {status}")
        if answer.get("status") != "success":
            raise ApiWaitsError(f"no trainer has asked {self.url} for a batch yet ({answer.get('status')})")
        return answer

    async def status(self, env_id: int) -> dict[str, Any]:
        """How far the trainer is and what waits for it.

        Raises:
            ApiAwayError: If it does not answer.
            ApiForgotError: If it does not know the environment.
        """
        status, answer = await self._call("GET", "/status-env", {"env_id": env_id})
        if status != 200:
            raise ApiForgotError(f"{self.url} does not know environment {env_id} (status {status})")
        return answer

    async def latest(self) -> tuple[str, str] | None:
        """Run and number of the group that the API took last, whoever sent it; ``None`` if there is none of ours."""
        status, answer = await self._call("GET", "/latest_example", None)
        details = (answer.get("overrides") or [{}])[0] if status == 200 else {}
        return (details["run"], details["group"]) if "run" in details else None

    async def send(self, group: Mapping[str, object]) -> None:
        """Hand over a group.

        Raises:
            ApiAwayError: If it is not known to have arrived; ask :meth:`latest`.
            GroupRefusedError: If the API finds fault with it.
        """
        status, answer = await self._call("POST", "/scored_data", group)
        if 400 <= status < 500:
            raise GroupRefusedError(f"{self.url} refuses the group ({status}): {str(answer)[:300]}")
        if status != 200:
            raise ApiAwayError(f"{self.url}/scored_data answers {status}")

    async def disconnect(self, env_id: int) -> None:
        """Tell the API that the environment leaves, so that others get its share."""
        await self._call("POST", "/disconnect-env", {"env_id": env_id})

    async def _call(self, method: str, path: str, body: object) -> tuple[int, dict[str, Any]]:
        data = None if body is None else gzip.compress(json.dumps(body, allow_nan=False).encode())
        headers = {} if data is None else {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.request(method, self.url + path, data=data, headers=headers) as reply,
            ):
                text = await reply.text()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ApiAwayError(
                f"{self.url} does not answer ({type(error).__name__}: {error}): is run-api running?"
            ) from error
        return reply.status, _decoded(text)


def _decoded(text: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    return answer if isinstance(answer, dict) else {"detail": text}
