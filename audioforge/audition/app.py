"""The local page and what it asks for: trials, sounds by id, answers. No path ever comes from a client.

Meant for one machine: it binds loopback unless told otherwise, answers only to the host names it was started under
(a foreign page that points its own name here is refused), and sends no header that lets another site read it.
"""

import html
import logging
import secrets
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field
from starlette.middleware.trustedhost import TrustedHostMiddleware

from audioforge.audition.clip_list import AuditionError
from audioforge.audition.loudness import CEILING_DBFS, TARGET_LUFS, matched_wav
from audioforge.audition.session import Audition
from reward_models.audio import AudioError

logger = logging.getLogger(__name__)

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
KEPT_CLIPS = 64


class Answer(BaseModel):
    """What a rater says of a trial."""

    rater: str = Field(max_length=200)
    trial: str = Field(max_length=200)
    answer: str = Field(max_length=20)


def make_app(audition: Audition, *, hosts: Sequence[str] = LOOPBACK_NAMES) -> FastAPI:
    """The application.

    Args:
        audition: What is judged.
        hosts: Host names that requests may come under; ``["*"]`` for any.
    """
    app = FastAPI(title="AudioForge audition", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    app.add_exception_handler(AuditionError, _refuse)
    wav_of = lru_cache(KEPT_CLIPS)(lambda clip_id: matched_wav(audition.clip_of[clip_id].path))

    @app.get("/")
    def page() -> HTMLResponse:
        nonce = secrets.token_urlsafe(16)
        policy = f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
        policy += "media-src blob:; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        text = _page().replace("{{nonce}}", nonce).replace("{{mode}}", audition.mode)
        text = text.replace("{{question}}", html.escape(audition.asked))
        return HTMLResponse(text, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})

    @app.get("/api/trials")
    def trials(rater: str) -> dict[str, object]:
        return {"mode": audition.mode, "trials": [vars(trial) for trial in audition.trials(rater)]}

    @app.post("/api/answers")
    def answer(said: Answer) -> dict[str, bool]:
        audition.answer(said.rater, said.trial, said.answer)
        return {"kept": True}

    @app.get("/api/results")
    def results(rater: str) -> dict[str, object]:
        return {"results": audition.results(rater)}

    @app.get("/api/clips/{clip_id}")
    def clip(clip_id: str) -> Response:
        if clip_id not in audition.clip_of:
            raise HTTPException(404, "no clip has that id")
        try:
            return Response(wav_of(clip_id), media_type="audio/wav", headers={"Cache-Control": "no-store"})
        except AudioError as error:
            logger.warning("left out: %s", error)
            # The reason names the file, which stays hidden until the rater is done.
            audition.unplayable[clip_id] = "unreadable"
            raise HTTPException(422, "this clip can't be played; it is left out") from None

    return app


def _refuse(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=422)


@lru_cache
def _page() -> str:
    text = files("audioforge.audition").joinpath("audition.html").read_text(encoding="utf-8")
    loudness, ceiling = (f"{level:g}".replace("-", "−") for level in (TARGET_LUFS, CEILING_DBFS))
    measure = f"{loudness} LUFS (K-weighted, ITU-R BS.1770-4), peaks at most {ceiling} dBFS"
    return text.replace("{{measure}}", measure)
