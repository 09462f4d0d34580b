"""Where the T5 lies that reads the prompts, and how stable-audio-tools is told.

The model's settings name it (``t5-base``), and the library loads it by that name alone: without a network its client
would retry for minutes. So it is looked for first: as a folder of that name beside the settings, as a path, in the
hub's cache.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huggingface_hub import constants, try_to_load_from_cache

from reward_models.checkpoints import CheckpointError
from reward_models.hub import why_unreachable

_NAME = "t5_model_name"
_DEFAULT = "t5-base"


def with_local_readers(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The settings with every T5's name replaced by its folder on this machine.

    Args:
        config: Of ``model_config.json``.
        folder: Where that file lies.

    Raises:
        CheckpointError: If a T5 is neither here nor to be had; within seconds.
    """
    config = copy.deepcopy(config)
    for reader in _readers(config):
        reader[_NAME] = _found(str(reader.get(_NAME, _DEFAULT)), folder)
    return config


@contextmanager
def readers_known(config: dict[str, Any]) -> Iterator[None]:
    """The library accepts the folders that the settings name, for as long as this lasts.

    Raises:
        CheckpointError: If a folder is no T5.
    """
    from stable_audio_tools.models.conditioners import T5Conditioner

    names: list[str] = T5Conditioner.T5_MODELS
    widths: dict[str, int] = T5Conditioner.T5_MODEL_DIMS
    own = {name: _width(Path(name)) for name in _local_names(config) if name not in names}
    names.extend(own)
    widths.update(own)
    try:
        yield
    finally:
        for name in own:
            names.remove(name)
            del widths[name]


def _readers(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    conditions = config["model"].get("conditioning", {}).get("configs", [])
    return [condition["config"] for condition in conditions if condition.get("type") == "t5"]


def _local_names(config: Mapping[str, Any]) -> list[str]:
    return [reader[_NAME] for reader in _readers(config) if Path(reader[_NAME]).is_dir()]


def _found(name: str, folder: Path) -> str:
    for path in (folder / name, Path(name)):
        if path.is_dir():
            return str(path)
    for repository in (name, f"google-t5/{name}"):
        cached = try_to_load_from_cache(repository, "config.json")
        if isinstance(cached, str):
            return str(Path(cached).parent)
    if reason := why_unreachable():
        raise CheckpointError(
            f"the text tower {name} is not here: missing from {folder} and from the cache {constants.HF_HUB_CACHE}, "
            f"and {reason}. Fetch it with `hf download {name}` where there is a network, or put its folder there."
        )
    return name


def _width(folder: Path) -> int:
    try:
        return int(json.loads((folder / "config.json").read_text(encoding="utf-8"))["d_model"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{folder}/config.json names no width of a T5 ({error}): fetch it again.") from error
