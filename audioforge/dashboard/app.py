"""The dashboard of runs that go on: the page, and whether their files changed. It opens no path that a client names."""

import threading
from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from audioforge.dashboard.page import render_dashboard
from audioforge.dashboard.runs import read_runs, state_of
from audioforge.rollouts import RolloutFileError

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


def make_dashboard_app(sources: Sequence[Path], *, hosts: Sequence[str] = LOOPBACK_NAMES) -> FastAPI:
    """The application.

    Args:
        sources: Runs, as ``read_runs`` takes them.
        hosts: Host names that requests may come under; ``["*"]`` for any.
    """
    app = FastAPI(title="AudioForge dashboard", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    rendered: dict[str, str] = {}
    turn = threading.Lock()  # matplotlib draws one chart at a time

    @app.get("/")
    def page() -> HTMLResponse:
        with turn:
            state = _state(sources)
            if state not in rendered:
                html = render_dashboard(read_runs(sources), follow=True)
                rendered.clear()  # only the page of the files as they are is kept
                rendered[state] = html
            return HTMLResponse(rendered[state], headers={"Cache-Control": "no-store"})

    @app.get("/state")
    def state() -> dict[str, str]:
        return {"state": _state(sources)}

    return app


def _state(sources: Sequence[Path]) -> str:
    try:
        return state_of(sources)
    except (OSError, RolloutFileError):
        return "changing"  # a file that is being replaced is there again in a moment
