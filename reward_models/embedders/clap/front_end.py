"""The log-mel features that LAION-CLAP's audio tower hears, computed in batches on the embedder's device.

Centred frames with reflected edges, periodic Hann window, power spectrum, mel bands, ``10 * log10(max(power, 1e-10))``
in dB without a floor relative to the peak. Equal to transformers' ``ClapFeatureExtractor`` within 1e-4 dB. What it is
not: it neither pads nor cuts; ``AudioBatch.windows`` has done that.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from reward_models.checkpoints import CheckpointError
from reward_models.embedders.clap.mel_filters import MelScale, mel_filters

_FILES = ("preprocessor_config.json", "processor_config.json")
_POWER_FLOOR = 1e-10
_WINDOWS_AT_ONCE_ON_CPU = 1
"""A window's frames in float64 take 8 MB: one at a time stays in the cache and is 1.7 times as fast as eight."""
_WINDOWS_AT_ONCE_ON_GPU = 16


@dataclass(frozen=True)
class FrontEndConfig:
    """What turns samples into the features a checkpoint was trained on.

    Attributes:
        sample_rate: Hz.
        window_seconds: Length of the network's input.
        n_fft: Samples of a frame.
        hop_length: Samples between frames.
        mels: Bands.
        low: Lower edge of the lowest band in Hz.
        high: Upper edge of the highest band in Hz.
        scale: Form of the filter bank.
    """

    sample_rate: int
    window_seconds: float
    n_fft: int
    hop_length: int
    mels: int
    low: float
    high: float
    scale: MelScale


def read_front_end_config(folder: Path) -> FrontEndConfig:
    """The checkpoint's own preprocessor file; the defaults of transformers' class belong to no checkpoint.

    Raises:
        CheckpointError: If the file or one of its fields is missing.
    """
    path, fields = _read_fields(folder)
    try:
        return FrontEndConfig(
            sample_rate=int(fields["sampling_rate"]),
            window_seconds=float(fields["max_length_s"]),
            n_fft=int(fields["fft_window_size"]),
            hop_length=int(fields["hop_length"]),
            mels=int(fields["feature_size"]),
            low=float(fields["frequency_min"]),
            high=float(fields["frequency_max"]),
            scale="htk" if fields["truncation"] == "fusion" else "slaney",
        )
    except KeyError as error:
        raise CheckpointError(
            f"{path} lacks {error}: take the file that was published with the checkpoint; "
            "the defaults of transformers' ClapFeatureExtractor change the features by up to 22 dB."
        ) from error


def _read_fields(folder: Path) -> tuple[Path, dict[str, Any]]:
    for path in (folder / name for name in _FILES):
        if path.is_file():
            fields = _read_object(path)
            # transformers 5 saves a processor's parts nested in one file.
            fields = fields.get("feature_extractor", fields)
            if "feature_size" in fields:
                return path, fields
    raise CheckpointError(
        f"{folder} has no {_FILES[0]} of a CLAP checkpoint: take the file that was published with the weights; "
        "without it the features would be guesses."
    )


def _read_object(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is no JSON object ({error}): fetch the checkpoint's own file again.") from error


class LogMel(nn.Module):
    """Windows → log-mel features.

    The transform runs in float64: in float32 the quiet bands beside a loud tone are off by up to 0.1 dB. Where the
    device has no float64 (Apple's MPS) it runs in float32.
    """

    window: Tensor
    filters: Tensor

    def __init__(self, config: FrontEndConfig) -> None:
        super().__init__()
        self.config = config
        bins = config.n_fft // 2 + 1
        filters = mel_filters(
            bins, config.mels, sample_rate=config.sample_rate, low=config.low, high=config.high, scale=config.scale
        )
        heard = int(filters.any(dim=1).nonzero().max()) + 1
        self.register_buffer("window", torch.hann_window(config.n_fft, dtype=torch.float64), persistent=False)
        self.register_buffer("filters", filters[:heard].float(), persistent=False)

    def forward(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window frame mel"]:
        """Features in dB, float32, of windows at full scale [-1, 1].

        ``frame`` is ``time // hop_length + 1``; silence is -100 dB.
        """
        at_once = _WINDOWS_AT_ONCE_ON_CPU if windows.device.type == "cpu" else _WINDOWS_AT_ONCE_ON_GPU
        return torch.cat([self._log_mel(part) for part in torch.split(windows, at_once)])

    def _log_mel(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window frame mel"]:
        dtype = torch.float32 if windows.device.type == "mps" else torch.float64
        spectrum = torch.stft(
            windows.to(dtype),
            self.config.n_fft,
            self.config.hop_length,
            window=self.window.to(dtype),
            pad_mode="reflect",
            return_complex=True,
        )
        heard = torch.view_as_real(spectrum[:, : len(self.filters)]).float()
        power = heard.square().sum(-1).transpose(1, 2)
        return 10.0 * torch.log10((power @ self.filters).clamp_min(_POWER_FLOOR))
