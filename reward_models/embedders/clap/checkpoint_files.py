"""Where a CLAP checkpoint's files are: a folder, the hub's cache, or the hub.

The cache is asked first, without a network. Only what it lacks is fetched, and only after one short look whether the
hub answers: the hub client's own retries would hold a machine without a network for minutes.
"""

from pathlib import Path

from huggingface_hub import constants, snapshot_download

from reward_models.checkpoints import CheckpointError
from reward_models.hub import why_unreachable

RECOMMENDED = ("laion/clap-htsat-unfused", "laion/larger_clap_general", "laion/larger_clap_music_and_speech")
"""Checkpoints whose both towers work."""

EMBEDDED_HINT = "or use the embedded preset 'mini', whose weights ship with this package"

_TEXT_FILES = ("*.json", "merges.txt")
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")
_TOKENIZER = ("tokenizer.json", "vocab.json")
_NEEDED = (
    ("config.json",),
    ("preprocessor_config.json", "processor_config.json"),
    _TOKENIZER,
    _WEIGHTS,
)


def checkpoint_folder(name: str) -> Path:
    """Folder that holds every file of a checkpoint.

    Args:
        name: A folder, or a hub id such as ``laion/clap-htsat-unfused``.

    Raises:
        CheckpointError: If a file is missing and can't be fetched; names it and says what to do.
    """
    folder = Path(name)
    if not folder.is_dir():
        return _from_hub(name)
    if missing := missing_files(folder):
        raise CheckpointError(
            f"{folder} lacks {missing}: restore it from where the checkpoint came from, {EMBEDDED_HINT}."
        )
    return folder


def tokenizer_folder(folder: Path, name: str) -> Path:
    """``folder`` if it holds a tokenizer, else the hub's tokenizer ``name`` from the cache or the hub.

    Raises:
        CheckpointError: If it's neither here nor to be had.
    """
    if _has_tokenizer(folder):
        return folder
    cached = _cached(name)
    if cached is not None and _has_tokenizer(cached):
        return cached
    if reason := why_unreachable():
        raise CheckpointError(
            f"the tokenizer {name} is not here: tokenizer.json missing from {folder} and from the cache "
            f"{constants.HF_HUB_CACHE}, and {reason}. Put tokenizer.json of {name} into that folder, {EMBEDDED_HINT}."
        )
    return _download(name, _TEXT_FILES)


def _has_tokenizer(folder: Path) -> bool:
    return any((folder / name).is_file() for name in _TOKENIZER)


def missing_files(folder: Path | None) -> str:
    """What a checkpoint's folder lacks, in words; empty if it's whole."""
    groups = [group for group in _NEEDED if folder is None or not any((folder / name).is_file() for name in group)]
    return ", ".join(group[0] for group in groups)


def _from_hub(name: str) -> Path:
    cached = _cached(name)
    missing = missing_files(cached)
    if cached is not None and not missing:
        return cached
    if reason := why_unreachable():
        raise CheckpointError(
            f"{name} is not here: {missing} missing from the cache {constants.HF_HUB_CACHE}, and {reason}. Fetch it "
            f"with `hf download {name}` where there is a network, give a folder with its files, {EMBEDDED_HINT}."
        )
    return _fetch(name)


def _fetch(name: str) -> Path:
    folder = _download(name, (*_TEXT_FILES, "model*.safetensors"))
    if not any((folder / weights).is_file() for weights in _WEIGHTS):
        folder = _download(name, (*_TEXT_FILES, "pytorch_model.bin"))
    if missing := missing_files(folder):
        raise CheckpointError(f"{name} on the hub has no {missing}: use {RECOMMENDED[0]!r}, {EMBEDDED_HINT}.")
    return folder


def _download(name: str, patterns: tuple[str, ...]) -> Path:
    try:
        return Path(snapshot_download(name, cache_dir=constants.HF_HUB_CACHE, allow_patterns=list(patterns)))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{name} could not be fetched from the hub ({error}): check the name, such as {RECOMMENDED[0]!r}, "
            f"give a folder with its files, {EMBEDDED_HINT}."
        ) from error


def _cached(name: str) -> Path | None:
    try:
        return Path(snapshot_download(name, cache_dir=constants.HF_HUB_CACHE, local_files_only=True))
    except (OSError, ValueError):  # not cached, or not a repository's name
        return None
