"""A stage's result on disk: whole or not there, so that a run that is killed never leaves half a file behind."""

from collections.abc import Callable
from pathlib import Path


def kept(path: Path, write: Callable[[Path], None]) -> Path:
    """``path``, written only if it isn't there yet.

    Args:
        path: The result.
        write: Writes the file whose path it is given: one beside ``path``, which takes its place once it is whole.
    """
    if not path.is_file():
        partial = path.with_name(f"{path.name}.partial")
        write(partial)
        partial.replace(path)
    return path


def write_text(text: str) -> Callable[[Path], None]:
    """A writer of one text, for ``kept``."""

    def write(path: Path) -> None:
        path.write_text(text, encoding="utf-8")

    return write
