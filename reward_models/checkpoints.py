"""Where the shipped checkpoints are, and how one is read.

A checkpoint is a folder: ``config.json`` (everything that rebuilds the model), ``model.safetensors`` (weights, without
pickle) and ``README.md`` (its model card).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

_PACKAGE = Path(__file__).parent
_ROOTS = (_PACKAGE / "_checkpoints", _PACKAGE.parent / "checkpoints")  # a wheel's copy, then a checkout's
_FINGERPRINTED = (".json", ".safetensors")


class CheckpointError(ValueError):
    """A checkpoint that is missing or has the wrong form; the message names the file and the mend."""


def checkpoint_path(name: str) -> Path:
    """Folder of a shipped checkpoint, such as ``mini``.

    Raises:
        CheckpointError: If none of that name ships; the message lists those that do.
    """
    for root in _ROOTS:
        if (root / name).is_dir():
            return root / name
    known = sorted({path.name for root in _ROOTS if root.is_dir() for path in root.iterdir() if path.is_dir()})
    raise CheckpointError(f"no checkpoint named {name!r} ships with this install; there are: {', '.join(known)}.")


def load_config(folder: Path) -> dict[str, object]:
    """The checkpoint's ``config.json``.

    Raises:
        CheckpointError: If the file is missing or no JSON object.
    """
    path = folder / "config.json"
    if not path.is_file():
        raise CheckpointError(f"{folder} has no config.json: a checkpoint is config.json + model.safetensors.")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CheckpointError(f"{path} is no JSON ({error}): restore the checkpoint, or train it again.") from error
    if not isinstance(config, dict):
        raise CheckpointError(f"{path} holds a {type(config).__name__}, expected an object.")
    return config


def load_weights(folder: Path, file: str = "model.safetensors") -> dict[str, Tensor]:
    """The checkpoint's tensors, on the CPU, in the precision they were stored in.

    Raises:
        CheckpointError: If the file is missing or damaged.
    """
    path = folder / file
    if not path.is_file():
        raise CheckpointError(f"{folder} has no {file}: restore the checkpoint, or train it again.")
    try:
        weights: Mapping[str, Tensor] = load_file(str(path))
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} is damaged ({error}): restore the checkpoint, or train it again.") from error
    return dict(weights)


@contextmanager
def built_from(folder: Path) -> Iterator[None]:
    """Around the building of a model from a checkpoint's values, any of which may be damaged.

    Raises:
        CheckpointError: In place of whatever torch or Python make of an impossible value.
    """
    try:
        yield
    except CheckpointError:
        raise
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RuntimeError, MemoryError) as error:
        why = f"{type(error).__name__}: {error}".splitlines()[0]
        raise CheckpointError(
            f"{folder} doesn't fit together ({why}): restore the checkpoint, or train it again."
        ) from error


def fingerprint(folder: Path, *, extra: str = "") -> str:
    """16 hex digits over the checkpoint's configuration and weights (and ``extra``, such as a front end's version).

    ``calibration.json`` does not count: a calibration is stored *under* the fingerprint of what it calibrates.
    """
    digest = hashlib.sha256(extra.encode())
    for path in sorted(folder.iterdir()):
        if path.suffix in _FINGERPRINTED and path.name != "calibration.json":
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
