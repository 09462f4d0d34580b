"""Real processes around the environment: Atropos' ``run-api``, a policy server, the environment, and a trainer client.

Used by ``benchmarks.serve_soak`` and by the integration tests. Everything is bound to loopback; every process is killed
and restarted on the same port, as a supervisor would.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_QUIET = {
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "passive",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
_PAUSE = 0.05


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until(happened: Callable[[], bool], what: str, seconds: float = 120.0) -> None:
    """Come back as soon as something has happened.

    Raises:
        TimeoutError: If it has not in time.
    """
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s in vain for: {what}")
        time.sleep(_PAUSE)


def ask_json(url: str, body: object = None, *, seconds: float = 10.0) -> dict[str, Any]:
    """What a JSON API answers: to a POST of ``body``, or to a GET where there is none."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=seconds) as reply:
        answer: dict[str, Any] = json.load(reply)
        return answer


def resident_mib(pid: int) -> float:
    """Resident memory of a process that runs, in MiB, shared pages included."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class Process:
    """One program that can be killed and started again; all its lives write to one log.

    Args:
        command: What to run.
        log: Where its output goes.
    """

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self.command = list(command)
        self.log = log
        self._running: subprocess.Popen[bytes] | None = None

    def start(self, **environment: str) -> None:
        """Start it, with further environment variables."""
        with self.log.open("ab") as output:
            self._running = subprocess.Popen(
                self.command, stdout=output, stderr=subprocess.STDOUT, env=os.environ | _QUIET | environment
            )

    def tell(self, how: signal.Signals) -> None:
        """Send a signal, such as SIGSTOP to freeze it or SIGCONT to let it go on."""
        assert self._running is not None, "told while it runs"
        self._running.send_signal(how)

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal and wait for the end."""
        if self._running is not None:
            self._running.send_signal(how)
            self._running.wait()

    def end(self, seconds: float = 20.0) -> None:
        """Ask it to end, as a supervisor does; kill it if it has not in time."""
        if self._running is not None:
            self._running.terminate()
            try:
                self._running.wait(seconds)
            except subprocess.TimeoutExpired:
                self.stop()

    def is_running(self) -> bool:
        """Whether it lives."""
        return self._running is not None and self._running.poll() is None

    def resident_mib(self) -> float | None:
        """Its memory, in MiB; ``None`` while it does not run."""
        return resident_mib(self._running.pid) if self._running is not None and self.is_running() else None

    def has_said(self, text: str, times: int = 1) -> bool:
        """Whether its log holds a text, that many times."""
        return self.log.is_file() and self.log.read_text(errors="replace").count(text) >= times

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def api_process(port: int, folder: Path) -> Process:
    """Atropos' API on loopback."""
    program = Path(sys.executable).with_name("run-api")
    return Process([str(program), "--host", "127.0.0.1", "--port", str(port)], folder / "api.log")


def policy_process(port: int, folder: Path, *options: str) -> Process:
    """The tiny policy, or another by options."""
    command = [sys.executable, "-m", "audioforge.policies", "--port", str(port), *options]
    return Process(command, folder / "policy.log")


def env_process(api_port: int, policy_port: int, folder: Path, module: str, *options: str) -> Process:
    """The environment in serve mode, with its state and rollouts in the folder."""
    settings = {
        "env.policy": "server",
        "openai.base_url": f"http://127.0.0.1:{policy_port}/v1",
        "env.rollout_server_url": f"http://127.0.0.1:{api_port}",
        "env.state_path": str(folder / "state.json"),
        "env.rollouts_path": str(folder / "rollouts.jsonl"),
    }
    given = [part for name, value in settings.items() for part in (f"--{name}", value)]
    return Process([sys.executable, "-m", module, "serve", *given, *options], folder / "env.log")


@dataclass
class Received:
    """A group that reached the trainer."""

    run: str
    number: int
    at: float
    group: dict[str, Any]


@dataclass
class Trainer:
    """Stands in a trainer's place: registers, asks for batches, keeps the groups, registers again with a new API.

    Attributes:
        port: Of the API.
        batch_size: Sequences a batch.
        received: Every group, in order of arrival.
        paused: While set, no batch is asked for.
    """

    port: int
    batch_size: int = 8
    keep_groups: bool = True
    received: list[Received] = field(default_factory=list)
    paused: threading.Event = field(default_factory=threading.Event)
    _end: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._train, name="trainer", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    def numbers(self) -> list[int]:
        """The groups received, in order of arrival."""
        return [one.number for one in self.received]

    def _train(self) -> None:
        while not self._end.wait(_PAUSE):
            if self.paused.is_set():
                continue
            try:
                self._take(self._call("/batch"))
            except (OSError, ValueError):  # away, or half an answer
                time.sleep(_PAUSE * 4)

    def _take(self, answer: dict[str, Any]) -> None:
        if answer.get("status") == "error":
            self._register()
        for group in answer["batch"] or []:
            details = group["overrides"][0]
            kept = group if self.keep_groups else {}
            self.received.append(Received(details["run"], int(details["group"]), time.monotonic(), kept))

    def _register(self) -> None:
        registration = {
            "wandb_group": "none", "wandb_project": "none", "batch_size": self.batch_size, "max_token_len": 1024,
            "checkpoint_dir": "", "save_checkpoint_interval": -1, "starting_step": 0, "num_steps": 1_000_000,
        }  # fmt: skip
        self._call("/register", registration)

    def _call(self, path: str, body: object = None) -> dict[str, Any]:
        return ask_json(f"http://127.0.0.1:{self.port}{path}", body)
