"""Where a search is kept, so that it can be gone on with: one Optuna study a subject, in a journal or SQLite file.

A study remembers what it is a search of. Going on with another generator, reward, seed or space is refused, since
its trials could not be compared.
"""

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import optuna

SQLITE_SUFFIXES = (".db", ".sqlite", ".sqlite3")
_SUBJECT = "subject"


class OptimiseError(ValueError):
    """A search that cannot be made or gone on with; the message says why and what to do."""


def require_optuna() -> None:
    """Make sure that Optuna is installed, and keep it from logging every trial.

    Raises:
        OptimiseError: If it is not.
    """
    try:
        import optuna
    except ImportError as error:
        raise OptimiseError("the optimiser needs Optuna: pip install 'audioforge[optimise]'.") from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)


@contextmanager
def open_study(path: Path | None, name: str, subject: Mapping[str, object]) -> Iterator["optuna.Study"]:
    """The study of that name, new or as it was left, for this process alone.

    Args:
        path: Its file: SQLite where it ends in ``.db`` or ``.sqlite``, else an Optuna journal; ``None`` keeps nothing.
        name: Of the study; a file holds several.
        subject: What it is a search of, as plain JSON values.

    Raises:
        OptimiseError: If the study is of another subject, another process uses the file, or it is no storage.
    """
    require_optuna()
    with _held(path):
        study = _load(path, name)
        known = study.user_attrs.get(_SUBJECT)
        if known is None:
            study.set_user_attr(_SUBJECT, dict(subject))
        elif _plain(known) != _plain(subject):
            raise OptimiseError(
                f"{path} holds a search {name!r} of something else ({_differences(known, subject)}): "
                "name another --storage, or put the settings back."
            )
        yield study


def _load(path: Path | None, name: str) -> "optuna.Study":
    import optuna
    from optuna.storages.journal import JournalFileBackend

    storage: optuna.storages.BaseStorage | str | None = None
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            is_sqlite = path.suffix in SQLITE_SUFFIXES
            storage = (
                f"sqlite:///{path}" if is_sqlite else optuna.storages.JournalStorage(JournalFileBackend(str(path)))
            )
        return optuna.create_study(storage=storage, study_name=name, direction="maximize", load_if_exists=True)
    except Exception as error:
        raise OptimiseError(f"{path} is no storage of a search ({error}): name another file.") from error


@contextmanager
def _held(path: Path | None) -> Iterator[None]:
    if path is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".in-use").open("w") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OptimiseError(f"{path} is in use by another search: wait for it, or name another file.") from error
        yield


def _plain(subject: object) -> object:
    return json.loads(json.dumps(subject, sort_keys=True))


def _differences(known: Mapping[str, object], subject: Mapping[str, object]) -> str:
    old, new = json.loads(json.dumps(dict(known))), json.loads(json.dumps(dict(subject)))
    keys = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
    return "; ".join(f"{key} was {old.get(key)!r}, is {new.get(key)!r}" for key in keys)
