"""A checkpoint's weights into the network they belong to, or an error that says how to remake the checkpoint."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Self, TypeVar

import torch
from torch import nn

from reward_models.checkpoints import CheckpointError, fingerprint, load_config, load_weights
from reward_models.embedders.base import Embedder
from reward_models.embedders.shifted_log_mel import MelSettings, ShiftedLogMel

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


class StoredEmbedder(Embedder):
    """An embedder that others trained: one converted network behind the one front end that its weights know.

    Args:
        network: With its weights.
        fingerprint: Of the checkpoint.
        device: Where to run.

    Attributes:
        network: As given, in evaluation mode.
        network_class: What ``load`` builds.
        mel: The front end.
        config: What ``config.json`` must say.
        script: The script that makes such checkpoints.
    """

    network: nn.Module
    network_class: ClassVar[type[nn.Module]]
    mel: ClassVar[MelSettings]
    config: ClassVar[Mapping[str, object]]
    script: ClassVar[str]

    def __init__(self, network: nn.Module, fingerprint: str, device: torch.device) -> None:
        self.fingerprint = fingerprint
        self.device = device
        self.network = network.to(device).eval().requires_grad_(False)
        self._front_end = ShiftedLogMel(self.mel, device)

    @classmethod
    def load(cls, folder: Path, device: str | torch.device = "cpu") -> Self:
        """Reads ``config.json`` and ``model.safetensors``.

        Raises:
            CheckpointError: If a file is missing, damaged or of another format; the message says how to remake it.
        """
        expect_config(folder, cls.config, cls.script)
        network = with_weights(cls.network_class(), folder, cls.script)
        return cls(network, fingerprint(folder), torch.device(device))
