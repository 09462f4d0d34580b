"""``MiniEmbedder``: front end, audio tower and text tower behind the embedder interface.

A ranker over what it was taught (see the model card for what that was): good at telling matching captions from others
among everyday sounds, effects, instruments, drums and ambiences; no substitute for LAION-CLAP on rare subjects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from typing_extensions import override

from reward_models.audio import Fill
from reward_models.calibration_files import find_calibration
from reward_models.checkpoints import CheckpointError, built_from, fingerprint, load_config, load_weights
from reward_models.embedders.base import TextAudioEmbedder, as_texts
from reward_models.embedders.mini.front_end import FrontEndConfig, LogMel
from reward_models.embedders.mini.network import AudioTower, AudioTowerConfig
from reward_models.embedders.mini.storage import unpacked
from reward_models.embedders.mini.text import TextTower, TextTowerConfig, load_tokenizer

FORMAT = 2
PREPROCESSING_VERSION = "mini-1"
"""Part of the fingerprint: changes whenever the front end's arithmetic does."""

TEXTS_AT_ONCE = 256

Part = TypeVar("Part", FrontEndConfig, AudioTowerConfig, TextTowerConfig)


class MiniNetwork(nn.Module):
    """Both towers; its state is what ``model.safetensors`` holds."""

    def __init__(self, audio: AudioTower, text: TextTower) -> None:
        super().__init__()
        self.audio = audio
        self.text = text


class MiniEmbedder(TextAudioEmbedder):
    """The shipped text-audio embedder.

    Short clips are followed by silence (``fill`` is "zero"): a short sound stays a short sound.
    """

    name = "mini"
    hop_seconds: float | None = None
    fill: Fill = "zero"

    def __init__(self, network: MiniNetwork, front_end: LogMel, fingerprint: str, device: str = "cpu") -> None:
        self.device = torch.device(device)
        self.network = network.eval().requires_grad_(False).to(self.device)
        self.front_end = front_end.to(self.device)
        self.sample_rate = front_end.config.sample_rate
        self.window_seconds = front_end.config.window_seconds
        self.dim = network.text.config.dim
        self.fingerprint = fingerprint

    @classmethod
    def load(cls, folder: Path, device: str = "cpu") -> "MiniEmbedder":
        """Loads a checkpoint folder: ``config.json``, ``model.safetensors``, ``tokenizer.json``.

        Raises:
            CheckpointError: If a file is missing or was written by another version; the message says which.
        """
        with built_from(folder):
            return cls._built(folder, device)

    @classmethod
    def _built(cls, folder: Path, device: str) -> "MiniEmbedder":
        config = load_config(folder)
        _check_format(config, folder)
        text_config = _part(TextTowerConfig, config, "text_tower", folder)
        tokenizer_path = folder / "tokenizer.json"
        if not tokenizer_path.is_file():
            raise CheckpointError(f"{folder} has no tokenizer.json: restore the checkpoint, or train it again.")
        tokenizer = load_tokenizer(tokenizer_path, text_config.max_tokens)
        if tokenizer.get_vocab_size() != text_config.vocabulary:
            pieces = f"{tokenizer.get_vocab_size()} word pieces, the text tower knows {text_config.vocabulary}"
            raise CheckpointError(f"{tokenizer_path} has {pieces}: restore both from the same checkpoint.")
        audio_tower = AudioTower(_part(AudioTowerConfig, config, "audio_tower", folder))
        network = MiniNetwork(audio_tower, TextTower(text_config, tokenizer))
        _load_state(network, unpacked(load_weights(folder)), folder)
        front_end = LogMel(_part(FrontEndConfig, config, "front_end", folder))
        embedder = cls(network, front_end, fingerprint(folder, extra=PREPROCESSING_VERSION), device)
        embedder.calibration = find_calibration(folder, embedder.fingerprint)
        return embedder

    @override
    def embed_windows(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window dim"]:
        vectors: Tensor = self.network.audio(self.front_end(windows))
        return vectors

    @override
    def embed_text(self, texts: Sequence[str]) -> Float[Tensor, "batch dim"]:
        texts = as_texts(texts)
        with torch.no_grad():
            chunks = [
                self.network.text(texts[start : start + TEXTS_AT_ONCE]).float().cpu()
                for start in range(0, len(texts), TEXTS_AT_ONCE)
            ]
        vectors = torch.cat(chunks) if chunks else torch.zeros(0, self.dim)
        return nn.functional.normalize(vectors, dim=1)

    def quality_features(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window k"]:
        """Mean and standard deviation of every channel of the first two stages, 192 numbers.

        Early activations still hold what the output has learned to overlook: hiss, dull filters, clipping.

        Args:
            windows: Mono windows at ``sample_rate``, on ``device``.
        """
        with torch.no_grad():
            early = self.network.audio.stage_features(self.front_end(windows))[:2]
        pooled = [statistic for stage in early for statistic in (stage.mean((2, 3)), stage.std((2, 3)))]
        return torch.cat(pooled, dim=1).float()


def _check_format(config: Mapping[str, object], folder: Path) -> None:
    if config.get("model_type") != "mini" or config.get("format") != FORMAT:
        raise CheckpointError(
            f"{folder}/config.json says model_type {config.get('model_type')!r}, format {config.get('format')!r}; "
            f"expected 'mini', format {FORMAT}: make a new checkpoint with training/fit_mini.py."
        )


def _part(kind: type[Part], config: Mapping[str, object], key: str, folder: Path) -> Part:
    values = config.get(key)
    known = {field.name for field in fields(kind)}
    if not isinstance(values, dict) or not set(values) <= known:
        raise CheckpointError(f"{folder}/config.json: {key!r} must be an object with keys among {sorted(known)}.")
    settings: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
    return kind(**settings)


def _load_state(network: MiniNetwork, state: dict[str, Tensor], folder: Path) -> None:
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise CheckpointError(
            f"{folder}/model.safetensors doesn't fit its config.json ({str(error).splitlines()[0]}): "
            "restore both from the same checkpoint."
        ) from error
