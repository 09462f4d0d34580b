"""Weight files that others published as a pickle of tensors: where one lies, and how it is read without running code.

They lie where their own packages put them, in torch's hub folder, so that a file fetched once serves both. Nothing is
downloaded here: the files are hundreds of megabytes, and the error says where to get them.
"""

import hashlib
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from reward_models.checkpoints import CheckpointError


@dataclass(frozen=True)
class PublishedWeights:
    """One published file.

    Attributes:
        file: Its name.
        url: Where it is published.
        size: In words.
    """

    file: str
    url: str
    size: str


def find_weights(name: str, published: PublishedWeights) -> Path:
    """The file ``name``, or the published one in torch's hub folder.

    Args:
        name: A path of a weight file, or the embedder's name.
        published: What the name stands for.

    Raises:
        CheckpointError: If there is no such file; says where to get it and where to put it.
    """
    hub = Path(torch.hub.get_dir())
    for path in (Path(name), hub / "checkpoints" / published.file, hub / published.file):
        if path.is_file():
            return path
    target = hub / "checkpoints" / published.file
    raise CheckpointError(
        f"the weights of {name} are not here ({published.size}). Fetch them once: "
        f"curl --create-dirs -L '{published.url}' -o '{target}', or give the path of {published.file}; "
        "'aisfx' and 'musicnn' ship with this package."
    )


def read_pickled(path: Path) -> dict[str, Tensor]:
    """The file's tensors, on the CPU.

    Raises:
        CheckpointError: If it is damaged, or holds more than tensors and plain values.
    """
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError) as error:
        raise CheckpointError(
            f"{path} can't be read as tensors and plain values ({str(error).splitlines()[0]}): fetch it again."
        ) from error
    weights = loaded.get("model", loaded) if isinstance(loaded, Mapping) else {}
    return {key: value for key, value in weights.items() if isinstance(value, Tensor)}


def tensors_fingerprint(weights: Mapping[str, Tensor], *, extra: str) -> str:
    """16 hex digits over tensors and what else decides the vectors."""
    digest = hashlib.sha256(extra.encode())
    for name, tensor in sorted(weights.items()):
        digest.update(name.encode())
        digest.update(tensor.detach().float().contiguous().cpu().numpy().data)
    return digest.hexdigest()[:16]
