"""The model behind the generator: a folder or a hub id → stable-audio-tools' network, its settings, a fingerprint."""

import contextlib
import hashlib
import io
import json
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import constants, hf_hub_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
)

from audioforge.generators.stable_audio.prompt_reader import readers_known, with_local_readers
from reward_models.checkpoints import CheckpointError
from reward_models.hub import why_unreachable

SMALL = "stabilityai/stable-audio-open-small"
CONFIG = "model_config.json"
WEIGHTS = ("model.safetensors", "model.ckpt")
FLOWS = ("rectified_flow", "rf_denoiser")
_HUB_ID = re.compile(r"\w[\w.-]*/[\w.-]+")
_SKETCH_HINT = "the embedded preset's generator 'sketch' needs no weights"
_INSTALL = "pip install 'audioforge[stable-audio]' && pip install --no-deps stable-audio-tools==0.0.19"


@dataclass(frozen=True)
class StableAudioModel:
    """A loaded network.

    Attributes:
        name: As it was asked for.
        network: stable-audio-tools' conditioned diffusion model, in evaluation mode.
        sample_rate: Hz.
        channels: Of the decoded audio.
        sample_size: Samples that the network renders, whatever is asked for.
        latent_shape: ``(channel, time)`` of what is sampled.
        prompt_tokens: Tokens of a prompt that the text tower reads; None if it reads all.
        fingerprint: Of settings, weights and precision.
    """

    name: str
    network: Any
    sample_rate: int
    channels: int
    sample_size: int
    latent_shape: tuple[int, int]
    prompt_tokens: int | None
    fingerprint: str


def load_stable_audio(name: str, device: str, dtype: torch.dtype) -> StableAudioModel:
    """Loads a model of the kind of Stable Audio Open Small.

    Args:
        name: Folder with ``model_config.json`` and weights, or a hub id.
        device: Torch device.
        dtype: Of the network's weights.

    Raises:
        CheckpointError: If the package, a file or the licence's acceptance is missing, or the model is no flow; says
            what to do.
    """
    config_path, weights_path = model_files(name)
    config = json.loads(config_path.read_text(encoding="utf-8"))
    _check_objective(name, config)
    located = with_local_readers(config, config_path.parent)
    network = _network(name, located, weights_path).to(device=device, dtype=dtype).eval().requires_grad_(False)
    ratio = 1 if network.pretransform is None else int(network.pretransform.downsampling_ratio)
    digest = hashlib.sha256(config_path.read_bytes() + str(dtype).encode())
    with weights_path.open("rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())
    return StableAudioModel(
        name=name,
        network=network,
        sample_rate=int(config["sample_rate"]),
        channels=int(config.get("audio_channels", 2)),
        sample_size=int(config["sample_size"]),
        latent_shape=(int(network.io_channels), int(config["sample_size"]) // ratio),
        prompt_tokens=getattr(prompt_conditioner(network), "max_length", None),
        fingerprint=digest.hexdigest()[:16],
    )


def prompt_conditioner(network: Any) -> Any:  # noqa: ANN401 - stable-audio-tools has no types
    """The conditioner that reads the prompt."""
    return network.conditioner.conditioners["prompt"]


def model_files(name: str) -> tuple[Path, Path]:
    """Settings and weights of a model: in a folder, in the hub's cache, or fetched from the hub.

    Raises:
        CheckpointError: If one is missing and can't be fetched; within seconds.
    """
    folder = Path(name)
    if folder.is_dir():
        weights = [folder / own for own in WEIGHTS if (folder / own).is_file()]
        if not (folder / CONFIG).is_file() or not weights:
            raise CheckpointError(f"{folder} needs {CONFIG} and one of {', '.join(WEIGHTS)}; {_SKETCH_HINT}.")
        return folder / CONFIG, weights[0]
    if not _HUB_ID.fullmatch(name):
        raise CheckpointError(f"there is no folder {name}: give one, or a hub id such as {SMALL!r}; {_SKETCH_HINT}.")
    return _hub_file(name, CONFIG), _hub_weights(name)


def _hub_weights(name: str) -> Path:
    try:
        return _hub_file(name, WEIGHTS[0])
    except EntryNotFoundError:
        return _hub_file(name, WEIGHTS[1])


def _hub_file(name: str, file: str) -> Path:
    try:
        return Path(hf_hub_download(name, file, local_files_only=True))
    except (LocalEntryNotFoundError, ValueError):
        pass
    if reason := why_unreachable():
        raise CheckpointError(
            f"{name} is not here: {file} missing from the cache {constants.HF_HUB_CACHE}, and {reason}. "
            f"Fetch it with `hf download {name}` where there is a network, or give a folder; {_SKETCH_HINT}."
        )
    try:
        return Path(hf_hub_download(name, file))
    except GatedRepoError as error:
        raise CheckpointError(
            f"{name} is gated: accept its licence at {constants.ENDPOINT}/{name}, then log in with `hf auth login` or "
            "set HF_TOKEN."
        ) from error
    except RepositoryNotFoundError as error:
        raise CheckpointError(f"the hub has no {name!r}: give {SMALL!r}, or a folder; {_SKETCH_HINT}.") from error
    except EntryNotFoundError:
        raise  # the caller may know another file
    except (HfHubHTTPError, OSError) as error:
        raise CheckpointError(f"{name}: {file} could not be fetched ({error}): try again, or give a folder.") from error


def _check_objective(name: str, config: dict[str, Any]) -> None:
    try:
        objective = config["model"]["diffusion"].get("diffusion_objective", "v")
    except (KeyError, TypeError) as error:
        raise CheckpointError(f"{name}: its {CONFIG} has no model.diffusion: it is no Stable Audio model.") from error
    if objective not in FLOWS:
        raise CheckpointError(
            f"{name} has the objective {objective!r}; only flows are rendered ({', '.join(FLOWS)}), such as {SMALL!r}."
        )


def _network(name: str, config: dict[str, Any], weights: Path) -> Any:  # noqa: ANN401 - as above
    try:
        with _quiet():
            from stable_audio_tools.models.factory import create_model_from_config
            from stable_audio_tools.models.utils import load_ckpt_state_dict
    except ImportError as error:
        raise CheckpointError(f"the generator {name} needs stable-audio-tools ({error}): {_INSTALL}") from error
    network = _created(create_model_from_config, config)
    try:
        network.load_state_dict(load_ckpt_state_dict(str(weights)))
    except RuntimeError as error:
        raise CheckpointError(f"{weights} doesn't fit {CONFIG}: {str(error).splitlines()[0]}") from error
    return network


def _created(create: Callable[[dict[str, Any]], Any], config: dict[str, Any]) -> Any:  # noqa: ANN401 - as above
    try:
        # Built with drawn weights, which the checkpoint replaces.
        with _quiet(), readers_known(config), torch.random.fork_rng(devices=[]):
            return create(config)
    except OSError as error:
        raise CheckpointError(
            f"the text tower can't be read ({str(error).splitlines()[0]}): fetch it again."
        ) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The library prints and warns of its own dependencies while it is imported and while it builds."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
