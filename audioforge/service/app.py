"""The application: ``POST /v1/score``, ``/healthz``, ``/readyz``, ``/metrics``, ``/openapi.json``.

Every reply carries ``X-Request-ID``. Errors of a whole request are HTTP statuses with a code and a mend; errors of one
clip are entries beside the results of the others. Nothing is computed on the event loop.
"""

import asyncio
import hmac
import logging
import math
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from audioforge.scoring import Scorer
from audioforge.service.answers import ErrorAnswer, ErrorDetail, ScoreAnswer, score_answer
from audioforge.service.bodies import (
    JSON,
    MULTIPART,
    ScoreBody,
    ScoreRequest,
    parse_error,
    parse_json,
    parse_multipart,
    read_body,
)
from audioforge.service.categories import GuessCategories
from audioforge.service.errors import ServiceError, invalid
from audioforge.service.judging import Judge
from audioforge.service.metrics import CONTENT_TYPE, ServiceMetrics
from audioforge.service.settings import ServiceSettings

REQUEST_ID = "X-Request-ID"
DEADLINE = "X-Deadline-Seconds"
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": ErrorAnswer, "description": what}
    for code, what in {
        401: "No or a wrong bearer token.",
        413: "Too many bytes, clips, seconds or samples.",
        415: "Neither multipart nor JSON.",
        422: "The request doesn't fit together; the message has the mend.",
        429: "As many requests of this caller are in work as one may have; Retry-After says when to come back.",
        503: "The queue is full; Retry-After says when to come back.",
        504: "The deadline has passed.",
    }.items()
}
_log = logging.getLogger(__name__)


def make_app(
    scorer: Scorer, settings: ServiceSettings | None = None, *, guess_categories: GuessCategories | None = None
) -> FastAPI:
    """The application; it never loads or closes the scorer itself.

    Args:
        scorer: Its queue must take ``max_requests * max_clips`` calls, or requests wait for each other before it.
        settings: Limits and token.
        guess_categories: Requests → categories, for clips sent without one.
    """
    settings = settings or ServiceSettings()
    judge = Judge(scorer, settings, guess_categories)
    metrics = ServiceMetrics(lambda: scorer.stats)
    app = FastAPI(title="AudioForge", docs_url=None, redoc_url=None, lifespan=_closing(judge))
    app.middleware("http")(_identified)
    _add_error_handlers(app)
    _add_probes(app, judge, metrics)

    @app.post("/v1/score", response_model=ScoreAnswer, responses=_ERRORS, openapi_extra=_body_schema())
    async def score(request: Request) -> ScoreAnswer:
        """Score clips against what was asked for: audio files as multipart parts, or in base64."""
        started = time.perf_counter()
        code = 500
        try:
            answer = await _answered(request, judge, metrics)
            code = 200
        except ServiceError as error:
            code = error.http_status
            raise
        finally:
            metrics.requests.labels(str(code)).inc()
            metrics.seconds.observe(time.perf_counter() - started)
        metrics.count_answer(answer)
        return answer

    return app


async def _answered(request: Request, judge: Judge, metrics: ServiceMetrics) -> ScoreAnswer:
    _check_token(request, judge.settings.token)
    seconds = _deadline(request, judge.settings.deadline_seconds)
    with judge.place("" if request.client is None else request.client.host), metrics.in_work.track_inprogress():
        try:
            async with asyncio.timeout(seconds):
                clips, scores = await judge.judge(await _parsed(request, judge))
        except TimeoutError as error:
            message = f"not done within {seconds:g} s: send fewer clips, or allow more by {DEADLINE}."
            raise ServiceError(504, "deadline", message) from error
    return score_answer(request.state.request_id, clips, scores)


async def _parsed(request: Request, judge: Judge) -> ScoreRequest:
    settings, kind = judge.settings, request.headers.get("content-type", "")
    form = kind.split(";")[0].strip().lower()
    if form not in (MULTIPART, JSON):
        raise parse_error(kind)
    try:
        body = await read_body(request.stream(), request.headers.get("content-length"), settings.max_bytes)
    except ClientDisconnect as error:
        raise ServiceError(400, "disconnected", "the caller left before the body was whole: send it again.") from error
    if form == MULTIPART:
        # The parser is a coroutine over bytes that are here already: it may compute for long, so not on this loop.
        return await judge.run(lambda: asyncio.run(parse_multipart(request.headers, body, settings)))
    return await judge.run(lambda: parse_json(body, settings))


def _check_token(request: Request, token: str | None) -> None:
    shown = request.headers.get("authorization", "")
    if token is not None and not hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
        raise ServiceError(401, "unauthorized", "send the service's token as 'Authorization: Bearer …'.")


def _deadline(request: Request, longest: float) -> float:
    value = request.headers.get(DEADLINE)
    if value is None:
        return longest
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise invalid(f"{DEADLINE} is {value!r}, expected seconds above 0.")
    return min(seconds, longest)


def _add_probes(app: FastAPI, judge: Judge, metrics: ServiceMetrics) -> None:
    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/readyz", responses={503: _ERRORS[503]})
    async def readyz() -> dict[str, str]:
        """The models are loaded and a request would be taken now."""
        with judge.place():
            return {"status": "ready"}

    @app.get("/metrics", response_class=Response)
    async def prometheus(request: Request) -> Response:
        """Metrics in Prometheus' text format; behind the token where there is one."""
        _check_token(request, judge.settings.token)
        return Response(metrics.text(), media_type=CONTENT_TYPE)


def _add_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(ServiceError)
    async def refused(request: Request, error: ServiceError) -> JSONResponse:
        headers = {} if error.retry_seconds is None else {"Retry-After": str(error.retry_seconds)}
        if error.http_status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return _error(request, error.http_status, error.code, str(error), headers)

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> JSONResponse:
        return _error(request, error.status_code, "http", str(error.detail), dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> JSONResponse:
        _log.error("request %s failed", request.state.request_id, exc_info=error)
        return _error(request, 500, "failed", "the service failed; its log has the reason under this request id.", {})


def _error(request: Request, status: int, code: str, message: str, headers: dict[str, str]) -> JSONResponse:
    own = request.state.request_id
    body = ErrorAnswer(request_id=own, error=ErrorDetail(code=code, message=message))
    return JSONResponse(body.model_dump(), status_code=status, headers={**headers, REQUEST_ID: own})


async def _identified(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    given = request.headers.get(REQUEST_ID, "")
    request.state.request_id = given if _SANE_ID.fullmatch(given) else secrets.token_hex(8)
    response = await call_next(request)
    response.headers[REQUEST_ID] = request.state.request_id
    return response


def _closing(judge: Judge) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        judge.close()

    return lifespan


def _body_schema() -> dict[str, Any]:
    """OpenAPI's description of the two bodies, which are read by hand to keep their limits."""
    columns = {
        "requests": {"type": "string", "description": "A JSON list of one text a clip, or one plain text for all."},
        "categories": {"type": "string", "description": "Likewise; drums, instruments, sfx, ambient or null."},
    }
    files = {"type": "array", "items": {"type": "string", "format": "binary"}}
    form = {"type": "object", "required": ["files", "requests"], "properties": {"files": files, **columns}}
    content = {MULTIPART: {"schema": form}, JSON: {"schema": ScoreBody.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}
