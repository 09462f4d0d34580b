"""A checkpoint's weights into the network they belong to, or an error that says how to remake the checkpoint."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from torch import nn

from reward_models.checkpoints import CheckpointError, load_config, load_weights

Network = TypeVar("Network", bound=nn.Module)


def expect_config(folder: Path, expected: Mapping[str, object], script: str) -> None:
    """Accepts a checkpoint whose ``config.json`` says exactly what the code computes.

    Args:
        folder: The checkpoint.
        expected: What its configuration must be.
        script: The script that makes such checkpoints.

    Raises:
        CheckpointError: If it says something else.
    """
    if load_config(folder) != expected:
        raise CheckpointError(
            f"{folder / 'config.json'} describes another model or front end than this version computes: "
            f"remake the checkpoint with {script}."
        )


def with_weights(network: Network, folder: Path, script: str, *, file: str = "model.safetensors") -> Network:
    """The network with the weights of a checkpoint's file, in float32 whatever they are stored in.

    Raises:
        CheckpointError: If the weights are missing, damaged or of another shape.
    """
    try:
        network.load_state_dict({name: tensor.float() for name, tensor in load_weights(folder, file).items()})
    except RuntimeError as error:
        raise CheckpointError(f"{folder / file} doesn't fit the network ({error}): remake it with {script}.") from error
    return network
