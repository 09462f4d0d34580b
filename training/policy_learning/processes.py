"""The trainer's neighbours as processes on loopback: Atropos' API, the policy server, the environment."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.serve_processes import Process, api_process, env_process, free_port, policy_process, wait_until
from reward_models.checkpoints import fingerprint
from training.policy_learning.learner import Learner
from training.policy_learning.trainer_client import TrainerClient
from training.policy_learning.training_loop import RunFolder, train

SAMPLES = "samples.jsonl"
ASKED = "asked.json"


class NeighbourError(RuntimeError):
    """A process beside the trainer has ended; the message names its log."""


@dataclass(frozen=True)
class Neighbours:
    """What runs beside the trainer.

    Attributes:
        policy: Model folder that the server starts from.
        preset: Generator and rewards.
        workers: Groups rolled out at a time.
        environment: Module that is run as the environment.
    """

    policy: Path
    preset: str
    workers: int
    environment: str = "audioforge.env"


@dataclass(frozen=True)
class Evaluating:
    """What an evaluation asks.

    Attributes:
        targets: Held-out requests.
        answers: To each.
        preset: Generator and rewards.
    """

    targets: int
    answers: int
    preset: str


def learn_together(learner: Learner, run: RunFolder, neighbours: Neighbours, say: Callable[[str], None]) -> None:
    """Start the neighbours, train, and stop them, whatever happens.

    Raises:
        NeighbourError: If one of them ends before the training.
    """
    own, ports = learner.settings, (free_port(), free_port())
    api = api_process(ports[0], run.path)
    server = policy_process(ports[1], run.path, "--folder", str(neighbours.policy), "--weights", str(run.weights))
    env = env_process(
        *ports, run.path, neighbours.environment, *_model_options(neighbours.policy), "--env.preset", neighbours.preset,
        "--env.group_size", str(own.group_size), "--env.max_num_workers", str(neighbours.workers),
        "--env.max_answer_tokens", str(own.max_answer_tokens), "--env.max_batches_offpolicy", "2",
        "--env.environment_seed", str(own.seed), "--env.steps_per_eval", "0",
    )  # fmt: skip
    with _running(api), _running(server), _running(env):
        client = TrainerClient(f"http://127.0.0.1:{ports[0]}", own)
        wait_until(lambda: _answers(f"{client.url}/info"), f"run-api ({api.log})")
        client.register(learner.step)
        train(learner, client, run, lambda: _all_live(api, server, env), say)


def evaluate(policy: Path, folder: Path, asked: Evaluating) -> Path:
    """Ask a policy for the held-out targets with fixed seeds; nothing is done where the folder holds its answers.

    What was asked of which weights is noted beside the answers, last: a run that is gone on with is asked again.

    Returns:
        The file of its rollouts.

    Raises:
        NeighbourError: If the evaluation fails.
    """
    samples, note = folder / SAMPLES, folder / ASKED
    wanted = json.dumps({"policy": fingerprint(policy), **asdict(asked)}) + "\n"
    if not (samples.is_file() and note.is_file() and note.read_text(encoding="utf-8") == wanted):
        folder.mkdir(parents=True, exist_ok=True)
        note.unlink(missing_ok=True)
        samples.unlink(missing_ok=True)
        _ask(policy, folder, asked)
        note.write_text(wanted, encoding="utf-8")
    return samples


def _ask(policy: Path, folder: Path, asked: Evaluating) -> None:
    port = free_port()
    with (
        _running(policy_process(port, folder, "--folder", str(policy))) as server,
        (folder / "env.log").open("w") as log,
    ):
        wait_until(lambda: _answers(f"http://127.0.0.1:{port}/health"), f"the policy server ({server.log})")
        done = subprocess.run(
            [
                sys.executable, "-m", "audioforge.env", "evaluate", *_model_options(policy), "--env.policy", "server",
                "--openai.base_url", f"http://127.0.0.1:{port}/v1", "--env.preset", asked.preset,
                "--env.evaluation_targets", str(asked.targets), "--env.group_size", str(asked.answers),
                "--env.max_eval_workers", "4", "--env.data_dir_to_save_evals", str(folder),
            ],
            stdout=log, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    if done.returncode != 0 or not (folder / SAMPLES).is_file():
        raise NeighbourError(f"the evaluation of {policy} failed: see {folder / 'env.log'}.")


@contextmanager
def _running(process: Process) -> Iterator[Process]:
    """Stopped in good order at the end; killed if it takes too long."""
    process.start()
    try:
        yield process
    finally:
        process.end()


def _model_options(policy: Path) -> list[str]:
    """Both of Atropos' settings of a tokenizer."""
    return ["--env.tokenizer_name", str(policy), "--openai.tokenizer_name", str(policy)]


def _all_live(*processes: Process) -> None:
    for process in processes:
        if not process.is_running():
            raise NeighbourError(f"a process beside the trainer has ended: see {process.log}.")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (OSError, urllib.error.URLError):
        return False
