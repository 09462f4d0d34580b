"""Serving a page or the scorer from this machine until interrupted: the port is had before its address is told."""

import socket
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from fastapi import FastAPI

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    return host in LOOPBACK


def address_of(listener: socket.socket, host: str) -> str:
    """How a browser on this machine calls it."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}/"


def serve_until_interrupted(
    app: "FastAPI",
    listener: socket.socket,
    announcement: str,
    *,
    log_level: str = "warning",
    grace_seconds: int | None = None,
) -> None:
    """Says where, and serves.

    Args:
        app: What answers.
        listener: As ``bind_port`` gave it; closed at the end.
        announcement: Printed once callers can connect.
        log_level: What the server says of itself on stderr.
        grace_seconds: How long answers in work may go on once interrupted; as long as they need by default.
    """
    import uvicorn

    config = uvicorn.Config(app, access_log=False, log_level=log_level, timeout_graceful_shutdown=grace_seconds)
    server = uvicorn.Server(config)
    with listener:
        listener.listen()
        typer.echo(announcement)
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            typer.echo("Stopped.", err=True)
