"""A client of the service that keeps the order of its clips and retries a bounded number of times."""

import io
import json
import random
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import soundfile

from audioforge.component_score import ComponentScore, component_from_json, status_from_json
from audioforge.status import ClipStatus
from reward_models.audio import ArrayLike, AudioBatch

RETRIED = (429, 502, 503)
BYTES_PER_REQUEST = 15_000_000
"""Clips sent together weigh no more (but for a single one); the service takes 20 MB unless told otherwise."""
_LONGEST_PAUSE = 10.0


class ServiceCallError(RuntimeError):
    """The service refused, or could not be reached within the retries; the message is the service's own.

    Attributes:
        http_status: Of the last reply; None where none came.
    """

    def __init__(self, message: str, http_status: int | None = None) -> None:
        super().__init__(message)
        self.http_status = http_status


@dataclass(frozen=True)
class RemoteScore:
    """One clip's judgement.

    Attributes:
        total: In [0, 1]; None where the clip couldn't be judged.
        status: Why not, or ok.
        components: By the rewards' names.
        category: As given, or as the service guessed it.
    """

    total: float | None
    status: ClipStatus
    components: Mapping[str, ComponentScore]
    category: str | None


@dataclass(frozen=True)
class RemoteScores:
    """The judgements of all clips, in the order in which they were given, and what made them."""

    clips: tuple[RemoteScore, ...]
    provenance: Mapping[str, str] = field(default_factory=dict)
    request_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Chunk:
    files: Sequence[bytes]
    requests: Sequence[str]
    categories: Sequence[str | None]


class AudioForgeClient:
    """Sends clips to a service.

    Args:
        url: Such as ``http://127.0.0.1:8100``.
        token: Bearer token, if the service asks for one.
        clips_per_request: Clips sent together at most.
        concurrency: Requests sent at once.
        retries: Further attempts where the service is busy or can't be reached.
        http: Ready client instead of ``url`` and ``token``, for tests and proxies; it is closed with this one.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8100",
        token: str | None = None,
        *,
        clips_per_request: int = 16,
        concurrency: int = 2,
        retries: int = 5,
        http: httpx.Client | None = None,
    ) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._http = http or httpx.Client(base_url=url, headers=headers, timeout=120)
        self._clips_per_request = clips_per_request
        self._concurrency = concurrency
        self._retries = retries

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def score(
        self,
        clips: Sequence[str | Path] | Sequence[ArrayLike],
        requests: Sequence[str] | str,
        *,
        sample_rate: int | None = None,
        categories: Sequence[str | None] | None = None,
    ) -> RemoteScores:
        """Scores of all clips, in their order.

        Args:
            clips: Paths of audio files, read here; or arrays ``(time,)`` or ``(channel, time)``.
            requests: One a clip, or one for all.
            sample_rate: Hz of the arrays.
            categories: One a clip; guessed by the service where None.

        Raises:
            ValueError: If counts differ, or arrays come without their rate.
            ServiceCallError: If the service refuses, or is busy or away for longer than the retries.
        """
        asked = [requests] * len(clips) if isinstance(requests, str) else list(requests)
        known = [None] * len(clips) if categories is None else list(categories)
        if not len(asked) == len(known) == len(clips):
            raise ValueError(
                f"got {len(asked)} requests and {len(known)} categories for {len(clips)} clips: give one per clip."
            )
        files = [_file_bytes(clip, sample_rate) for clip in clips]
        cuts = _cuts([len(file) for file in files], self._clips_per_request, BYTES_PER_REQUEST)
        with ThreadPoolExecutor(self._concurrency) as threads:
            answers = list(threads.map(self._send, [_Chunk(files[cut], asked[cut], known[cut]) for cut in cuts]))
        return RemoteScores(
            tuple(clip for answer in answers for clip in answer.clips),
            answers[0].provenance if answers else {},
            tuple(own for answer in answers for own in answer.request_ids),
        )

    def _send(self, chunk: _Chunk) -> RemoteScores:
        for attempt in range(self._retries + 1):
            last = attempt == self._retries
            try:
                reply = self._post(chunk)
            except httpx.TransportError as error:
                if last:
                    raise ServiceCallError(f"the service can't be reached ({error}): is it running there?") from error
                time.sleep(_pause(attempt, None))
                continue
            if reply.status_code not in RETRIED or last:
                return _scores(reply, len(chunk.files))
            time.sleep(_pause(attempt, reply.headers.get("retry-after")))
        raise AssertionError("the last attempt returns or raises")

    def _post(self, chunk: _Chunk) -> httpx.Response:
        parts = [("files", (f"{i}", data, "application/octet-stream")) for i, data in enumerate(chunk.files)]
        columns = {"requests": json.dumps(list(chunk.requests)), "categories": json.dumps(list(chunk.categories))}
        return self._http.post("/v1/score", files=parts, data=columns)


def _cuts(sizes: Sequence[int], most_clips: int, most_bytes: int) -> list[slice]:
    """Runs of clips that go into a request together."""
    starts, weight = [0], 0
    for index, size in enumerate(sizes):
        if index > starts[-1] and (index - starts[-1] >= most_clips or weight + size > most_bytes):
            starts.append(index)
            weight = 0
        weight += size
    return [slice(start, end) for start, end in pairwise([*starts, len(sizes)])] if sizes else []


def _pause(attempt: int, retry_after: str | None) -> float:
    """Seconds before the next attempt: what the service says, else doubling from 0.1; spread so that callers part."""
    said = float(retry_after) if retry_after is not None and retry_after.isdecimal() else 0.1 * 2**attempt
    return min(said, _LONGEST_PAUSE) * random.uniform(1.0, 1.3)


def _file_bytes(clip: str | Path | ArrayLike, sample_rate: int | None) -> bytes:
    if isinstance(clip, str | Path):
        return Path(clip).read_bytes()
    if sample_rate is None:
        raise ValueError("arrays come without their rate: give sample_rate= in Hz.")
    waveform = AudioBatch.from_arrays([clip], sample_rate).clip(0)
    buffer = io.BytesIO()
    soundfile.write(buffer, waveform.numpy().T, sample_rate, format="WAV", subtype="FLOAT")
    return buffer.getvalue()


def _scores(reply: httpx.Response, count: int) -> RemoteScores:
    if reply.status_code != 200:
        raise ServiceCallError(_message(reply), reply.status_code)
    answer = reply.json()
    by_index = {own["index"]: _score(own) for own in (*answer["results"], *answer["errors"])}
    if sorted(by_index) != list(range(count)):
        raise ServiceCallError(f"the service answered for clips {sorted(by_index)} of {count}: is it of this version?")
    return RemoteScores(tuple(by_index[i] for i in range(count)), answer["provenance"], (answer["request_id"],))


def _score(own: dict[str, Any]) -> RemoteScore:
    components = {name: component_from_json(fields) for name, fields in own["components"].items()}
    return RemoteScore(own.get("total"), status_from_json(own["status"]), components, own["category"])


def _message(reply: httpx.Response) -> str:
    try:
        error = reply.json()
        return f"{reply.status_code}: {error['error']['message']} (request {error['request_id']})"
    except (ValueError, KeyError, TypeError):
        return f"{reply.status_code}: {reply.text[:200]}"
