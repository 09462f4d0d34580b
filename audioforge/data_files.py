"""Where the data files live, and reading one of them.

In a checkout the folder is ``data`` beside ``pyproject.toml``; an installed wheel carries a copy as
``audioforge/_data``.
"""

import json
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent


class DataError(ValueError):
    """A data file that cannot be used; the message names the file, the entry and the mend."""


def data_path(*parts: str) -> Path:
    """Path of a data file or folder.

    Args:
        parts: Names below the data folder, e.g. ``"evaluation_references", "drums"``; none for the folder itself.

    Returns:
        The path in the checkout if there is one, else in the packaged copy.

    Raises:
        DataError: If it is in neither.
    """
    path = _data_folder().joinpath(*parts)
    if not path.exists():
        raise DataError(f"{path} is missing: restore it from the repository, or reinstall audioforge.")
    return path


def read_json(path: Path) -> object:
    """Decode one JSON file.

    Raises:
        DataError: If it cannot be read, or is no JSON; the message says on which line.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): check the path and its permissions.") from error
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path} is no JSON: {error.msg} at line {error.lineno}, column {error.colno}. Mend that line."
        ) from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 (byte {error.start}): save it as UTF-8.") from error


def _data_folder() -> Path:
    # A wheel's neighbours in site-packages may well have a "data" folder; only a checkout has the project file too.
    if (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "data").is_dir():
        return _CHECKOUT / "data"
    return _PACKAGE / "_data"
