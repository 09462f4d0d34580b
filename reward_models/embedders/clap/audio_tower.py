"""LAION-CLAP's audio side: windows → log-mel → HTSAT → projection, in float32 or bfloat16.

Fused checkpoints always take the path of a clip that isn't longer than a window, as the windows that arrive here never
are; laion-clap does the same. transformers' extractor marks a random clip of the batch as longer instead, which ties a
score to its neighbours.
"""

import copy
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from reward_models.embedders.clap.front_end import LogMel
from reward_models.embedders.clap.window_attention import with_fused_attention
from reward_models.embedders.load_options import Precision


class AudioTower(nn.Module):
    """Mono windows → un-normalised vectors.

    Args:
        front_end: Windows to features.
        model: transformers' ``ClapAudioModel``; copied.
        projection: Into the space shared with text; copied.
        precision: Of the network. The features and the BatchNorm over mels stay in float32 (dB of -100 to 30 with
            small variances are beyond bfloat16's 8 bits), as does the projection.
    """

    def __init__(
        self, front_end: LogMel, model: nn.Module, projection: nn.Module, precision: Precision = "float32"
    ) -> None:
        super().__init__()
        self.front_end = front_end
        model = with_fused_attention(copy.deepcopy(model).float())
        self.model = model if precision == "float32" else _to_bfloat16(model)
        self.projection = copy.deepcopy(projection).float()

    def forward(self, windows: Float[Tensor, "window time"]) -> Float[Tensor, "window dim"]:
        """Un-normalised vectors, float32; each row on its own."""
        return self.embed_features(self.front_end(windows))

    def embed_features(self, features: Float[Tensor, "window frame mel"]) -> Float[Tensor, "window dim"]:
        """The forward pass without the front end."""
        never_longer = torch.zeros(len(features), 1, dtype=torch.bool, device=features.device)
        output = self.model(input_features=features[:, None], is_longer=never_longer)
        vectors: Tensor = self.projection(output.pooler_output.float())
        return vectors


def _to_bfloat16(model: nn.Module) -> nn.Module:
    """Rounds ``model``, save its BatchNorm over mels and all before it."""
    encoder: Any = model.bfloat16().audio_encoder
    encoder.batch_norm.float()
    encoder.patch_embed.register_forward_pre_hook(_cast_image)
    return model


def _cast_image(_module: nn.Module, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    image, *others = arguments
    return (image.bfloat16(), *others)
