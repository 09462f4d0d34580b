"""``python -m tests.serve_stand_ins serve …``: the environment's own command line on stand-ins for audio and scores.

With ``DIE_ON=<file>`` it kills itself once that file is there and the API has just taken a group, before it notes so.
"""

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audioforge.env.__main__ import run
from audioforge.env.backends import Backends
from audioforge.env.environment import AudioForgeEnv
from audioforge.env.trainer_api import TrainerApi
from tests.env_stand_ins import make_judge


class StandInEnv(AudioForgeEnv):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options, backends=Backends(make_judge(), "server", lambda: None))


def die_after_sending(sign: Path) -> None:
    send = TrainerApi.send

    async def send_and_die(self: TrainerApi, group: Mapping[str, object]) -> None:
        await send(self, group)
        if sign.exists():
            os.kill(os.getpid(), signal.SIGKILL)

    TrainerApi.send = send_and_die  # type: ignore[method-assign]


if __name__ == "__main__":
    if sign := os.environ.get("DIE_ON"):
        die_after_sending(Path(sign))
    run(StandInEnv)
