"""Where something is to be written: checked before the work, not after it."""

import os
from pathlib import Path


def require_folder(folder: Path, *, setting: str = "--out") -> None:
    """Makes the folder, if need be.

    Args:
        folder: Where to write.
        setting: What named it, for the message.

    Raises:
        ValueError: If it can't be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"can't write to {folder} ({error.strerror}): choose another {setting}.") from error
    if not os.access(folder, os.W_OK):
        raise ValueError(f"can't write to {folder} (no permission): choose another {setting}.")
