"""A run's state on disk: written whole or not at all, so that a kill never leaves half a file."""

import json
import os
from pathlib import Path
from typing import Any

VERSION = 1


class RunStateError(ValueError):
    """A state file that cannot be used; the message names it and the mend."""


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Replace the file in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps({"version": VERSION} | state), encoding="utf-8")
    os.replace(fresh, path)


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
        raise RunStateError(f"{path} is no JSON ({error}): delete it to start anew.") from error
    if not isinstance(state, dict) or state.get("version") != VERSION:
        raise RunStateError(f"{path} is no state of version {VERSION}: delete it to start anew.")
    return state
