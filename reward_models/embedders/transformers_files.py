"""Finds the folder of an audio model in transformers' format: a folder, the hub's cache, or the hub, asked briefly."""

from pathlib import Path

from huggingface_hub import constants, snapshot_download

from reward_models.checkpoints import CheckpointError
from reward_models.hub import why_unreachable

_WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")
_NEEDED = (("config.json",), ("preprocessor_config.json", "processor_config.json"), _WEIGHTS)
_SMALL = ("*.json",)


def audio_model_folder(name: str) -> Path:
    """Folder that holds configuration, preprocessor and weights.

    Args:
        name: A folder, or a hub id such as ``facebook/wav2vec2-base``.

    Raises:
        CheckpointError: If a file is missing and can't be fetched; within seconds.
    """
    if Path(name).is_dir():
        if missing := missing_files(Path(name)):
            raise CheckpointError(f"{name} lacks {missing}: restore it from where the model came from.")
        return Path(name)
    cached = _snapshot(name, local=True)
    if cached is not None and not missing_files(cached):
        return cached
    if reason := why_unreachable():
        raise CheckpointError(
            f"{name} is not here: {missing_files(cached)} missing from the cache {constants.HF_HUB_CACHE}, and "
            f"{reason}. Fetch it with `hf download {name}` where there is a network, or give a folder with its files; "
            "'mini', 'aisfx' and 'musicnn' ship with this package."
        )
    return _fetched(name)


def missing_files(folder: Path | None) -> str:
    """What a model's folder lacks, in words; empty if it's whole."""
    groups = [group for group in _NEEDED if folder is None or not any((folder / own).is_file() for own in group)]
    return ", ".join(" or ".join(group) for group in groups)


def _fetched(name: str) -> Path:
    for weights in ("model*.safetensors", "pytorch_model.bin"):
        folder = _snapshot(name, patterns=(*_SMALL, weights))
        if folder is not None and not missing_files(folder):
            return folder
    missing = missing_files(folder)
    raise CheckpointError(f"{name} on the hub has no {missing}: is it an audio model in transformers' format?")


def _snapshot(name: str, *, local: bool = False, patterns: tuple[str, ...] = ()) -> Path | None:
    wanted = list(patterns) or None
    try:
        return Path(
            snapshot_download(name, cache_dir=constants.HF_HUB_CACHE, local_files_only=local, allow_patterns=wanted)
        )
    except (OSError, ValueError) as error:
        if local:  # not cached, or not a repository's name
            return None
        raise CheckpointError(f"{name} could not be fetched from the hub ({error}): check the name.") from error
