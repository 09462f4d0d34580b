"""``python -m audioforge.env serve|process|evaluate``: Atropos' command line with safer defaults.

Atropos' ``process`` and ``evaluate`` switch W&B on whatever the configuration says, and ``process`` writes into
``data/``; ``serve`` would stop after ``total_steps`` of its own instead of the trainer's. All are set here unless the
command line or a configuration file says otherwise.
"""

import logging
import signal
import sys
from collections.abc import Sequence

from audioforge.env.environment import AudioForgeEnv, EnvironmentFailureError
from audioforge.env.run_state import RunStateError
from reward_models.checkpoints import CheckpointError

_STOPPED = 130  # as a shell reports a program stopped by Ctrl+C
_DEFAULTS = {
    "serve": {"env.total_steps": "-1"},  # as many as the trainer has
    "process": {"env.use_wandb": "False", "env.data_path_to_save_groups": "artifacts/groups/groups.jsonl"},
    "evaluate": {"env.use_wandb": "False", "env.data_dir_to_save_evals": "artifacts/evaluation"},
}


def with_defaults(arguments: Sequence[str]) -> list[str]:
    """The command line with what it leaves open filled in; a configuration file is trusted to say it all."""
    given = {argument.removeprefix("--").partition("=")[0] for argument in arguments}
    if "config" in given or {"help", "-h"} & given:
        return list(arguments)
    defaults = _DEFAULTS.get(arguments[0], {}) if arguments else {}
    # With "=", or Atropos would take the minus sign for the next option's.
    added = [f"--{name}={value}" for name, value in defaults.items() if name not in given]
    return [*arguments, *added]


def set_up_logging() -> None:
    """One line an event on standard error; of Atropos, which tells its state ten times a second, warnings alone."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("atroposlib", "atroposlib.envs.base", "httpx", "openai", "aiohttp.access"):
        logging.getLogger(name).setLevel(logging.WARNING)


def run(environment: type[AudioForgeEnv]) -> None:
    """Run the command line of an environment; what the user can mend is told in one line."""
    set_up_logging()
    # A supervisor's stop ends a run as Ctrl+C does. The detour over SIGINT lets asyncio cancel the run in good order;
    # its handler is set again, since a program started in the background has it ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    sys.argv[1:] = with_defaults(sys.argv[1:] or ["--help"])  # without a command, Atropos ends in a traceback
    try:
        environment.cli()
    except (EnvironmentFailureError, RunStateError, CheckpointError) as error:
        sys.exit(f"audioforge.env: {error}")
    except KeyboardInterrupt:
        logging.getLogger(__name__).info("stopped")
        sys.exit(_STOPPED)


if __name__ == "__main__":
    run(AudioForgeEnv)
