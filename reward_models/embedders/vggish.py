"""VGGish: what the Fréchet audio distance was first computed on; trained by others on YouTube-8M.

The network of S. Hershey et al., "CNN Architectures for Large-Scale Audio Classification", ICASSP 2017, with the
converted weights of ``harritaylor/torchvggish`` (Apache-2.0), as the package frechet-audio-distance uses them: 128
numbers a window of 0.96 s at 16 kHz, before the last ReLU, neither whitened nor quantised.

It is here to compare with published figures. For music and for damage other embedders follow listeners better
(arXiv 2311.01616), and nothing above 7.5 kHz is heard. Conventions that differ from the package: a clip shorter than a
window is tiled (there it fails), the last window is aligned to the clip's end (there the rest is dropped).
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn
from typing_extensions import override

from reward_models.checkpoints import CheckpointError
from reward_models.embedders.base import Embedder
from reward_models.embedders.published_weights import PublishedWeights, find_weights, read_pickled, tensors_fingerprint

PUBLISHED = PublishedWeights(
    "vggish-10086976.pth",
    "https://github.com/harritaylor/torchvggish/releases/download/v0.1/vggish-10086976.pth",
    "275 MB",
)
SAMPLE_RATE = 16_000
FRAME_LENGTH = 400
HOP_LENGTH = 160
N_FFT = 512
FRAMES = 96
MELS = 64
MEL_HZ = (125.0, 7_500.0)
LOG_OFFSET = 0.01
WINDOW_SAMPLES = (FRAMES - 1) * HOP_LENGTH + FRAME_LENGTH
_LAYERS = ((0, True), (3, True), (6, False), (8, True), (11, False), (13, True))
"""Place of each convolution in the published file, and whether its picture is halved after it."""


class VggishNetwork(nn.Module):
    """Log-mel pictures → vectors; sizes are read off the weights.

    Args:
        weights: Of the published file's names.
    """

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for place, halved in _LAYERS:
            wide, narrow = weights[f"features.{place}.weight"].shape[:2]
            layers += [nn.Conv2d(narrow, wide, 3, padding=1), nn.ReLU()] + ([nn.MaxPool2d(2)] if halved else [])
        self.features = nn.Sequential(*layers)
        shapes = [weights[f"embeddings.{place}.weight"].shape for place in (0, 2, 4)]
        first, second, last = (nn.Linear(narrow, wide) for wide, narrow in shapes)
        self.embeddings = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), last)
        self.dim = last.out_features

    @override
    def forward(self, picture: Float[Tensor, "window frame mel"]) -> Float[Tensor, "window dim"]:
        hidden = self.features(picture[:, None])
        # The published weights expect TensorFlow's order: channels last.
        vectors: Tensor = self.embeddings(hidden.permute(0, 2, 3, 1).flatten(1))
        return vectors


class VggishLogMel:
    """Windows → natural logarithm of mel-summed *magnitudes* plus 0.01; frames lie inside the window.

    Args:
        device: Where the windows are.
    """

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self._device = torch.device(device)
        # In float32 the bands that hold next to nothing are off by more than 1e-4; Apple's MPS has no float64.
        dtype = torch.float32 if self._device.type == "mps" else torch.float64
        self._filters = _mel_triangles(N_FFT // 2 + 1).to(dtype).to(self._device)
        self._window = torch.hann_window(FRAME_LENGTH, dtype=dtype, device=self._device)

    def __call__(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window frame mel"]:
        """Pictures of 96 frames for windows of 15 600 samples; silence is ``log(0.01)``."""
        frames = windows.unfold(-1, FRAME_LENGTH, HOP_LENGTH) * self._window
        return torch.log(torch.fft.rfft(frames, N_FFT).abs() @ self._filters + LOG_OFFSET).float()


class VggishEmbedder(Embedder):
    """VGGish as published.

    Args:
        weights: Of the published file.
        device: Torch device.

    Raises:
        CheckpointError: If a tensor is missing or has another shape.
    """

    name = "vggish"
    sample_rate = SAMPLE_RATE
    window_seconds = WINDOW_SAMPLES / SAMPLE_RATE
    hop_seconds = FRAMES * HOP_LENGTH / SAMPLE_RATE

    def __init__(self, weights: Mapping[str, Tensor], device: str = "cpu") -> None:
        own = {key: value for key, value in weights.items() if key.startswith(("features.", "embeddings."))}
        try:
            network = VggishNetwork(own)
            network.load_state_dict(own)
        except (KeyError, RuntimeError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise CheckpointError(f"these are no weights of VGGish ({reason}): use {PUBLISHED.file}.") from error
        self.dim = network.dim
        self.device = torch.device(device)
        self.fingerprint = tensors_fingerprint(own, extra="vggish-1")
        self.network = network.to(self.device).eval().requires_grad_(False)
        self._front_end = VggishLogMel(self.device)

    @classmethod
    def load(cls, name: str = "vggish", device: str = "cpu") -> "VggishEmbedder":
        """Loads the published weights.

        Args:
            name: Path of the file, or ``vggish`` for the one in torch's hub folder.
            device: Torch device.

        Raises:
            CheckpointError: If they aren't here or are damaged; says where to get them.
        """
        return cls(read_pickled(find_weights(name, PUBLISHED)), device)

    @override
    def embed_windows(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window dim"]:
        vectors: Tensor = self.network(self._front_end(windows))
        return vectors


def _mel_triangles(bins: int) -> Float[Tensor, "bin mel"]:
    # Triangles in mel, of unit height; the other filter banks of this package have theirs in Hz.
    mel = 1127.0 * torch.log1p(torch.linspace(0, SAMPLE_RATE / 2, bins, dtype=torch.float64) / 700.0)
    low, high = (1127.0 * torch.log1p(torch.tensor(own, dtype=torch.float64) / 700.0) for own in MEL_HZ)
    edges = torch.linspace(float(low), float(high), MELS + 2, dtype=torch.float64)
    rising = (mel[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - mel[:, None]) / (edges[2:] - edges[1:-1])
    return torch.minimum(rising, falling).clamp_min(0)
