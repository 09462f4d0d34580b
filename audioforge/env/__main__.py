"""``python -m audioforge.env serve|process|evaluate``: Atropos' command line with safer defaults.

Atropos' ``process`` and ``evaluate`` switch W&B on whatever the configuration says, and ``process`` writes into
``data/``; ``serve`` would stop after ``total_steps`` of its own instead of the trainer's. All are set here unless the
command line or a configuration file says otherwise.
"""

import logging
import signal
import sys
import warnings
from collections.abc import Sequence

from audioforge.env.environment import AudioForgeEnv, EnvironmentFailureError
from audioforge.policies.server import PolicyServerError

USAGE = """usage: python -m audioforge.env serve|process|evaluate [--env.NAME VALUE …] [--openai.NAME VALUE …]

  process   roll out some groups on this machine and write them to files; needs nothing else
              python -m audioforge.env process --env.total_steps 8 --env.rollouts_path artifacts/rollouts.jsonl
  evaluate  ask for held-out targets with fixed seeds: means, intervals, a second judge
              python -m audioforge.env evaluate --env.evaluation_targets 16
  serve     send groups to a trainer through Atropos' API; can be killed and started again with its state
              run-api --host 127.0.0.1 --port 8000
              python -m audioforge.policies --port 9010
              python -m audioforge.env serve --env.policy server --openai.base_url http://127.0.0.1:9010/v1 \\
                  --env.state_path artifacts/run/state.json --env.rollouts_path artifacts/run/rollouts.jsonl

Every setting: python -m audioforge.env process --help
Two runs of the same targets and seeds: audioforge compare-rollouts A.jsonl B.jsonl"""

_MISUSED = 2
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


def _explain(arguments: Sequence[str]) -> None:
    """End with the usage where no command is named: Atropos tells nothing of them, or ends in a traceback."""
    if arguments and arguments[0] in _DEFAULTS:
        return
    if not arguments or {"-h", "--help"} & set(arguments):
        sys.stdout.write(USAGE + "\n")
        sys.exit(0)
    sys.stderr.write(f"audioforge.env: {arguments[0]!r} is none of {', '.join(_DEFAULTS)}.\n{USAGE}\n")
    sys.exit(_MISUSED)


def set_up_process() -> None:
    """How a run ends, and what it says: a line an event; of Atropos, which says its state ten times a second, warnings.

    A supervisor's stop ends a run as Ctrl+C does. The detour over SIGINT lets asyncio cancel the run in good order; its
    handler is set again, since a program started in the background has it ignored.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    for message in ("Trainer requested to ignore max length", "You are using a local Base URL"):
        warnings.filterwarnings("ignore", message=message)  # of Atropos; nothing to be done about either here
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("atroposlib", "atroposlib.envs.base", "httpx", "openai", "aiohttp.access"):
        logging.getLogger(name).setLevel(logging.WARNING)


def run(environment: type[AudioForgeEnv]) -> None:
    """Run the command line of an environment; what the user can mend is told in one line."""
    _explain(sys.argv[1:])
    set_up_process()
    sys.argv[1:] = with_defaults(sys.argv[1:])
    try:
        environment.cli()
    except (EnvironmentFailureError, PolicyServerError, ValueError, OSError) as error:  # errors of ours are ValueErrors
        logging.getLogger(__name__).debug("what led there:", exc_info=True)
        sys.exit(f"audioforge.env: {error}")
    except KeyboardInterrupt:
        logging.getLogger(__name__).info("stopped")
        sys.exit(_STOPPED)


if __name__ == "__main__":
    run(AudioForgeEnv)
