"""What a caller of ``load_embedder`` may choose besides the name."""

from dataclasses import dataclass
from typing import Literal

from reward_models.audio import Fill
from reward_models.checkpoints import CheckpointError

Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class LoadOptions:
    """Where and how an embedder runs.

    Attributes:
        device: Torch device, such as ``cpu`` or ``cuda``.
        precision: Of the audio network.
        fill: How a clip shorter than a window fills it; None for the embedder's own rule.
    """

    device: str = "cpu"
    precision: Precision = "float32"
    fill: Fill | None = None

    def expect_own(self, name: str) -> None:
        """Refuses a choice on behalf of an embedder whose checkpoint has made it already.

        Raises:
            CheckpointError: If precision or fill was chosen.
        """
        if self.precision != "float32" or self.fill is not None:
            raise CheckpointError(
                f"{name} runs in float32 and fills short clips as it was trained: got precision={self.precision!r}, "
                f"fill={self.fill!r}. Leave both out; LAION-CLAP and transformers' audio models take them."
            )
