"""Ports of this machine: taken at the start, so that a busy one is found out before any work."""

import socket


class PortError(ValueError):
    """A port that isn't to be had; the message says why and what to do."""


def bind_port(host: str, port: int) -> socket.socket:
    """A socket that holds the port and doesn't listen yet.

    Args:
        host: Address to listen on.
        port: Port; 0 for any that is free.

    Raises:
        PortError: If it isn't to be had.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortError(
            f"can't listen on {host}, port {port} ({error.strerror}): choose another port (0 for any), or another host."
        ) from error
    return listener
