"""musicnn: embeddings and tags of music, trained by others on MagnaTagATune.

The model is ``MTT_musicnn`` of J. Pons and X. Serra, "musicnn: Pre-trained convolutional neural networks for music
audio tagging", 2019 (ISC licence): a CNN on 187 frames (3.01 s) of a 96-band mel spectrogram at 16 kHz. The embedding
is its penultimate layer, 200 numbers a window; its 50 tags serve as a known-answer check and for reports.

It has no text tower, says nothing about quality and hears nothing above 8 kHz. Conventions that differ from the
package: a clip shorter than a window is tiled (the package fails), the last window is aligned to the clip's end (the
package drops the rest), frames lie inside their window, and powers stay float32: the package rounds them to float16,
where ``10000 * power`` overflows to infinity above 6.55, that is for loud tonal music.
"""

from collections.abc import Iterator
from dataclasses import asdict

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from reward_models.audio import AudioBatch
from reward_models.embedders.musicnn_network import PENULTIMATE_WIDTH, MusicnnNetwork, MusicnnOutput
from reward_models.embedders.shifted_log_mel import MelSettings
from reward_models.embedders.stored_network import StoredEmbedder

FRAMES = 187
MEL = MelSettings(
    sample_rate=16_000, n_fft=512, hop_length=256, n_mels=96, scale="slaney", norm="slaney", periodic_window=True
)
WINDOWS_AT_ONCE = {"cpu": 2}
"""Windows in one pass by kind of device (elsewhere 64): the first layer holds 9 MB a window and must stay in cache."""

TAG_NAMES = (
    *("guitar", "classical", "slow", "techno", "strings", "drums", "electronic", "rock", "fast", "piano"),
    *("ambient", "beat", "violin", "vocal", "synth", "female", "indian", "opera", "male", "singing"),
    *("vocals", "no vocals", "harpsichord", "loud", "quiet", "flute", "woman", "male vocal", "no vocal", "pop"),
    *("soft", "sitar", "solo", "man", "classic", "choir", "voice", "new age", "dance", "male voice"),
    *("female vocal", "beats", "harp", "cello", "no voice", "weird", "country", "metal", "female voice", "choral"),
)
"""MagnaTagATune's 50 most frequent tags, in the order of the network's outputs."""

CONFIG: dict[str, object] = {
    "format": "musicnn-1",
    "source": "musicnn 0.1.0 (PyPI), model MTT_musicnn",
    "licence": "ISC",
    "mel": asdict(MEL),
    "compression": "log10(10000 * power + 1)",
    "frames": FRAMES,
    "fill": "repeat",
    "dim": PENULTIMATE_WIDTH,
    "tags": list(TAG_NAMES),
}
"""What ``config.json`` must say: the weights are only right behind exactly this front end."""
SCRIPT = "training/convert_musicnn.py"


class MusicnnEmbedder(StoredEmbedder):
    """Music embedder and tagger; ``load`` reads a converted checkpoint."""

    name = "musicnn"
    sample_rate = MEL.sample_rate
    dim = PENULTIMATE_WIDTH
    window_seconds = MEL.window_length(FRAMES) / MEL.sample_rate
    tag_names = TAG_NAMES

    network: MusicnnNetwork
    network_class, mel, config, script = MusicnnNetwork, MEL, CONFIG, SCRIPT

    @override
    def embed_windows(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window dim"]:
        return torch.cat([output.penultimate for output in self._outputs(windows)])

    def window_features(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window feature"]:
        """Maximum and mean over time of all 753 features, then the embedding: 1706 numbers a window.

        Args:
            windows: Mono, at 16 kHz, ``window_seconds`` long, on ``device``.
        """
        parts = [torch.cat([out.maximum, out.mean, out.penultimate], dim=1) for out in self._outputs(windows)]
        return torch.cat(parts)

    def tags(self, audio: AudioBatch) -> Float[Tensor, "batch tag"]:
        """Probability of each of ``tag_names``, averaged over a clip's windows.

        Args:
            audio: Clips at any rate and channel count.

        Raises:
            AudioError: If a clip is empty or not finite; the message names it.
        """
        frames = self.frame_embeddings(audio)
        with torch.no_grad():
            probability = torch.sigmoid(self.network.output(frames.embedding.to(self.device))).cpu()
        owners = torch.nn.functional.one_hot(frames.clip, len(audio)).float()
        return owners.T @ probability / owners.sum(0)[:, None]

    def _outputs(self, windows: Float[Tensor, "window time"]) -> Iterator[MusicnnOutput]:
        for part in torch.split(windows, WINDOWS_AT_ONCE.get(self.device.type, 64)):
            yield self.network(self._front_end(part))
