"""Reads a checkpoint in transformers' format, from 4.57 and 5, without a network and without filling gaps by chance."""

from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from reward_models.checkpoints import CheckpointError
from reward_models.embedders.clap.checkpoint_files import EMBEDDED_HINT, checkpoint_folder
from reward_models.embedders.clap.front_end import read_front_end_config
from reward_models.embedders.clap.parts import ClapParts


def read_transformers_checkpoint(name: str) -> ClapParts:
    """A checkpoint's parts.

    Args:
        name: A folder or a hub id.

    Raises:
        CheckpointError: If a file is missing, can't be fetched or is damaged, or weights are missing in it.
    """
    folder = checkpoint_folder(name)
    front_end = read_front_end_config(folder)
    return ClapParts(_read_model(folder), read_tokenizer(folder), front_end, folder)


def read_tokenizer(folder: Path) -> Any:  # noqa: ANN401 -- untyped upstream
    """The tokenizer in ``folder``.

    ``AutoTokenizer``, because ``RobertaTokenizer`` of transformers 5 loads as an empty one when files are missing.

    Raises:
        CheckpointError: If it can't be read.
    """
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    except Exception as error:  # of a damaged file the package tokenizers makes nothing narrower
        raise CheckpointError(
            f"{folder} has no readable tokenizer ({error}): restore tokenizer.json, or vocab.json and merges.txt, "
            f"from where the checkpoint came from, {EMBEDDED_HINT}."
        ) from error


def _read_model(folder: Path) -> Any:  # noqa: ANN401 -- untyped upstream
    from transformers import ClapModel

    try:
        loader: Any = ClapModel
        model, loading = loader.from_pretrained(str(folder), local_files_only=True, output_loading_info=True)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise CheckpointError(
            f"the weights in {folder} can't be read ({error}): fetch the checkpoint again, {EMBEDDED_HINT}."
        ) from error
    # transformers fills missing weights with random numbers and warns; such a model would score noise.
    if missing := sorted(loading["missing_keys"]):
        raise CheckpointError(
            f"the weights in {folder} lack {len(missing)} tensors, such as {missing[0]}: is it a ClapModel checkpoint? "
            f"Fetch it again, {EMBEDDED_HINT}."
        )
    return model.float().eval().requires_grad_(False)
