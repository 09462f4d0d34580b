"""aiSFX: embeddings of sound effects, trained by others on professional sound-effect libraries.

The model is *X-Sequential-CE* of A. B. Ma and A. Lerch, "Representation Learning for the Automatic Indexing of Sound
Effects Libraries", ISMIR 2022 (weights CC BY 4.0): an eight-layer CNN on 100 frames (2.35 s) of a 96-band mel
spectrogram at 44.1 kHz, 512 numbers a window. The batch normalisations are folded into the convolutions.

It has no text tower and says nothing about quality. It hears absolute level (as published: no normalisation), pitch and
spectrum up to 22 kHz. Conventions that differ from the package: a clip shorter than a window is tiled rather than
padded with silence, the last window is aligned to the clip's end rather than dropped.
"""

from dataclasses import asdict

import torch
from jaxtyping import Float
from torch import Tensor, nn
from typing_extensions import override

from reward_models.embedders.shifted_log_mel import MelSettings
from reward_models.embedders.stored_network import StoredEmbedder

FRAMES = 100
HOP_FRAMES = 50
MEL = MelSettings(
    sample_rate=44_100, n_fft=2048, hop_length=1024, n_mels=96, scale="htk", norm="unit_sum", periodic_window=False
)
MEL_MAX = 9.457798957824707
"""Largest log-mel value of the published training set: inputs are divided by it."""

WIDTHS = (64, 128, 256, 512)

CONFIG: dict[str, object] = {
    "format": "aisfx-folded-1",
    "source": "aisfx 0.1.2 (PyPI), model X-Sequential-CE, ISMIR 2022",
    "licence": "CC-BY-4.0",
    "mel": asdict(MEL),
    "compression": "log10(10000 * power + 1) / mel_max",
    "mel_max": MEL_MAX,
    "frames": FRAMES,
    "hop_frames": HOP_FRAMES,
    "fill": "repeat",
    "dim": WIDTHS[-1],
}
"""What ``config.json`` must say: the weights are only right behind exactly this front end."""
SCRIPT = "training/convert_aisfx.py"


class AisfxNetwork(nn.Module):
    """Four blocks of two 3×3 convolutions; the first three halve time and frequency."""

    def __init__(self) -> None:
        super().__init__()
        ins = (1, *WIDTHS[:-1])
        self.convolutions = nn.ModuleList(
            nn.Conv2d(a, b, 3, padding=1)
            for narrow, wide in zip(ins, WIDTHS, strict=True)
            for a, b in ((narrow, wide), (wide, wide))
        )

    @override
    def forward(self, log_mel: Float[Tensor, "window frame mel"]) -> Float[Tensor, "window channel step"]:
        """Activations of the last block, averaged over frequency; one step is 8 frames (186 ms)."""
        hidden = log_mel[:, None].contiguous(memory_format=torch.channels_last)
        for index, convolution in enumerate(self.convolutions):
            hidden = torch.relu_(convolution(hidden))
            if index in (1, 3, 5):
                hidden = nn.functional.max_pool2d(hidden, 2)
        return hidden.mean(3)


class AisfxEmbedder(StoredEmbedder):
    """Sound-effect embedder; ``load`` reads a converted checkpoint."""

    name = "aisfx"
    sample_rate = MEL.sample_rate
    dim = WIDTHS[-1]
    window_seconds = MEL.window_length(FRAMES) / MEL.sample_rate
    hop_seconds = HOP_FRAMES * MEL.hop_length / MEL.sample_rate

    network: AisfxNetwork
    network_class, mel, config, script = AisfxNetwork, MEL, CONFIG, SCRIPT

    @override
    def embed_windows(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window dim"]:
        return self._activations(windows).amax(2)

    def window_features(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window feature"]:
        """Maximum (the embedding), mean and standard deviation over time of the last block: 1536 numbers a window.

        Args:
            windows: Mono, at 44.1 kHz, ``window_seconds`` long, on ``device``.
        """
        activations = self._activations(windows)
        spread = activations.std(2, correction=0)
        return torch.cat([activations.amax(2), activations.mean(2), spread], dim=1)

    def _activations(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window channel step"]:
        steps: Tensor = self.network(self._front_end(windows) / MEL_MAX)
        return steps
