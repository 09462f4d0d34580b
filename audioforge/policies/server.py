"""A policy server on loopback, for as long as a ``with`` block lasts."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from audioforge.policies.app import make_app
from audioforge.policies.batching import BatchingSampler
from audioforge.policies.sampling import PolicyModel
from audioforge.policies.weights import WeightsFolder
from audioforge.ports import PortError, bind_port
from reward_models.checkpoints import checkpoint_path

LOOPBACK = "127.0.0.1"
TINY_POLICY = "tiny-policy"
_START_SECONDS = 60.0


class PolicyServerError(RuntimeError):
    """The server did not start; the message says why and what to do."""


@dataclass(frozen=True)
class PolicyServer:
    """A running server.

    Attributes:
        base_url: OpenAI base address, ending in ``/v1``; ``/generate`` and ``/health`` lie beside it.
        model_name: What to send as ``model``.
        folder: Where the model and its tokenizer lie.
    """

    base_url: str
    model_name: str
    folder: Path


@contextmanager
def serve_policy(
    folder: str | Path | None = None, *, port: int = 0, max_batch: int = 64, weights: Path | None = None
) -> Iterator[PolicyServer]:
    """Serve a policy from a thread of this process, bound to 127.0.0.1.

    Args:
        folder: A local model folder; the shipped tiny policy by default.
        port: 0 takes a free one.
        max_batch: Most answers sampled at once.
        weights: Folder that a trainer publishes versions into (``audioforge.policies.weights``); the server follows it.

    Raises:
        PolicyServerError: If the port is taken or the server does not come up.
        CheckpointError: If the tiny policy does not ship with this install.
    """
    path = checkpoint_path(TINY_POLICY) if folder is None else Path(folder)
    listener = _listen(port)
    policy = PolicyModel.load(path)
    refresh = None if weights is None else WeightsFolder(policy.model, weights).refresh
    with BatchingSampler(policy, max_batch=max_batch, refresh=refresh) as sampler:
        app = make_app(sampler, model_name=path.name)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],), name="policy-server", daemon=True)
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield PolicyServer(f"http://{LOOPBACK}:{listener.getsockname()[1]}/v1", path.name, path)
        finally:
            server.should_exit = True
            thread.join()
            listener.close()


def _listen(port: int) -> socket.socket:
    try:
        return bind_port(LOOPBACK, port)
    except PortError as error:
        raise PolicyServerError(str(error)) from error


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise PolicyServerError("the policy server did not start: see the log above for its error.")
        time.sleep(0.01)
