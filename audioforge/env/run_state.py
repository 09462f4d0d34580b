"""A run's state on disk: written whole or not at all, so that a kill never leaves half a file."""

import fcntl
import json
import os
from pathlib import Path
from typing import IO, Any

VERSION = 2


class RunStateError(ValueError):
    """A state file that cannot be used; the message names it and the mend."""


def write_whole(path: Path, text: str) -> None:
    """Replace a file in one step; it is on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Replace the state in one step."""
    write_whole(path, json.dumps({"version": VERSION} | state))


def load_state(path: Path) -> dict[str, Any] | None:
    """Read the file; ``None`` if there is none yet.

    Raises:
        RunStateError: If it is not a state this version can read.
    """
    if not path.is_file():
        return None
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunStateError(f"{path} is no JSON ({error}). {_mend(path)}") from error
    version = state.get("version") if isinstance(state, dict) else None
    if version != VERSION:
        raise RunStateError(
            f"{path} is {'no state of a run' if version is None else f'a state of version {version}'}, this AudioForge "
            f"reads version {VERSION}. {_mend(path)}"
        )
    assert isinstance(state, dict), "it has a version"
    return state


def _mend(path: Path) -> str:
    """What to do about a state that cannot be gone on with."""
    return (
        f"Give another --env.state_path, or move {path} and {path.name}.outbox away to start anew: the trainer's model "
        "and the rollouts stay, the order of targets and what the curriculum noted begin again."
    )


def lock_state(path: Path) -> IO[str]:
    """Keep other environments off a state until the returned file is closed or the process ends, however it ends.

    Raises:
        RunStateError: If another process goes on from it right now.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.with_name(path.name + ".lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise RunStateError(f"another environment runs with {path}: stop it, or give another state file.") from error
    return file
