"""``audioforge service``: one scorer behind HTTP, until interrupted."""

import os
from pathlib import Path

import typer

from audioforge.cli.local_server import address_of, is_loopback, serve_until_interrupted
from audioforge.ports import bind_port
from audioforge.scoring import Scorer
from audioforge.scoring.category_guess import category_guesser
from audioforge.scoring.presets import build_reward, find_preset
from audioforge.service.settings import ServiceSettings


def read_token(variable: str | None) -> str | None:
    """The bearer token from an environment variable, so that it never shows in a list of processes.

    Raises:
        ValueError: If the variable isn't set.
    """
    if variable is None:
        return None
    if not os.environ.get(variable, "").strip():
        raise ValueError(f"--token-env names {variable}, which is not set: export {variable}=… first.")
    return os.environ[variable]


def serve(
    settings: ServiceSettings, *, host: str, port: int, preset: str, device: str, score_cache: Path | None = None
) -> None:
    """Serves until interrupted.

    Args:
        settings: Limits and token.
        host: Address to listen on.
        port: Port to listen on.
        preset: What judges.
        device: Torch device.
        score_cache: File of scores that outlives the process; none by default.

    Raises:
        ValueError: If the preset's models aren't here, the port is taken, or the extra isn't installed.
    """
    try:
        import uvicorn  # noqa: F401 - asked for here, before the models load

        from audioforge.service.app import make_app
    except ImportError as error:
        raise ValueError(f"the service needs its extra ({error}): pip install 'audioforge[service]'.") from error
    find_preset(preset)
    listener = bind_port(host, port)
    if not is_loopback(host) and settings.token is None:
        typer.echo(f"audioforge: anyone who reaches {host}:{port} can ask; --token-env sets a token.", err=True)
    reward = build_reward(preset, device=device)
    places = settings.max_requests * settings.max_clips
    with Scorer(reward, queue_calls=places, cache_file=score_cache) as scorer:
        app = make_app(scorer, settings, guess_categories=category_guesser(reward))
        where = f"Scores at {address_of(listener, host)}v1/score — Ctrl-C stops."
        serve_until_interrupted(app, listener, where, log_level="info", grace_seconds=30)
