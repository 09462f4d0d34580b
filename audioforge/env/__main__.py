"""``python -m audioforge.env serve|process|evaluate``: Atropos' command line with safer defaults.

Atropos' ``process`` and ``evaluate`` switch W&B on whatever the configuration says, and ``process`` writes into
``data/``; both are set here unless the command line or a configuration file says otherwise.
"""

import sys
from collections.abc import Sequence

from audioforge.env.environment import AudioForgeEnv

_DEFAULTS = {
    "process": {"env.use_wandb": "False", "env.data_path_to_save_groups": "artifacts/groups/groups.jsonl"},
    "evaluate": {"env.use_wandb": "False", "env.data_dir_to_save_evals": "artifacts/evaluation"},
}


def with_defaults(arguments: Sequence[str]) -> list[str]:
    """The command line with what it leaves open filled in; a configuration file is trusted to say it all."""
    given = {argument.removeprefix("--").partition("=")[0] for argument in arguments}
    if "config" in given or {"help", "-h"} & given:
        return list(arguments)
    defaults = _DEFAULTS.get(arguments[0], {}) if arguments else {}
    added = [part for name, value in defaults.items() if name not in given for part in (f"--{name}", value)]
    return [*arguments, *added]


def main() -> None:
    """Run the command line."""
    sys.argv[1:] = with_defaults(sys.argv[1:] or ["--help"])  # without a command, Atropos ends in a traceback
    AudioForgeEnv.cli()


if __name__ == "__main__":
    main()
