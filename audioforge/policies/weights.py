"""Weights handed from a trainer to a policy server through a folder, while the server answers.

A trainer publishes numbered versions; the server looks before every batch whether another one is current and, if so,
copies it into its model. Safetensors only, so nothing that is read can run. A version is written under another name and
renamed, then named in ``current.json``: a reader sees a whole version or none. What does not fit the model (names,
shapes, numbers that are not finite) is refused with a line in the log, and the weights before it go on answering.

The number is the trainer's: version 0 is the folder the server started from.
"""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

CURRENT = "current.json"
KEPT = 2  # versions; a reader may be at the one before

logger = logging.getLogger(__name__)


class WeightsError(ValueError):
    """Weights that cannot be published or taken over; the message says why."""


def model_weights(model: Any) -> dict[str, Tensor]:  # noqa: ANN401 - transformers is untyped
    """The parameters by name, each once where some are shared, detached."""
    return {name: weight.detach() for name, weight in model.named_parameters()}


def publish_weights(folder: Path, weights: Mapping[str, Tensor], version: int) -> Path:
    """Make a version the current one.

    Args:
        folder: Made where it is missing. One trainer writes into it.
        weights: As :func:`model_weights` gives them.
        version: At least 1; may be lower than the one before, where a trainer went back to a checkpoint.

    Returns:
        The version's file; all but the last ``KEPT`` written are removed.

    Raises:
        WeightsError: If the version is below 1.
    """
    if version < 1:
        raise WeightsError(f"a published version is at least 1, got {version}: 0 is what the server started from.")
    folder.mkdir(parents=True, exist_ok=True)
    path = _file(folder, version)
    hidden = path.with_suffix(".writing")
    save_file({name: weight.contiguous() for name, weight in weights.items()}, hidden)
    os.replace(hidden, path)
    pointer = folder / f"{CURRENT}.writing"
    pointer.write_text(json.dumps({"version": version}) + "\n", encoding="utf-8")
    os.replace(pointer, folder / CURRENT)
    _drop_old(folder, path)
    return path


def current_version(folder: Path) -> int:
    """Number of the current version, 0 where none was published.

    Raises:
        WeightsError: If ``current.json`` holds something else.
    """
    try:
        version = json.loads((folder / CURRENT).read_text(encoding="utf-8"))["version"]
    except FileNotFoundError:
        return 0
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{folder / CURRENT} names no version ({error!r}): publish_weights writes it.") from error
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        raise WeightsError(f"{folder / CURRENT}: a version is a whole number from 0, got {version!r}.")
    return version


def load_version(folder: Path, version: int, like: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A published version, checked against the weights it is to replace.

    Raises:
        WeightsError: If it is missing, is no safetensors file, or does not fit.
    """
    path = _file(folder, version)
    try:
        weights = load_file(path)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{path} cannot be read: {error}") from error
    _check(path, weights, like)
    return weights


class WeightsFolder:
    """A model that follows a folder.

    Args:
        model: What is refreshed in place; used by one thread.
        folder: Where versions are published; may not be there yet.

    Attributes:
        version: What the model holds; 0 is what it was loaded with.
    """

    def __init__(self, model: Any, folder: Path) -> None:  # noqa: ANN401 - transformers is untyped
        self.model = model
        self.folder = folder
        self.version = 0
        self._refusal = ""

    def refresh(self) -> int:
        """Take over the current version if it is another one; bad files never raise.

        Returns:
            The version held afterwards.
        """
        try:
            wanted = current_version(self.folder)
            if wanted not in (0, self.version):
                self._take_over(wanted)
        except WeightsError as error:
            if self._refusal != str(error):  # told once, or the log would have a line a batch
                logger.warning("weights not taken over, version %s goes on answering: %s", self.version, error)
            self._refusal = str(error)
        return self.version

    def _take_over(self, version: int) -> None:
        own = model_weights(self.model)
        weights = load_version(self.folder, version, own)
        with torch.no_grad():
            for name, weight in own.items():
                weight.copy_(weights[name])
        self.version, self._refusal = version, ""


def _file(folder: Path, version: int) -> Path:
    return folder / f"weights-{version:08d}.safetensors"


def _drop_old(folder: Path, newest: Path) -> None:
    files = sorted(folder.glob("weights-*.safetensors"), key=lambda path: path.stat().st_mtime_ns)
    for path in [path for path in files if path != newest][: -(KEPT - 1)]:
        path.unlink(missing_ok=True)


def _check(path: Path, weights: Mapping[str, Tensor], like: Mapping[str, Tensor]) -> None:
    strange = sorted(weights.keys() ^ like.keys())
    if strange:
        raise WeightsError(f"{path} is of another model: {strange[0]} is in only one of the two.")
    for name, weight in weights.items():
        if weight.shape != like[name].shape:
            raise WeightsError(f"{path}: {name} is {tuple(weight.shape)}, the model's is {tuple(like[name].shape)}.")
        if not bool(weight.isfinite().all()):
            raise WeightsError(f"{path}: {name} holds numbers that are not finite: did the training diverge?")
