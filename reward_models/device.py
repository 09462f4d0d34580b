"""Whether a torch device is there, told before any weights are read."""

import torch

from reward_models.checkpoints import CheckpointError


def require_device(name: str) -> None:
    """Refuses a device that torch doesn't know or this machine doesn't have.

    Raises:
        CheckpointError: Naming the device and what there is.
    """
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise CheckpointError(f"no torch device is called {name!r}: give cpu, or cuda where there is one.") from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise CheckpointError(
            f"the device {name!r} isn't here: torch {torch.__version__} sees {torch.cuda.device_count()} CUDA devices; "
            "give cpu, or install a CUDA build of torch."
        )
