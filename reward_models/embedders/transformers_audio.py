"""Any audio model of transformers as an embedder: wav2vec 2.0, HuBERT, AST, Whisper's encoder, EnCodec and the like.

A window's vector is the mean over time of the model's last hidden states (for EnCodec the encoder's output, before it
is quantised). Features come from the checkpoint's own extractor, whole windows at a time: no window is padded, so no
mask is needed, and rows don't touch. Windows are as long as the extractor's fixed input where it has one (AST 10.24 s,
Whisper 30 s), else 10 s. There is no text tower, and nobody has checked what a given model's vectors are good for.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from typing_extensions import override

from reward_models.audio import Fill
from reward_models.checkpoints import CheckpointError
from reward_models.embedders.base import Embedder
from reward_models.embedders.load_options import Precision
from reward_models.embedders.published_weights import tensors_fingerprint
from reward_models.embedders.transformers_files import audio_model_folder

WINDOW_SECONDS = 10.0
_CODECS = ("encodec",)
_UNUSED = ("masked_spec_embed", "pooler", "decoder", "quantizer")
"""Parts that no vector depends on: a checkpoint without them is whole."""


class TransformersAudioEmbedder(Embedder):
    """Mean of a model's last hidden states.

    Args:
        name: As given to ``load``.
        model: With its weights.
        extractor: The checkpoint's own feature extractor.
        device: Torch device.
        fill: How a clip shorter than a window fills it.
        precision: Of the network; features stay in float32.

    Raises:
        CheckpointError: If the model doesn't turn audio into hidden states.
    """

    def __init__(
        self,
        name: str,
        model: nn.Module,
        extractor: Any,  # noqa: ANN401 - untyped upstream
        *,
        device: str = "cpu",
        fill: Fill = "repeat",
        precision: Precision = "float32",
    ) -> None:
        self.name = name
        self.device = torch.device(device)
        self.fill = fill
        self.sample_rate = int(extractor.sampling_rate)
        self.window_seconds = fixed_seconds(extractor) or WINDOW_SECONDS
        self._input = str(model.main_input_name)
        self._precision = precision
        self._extractor = extractor
        settings = {"fill": fill, "precision": precision, "extractor": extractor.to_dict(), "pooling": "mean-1"}
        extra = json.dumps(settings, sort_keys=True, default=str)
        network = _network(model)
        self.fingerprint = tensors_fingerprint(network.state_dict(), extra=extra)
        self.network = network.to(self.device).eval().requires_grad_(False)
        self.dim = self._probed_dim()

    @classmethod
    def load(
        cls, name: str, device: str = "cpu", *, fill: Fill = "repeat", precision: Precision = "float32"
    ) -> "TransformersAudioEmbedder":
        """Loads a model by hub id or folder.

        Args:
            name: Such as ``facebook/wav2vec2-base``, ``MIT/ast-finetuned-audioset-10-10-0.4593``,
                ``facebook/encodec_24khz``, or a folder.
            device: Torch device.
            fill: How a clip shorter than a window fills it.
            precision: ``bfloat16`` is faster where the processor has it.

        Raises:
            CheckpointError: If files are missing or damaged, or the model is none of audio; within seconds.
        """
        folder = audio_model_folder(name)
        model, extractor = _read(folder)
        return cls(name, model, extractor, device=device, fill=fill, precision=precision)

    @override
    def embed_windows(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window dim"]:
        samples: Sequence[Any] = list(windows.cpu().numpy())
        features = self._extractor(samples, sampling_rate=self.sample_rate, return_tensors="pt")
        inputs = features[self._input].to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._precision == "bfloat16"):
            hidden: Tensor = self.network(inputs)
        return hidden.float().mean(1)

    def _probed_dim(self) -> int:
        try:
            with torch.no_grad():
                return self.embed_windows(torch.zeros(1, round(self.window_seconds * self.sample_rate))).shape[1]
        except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"{self.name} doesn't turn audio into hidden states ({error}): it can't serve as an embedder."
            ) from error


class _HiddenStates(nn.Module):
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    @override
    def forward(self, inputs: Tensor) -> Tensor:
        hidden: Tensor = self.model(inputs).last_hidden_state
        return hidden


class _CodecStates(nn.Module):
    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    @override
    def forward(self, inputs: Tensor) -> Tensor:
        hidden: Tensor = self.encoder(inputs)
        return hidden.transpose(1, 2)


def fixed_seconds(extractor: Any) -> float | None:  # noqa: ANN401 - untyped upstream
    """Length of an extractor's fixed input in seconds; None if it takes any length."""
    samples = getattr(extractor, "n_samples", None)  # Whisper
    if samples is not None:
        return float(samples) / float(extractor.sampling_rate)
    frames = getattr(extractor, "max_length", None)  # AST: frames of 25 ms every 10 ms
    return None if frames is None else (frames - 1) * 0.010 + 0.025


def _network(model: nn.Module) -> nn.Module:
    config: Any = model.config
    if config.model_type in _CODECS:
        return _CodecStates(model.get_submodule("encoder"))
    if getattr(config, "is_encoder_decoder", False):
        encoder: nn.Module = model.get_encoder()  # type: ignore[operator]
        return _HiddenStates(encoder)
    return _HiddenStates(model)


def _read(folder: Path) -> tuple[nn.Module, Any]:
    from transformers import AutoFeatureExtractor, AutoModel

    loader: Any = AutoModel
    reader: Any = AutoFeatureExtractor
    try:
        extractor = reader.from_pretrained(str(folder), local_files_only=True)
        model, loading = loader.from_pretrained(str(folder), local_files_only=True, output_loading_info=True)
    except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
        raise CheckpointError(
            f"{folder} can't be read as an audio model ({str(error).splitlines()[0]}): fetch it again."
        ) from error
    # transformers fills missing weights with random numbers and warns; such a model would embed noise.
    missing = sorted(key for key in loading["missing_keys"] if not any(part in key for part in _UNUSED))
    if missing:
        raise CheckpointError(
            f"the weights in {folder} lack {len(missing)} tensors, such as {missing[0]}: fetch the model again."
        )
    return model.float(), extractor
