"""Writes a checkpoint folder: config.json, model.safetensors, tokenizer.json; and measures what was written."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from jaxtyping import Float
from safetensors.torch import save_file
from torch import Tensor

from reward_models.embedders.mini.embedder import FORMAT, MiniEmbedder, MiniNetwork
from reward_models.embedders.mini.front_end import FrontEndConfig, peak_referenced
from reward_models.embedders.mini.network import AudioTower, AudioTowerConfig
from reward_models.embedders.mini.storage import packed
from reward_models.embedders.mini.text import SentenceEncoder, TextTower, TextTowerConfig, load_tokenizer
from training.mini.align import Aligner
from training.mini.augment import SILENCE_DB
from training.mini.cache import Cache, Entry


def export(
    folder: Path, aligner: Aligner, encoder: SentenceEncoder, text_config: TextTowerConfig, tokenizer: Path
) -> None:
    """Writes the checkpoint of an aligner (audio tower and projection) and a text encoder."""
    folder.mkdir(parents=True, exist_ok=True)
    audio = AudioTower(AudioTowerConfig())
    audio.load_state_dict(aligner.audio.state_dict())
    text = TextTower(text_config, load_tokenizer(tokenizer, text_config.max_tokens))
    text.encoder.load_state_dict(encoder.state_dict())
    text.projection.load_state_dict(aligner.projection.state_dict())
    save_file(packed(MiniNetwork(audio, text).state_dict()), str(folder / "model.safetensors"))
    if tokenizer.resolve() != (folder / "tokenizer.json").resolve():
        shutil.copyfile(tokenizer, folder / "tokenizer.json")
    config = {
        "model_type": "mini",
        "format": FORMAT,
        "front_end": asdict(FrontEndConfig()),
        "audio_tower": asdict(AudioTowerConfig()),
        "text_tower": asdict(text_config),
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def windows_of(picture: Float[Tensor, "frame mel"], frames: int) -> Float[Tensor, "window mel frame"]:
    """Windows side by side, the last aligned to the end; a short picture is followed by silence."""
    if len(picture) <= frames:
        padded = torch.full((frames, picture.shape[1]), SILENCE_DB)
        padded[: len(picture)] = picture
        return padded.T[None]
    starts = [*range(0, len(picture) - frames, frames), len(picture) - frames]
    return torch.stack([picture[start : start + frames].T for start in starts])


@torch.no_grad()
def embed_entries(embedder: MiniEmbedder, cache: Cache, entries: Sequence[Entry]) -> Float[Tensor, "entry dim"]:
    """Unit vectors of cached recordings, as ``embed_audio`` makes them from waveforms."""
    config = embedder.front_end.config
    rows = []
    for entry in entries:
        picture = torch.from_numpy(cache.picture(entry)).float()
        windows = peak_referenced(windows_of(picture, config.frames), config.floor_db)
        rows.append(embedder.network.audio(windows).mean(0))
    return torch.nn.functional.normalize(torch.stack(rows), dim=1)
