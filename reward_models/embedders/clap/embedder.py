"""LAION-CLAP as an embedder: transformers' network and weights, this project's front end and windows.

48 kHz, windows of 10 s, 512-d vectors. A clip longer than a window becomes several, the last aligned to its end, where
transformers and laion-clap take one at random. A shorter one is tiled (``fill="repeat"``); ``"repeatpad"`` is the rule
of those two, whose silent tail jumps from 2 % to 49 % between 4.9 s and 5.1 s.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from reward_models.audio import Fill
from reward_models.calibration_files import find_calibration
from reward_models.embedders.base import TextAudioEmbedder, as_texts
from reward_models.embedders.clap.audio_tower import AudioTower
from reward_models.embedders.clap.fingerprints import clap_fingerprint
from reward_models.embedders.clap.front_end import LogMel
from reward_models.embedders.clap.laion_checkpoint import read_laion_checkpoint
from reward_models.embedders.clap.parts import ClapParts, check_parts
from reward_models.embedders.clap.text_tower import TextTower, check_not_collapsed, check_tokenizer
from reward_models.embedders.clap.transformers_checkpoint import read_transformers_checkpoint
from reward_models.embedders.load_options import Precision


class ClapEmbedder(TextAudioEmbedder):
    """LAION-CLAP.

    Args:
        name: As given to ``load``.
        parts: Model, tokenizer and front end of one checkpoint.
        device: Torch device.
        fill: How a clip shorter than a window fills it.
        precision: Of the audio tower; the text tower is always float32.

    Raises:
        CheckpointError: If the parts don't fit each other or the tokenizer is empty.
    """

    def __init__(
        self,
        name: str,
        parts: ClapParts,
        *,
        device: str = "cpu",
        fill: Fill = "repeat",
        precision: Precision = "float32",
    ) -> None:
        check_parts(parts, name)
        check_tokenizer(parts.tokenizer, name)
        model = parts.model
        self.name = name
        self.sample_rate = parts.front_end.sample_rate
        self.dim = int(model.config.projection_dim)
        self.window_seconds = parts.front_end.window_seconds
        self.fill = fill
        self.device = torch.device(device)
        self.fingerprint = clap_fingerprint(parts, fill=fill, precision=precision)
        self.calibration = find_calibration(parts.folder, self.fingerprint)
        self.logit_scale = float(model.logit_scale_a.detach().exp())
        audio = AudioTower(LogMel(parts.front_end), model.audio_model, model.audio_projection, precision)
        self.audio_tower = audio.to(self.device).eval()
        self.text_tower = TextTower(model.text_model, model.text_projection, parts.tokenizer).to(self.device).eval()

    @classmethod
    def load(
        cls, name: str, device: str = "cpu", *, fill: Fill = "repeat", precision: Precision = "float32"
    ) -> "ClapEmbedder":
        """Loads a checkpoint and checks that both towers work.

        Args:
            name: A hub id (``laion/clap-htsat-unfused``), a folder in transformers' format, or a ``.pt`` file of
                laion-clap.
            device: Torch device, such as ``cpu`` or ``cuda``.
            fill: How a clip shorter than a window fills it.
            precision: ``bfloat16`` is faster where the processor has it, at a cosine of about 0.9999 to ``float32``.

        Raises:
            CheckpointError: If files are missing or damaged, or the text tower is collapsed; names the mend.
        """
        read = read_laion_checkpoint if name.endswith(".pt") else read_transformers_checkpoint
        embedder = cls(name, read(name), device=device, fill=fill, precision=precision)
        check_not_collapsed(embedder.text_tower, name)
        return embedder

    @override
    def embed_windows(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window dim"]:
        vectors: Tensor = self.audio_tower(windows)
        return vectors

    @override
    def embed_text(self, texts: Sequence[str]) -> Float[Tensor, "batch dim"]:
        """Unit vectors of the texts, float32 on the CPU; words past 512 tokens aren't read.

        Raises:
            ValueError: If a single string is given.
        """
        texts = as_texts(texts)
        if not texts:
            return torch.zeros(0, self.dim)
        with torch.no_grad():
            vectors: Tensor = self.text_tower(texts)
        return vectors.cpu()
