"""What a CLAP checkpoint of either format becomes once it's read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reward_models.checkpoints import CheckpointError
from reward_models.embedders.clap.checkpoint_files import EMBEDDED_HINT, RECOMMENDED
from reward_models.embedders.clap.front_end import FrontEndConfig


@dataclass(frozen=True)
class ClapParts:
    """Model, tokenizer and front end of one checkpoint.

    Attributes:
        model: transformers' ``ClapModel`` in evaluation mode, float32, on the CPU.
        tokenizer: Of the text tower.
        front_end: What its audio tower was trained on.
        folder: Where the checkpoint lies; a ``calibration.json`` there belongs to it.
    """

    model: Any
    tokenizer: Any
    front_end: FrontEndConfig
    folder: Path


def check_parts(parts: ClapParts, name: str) -> None:
    """Refuses a front end that isn't the one the model was trained on, and a fusion that transformers can't run.

    Raises:
        CheckpointError: If they disagree; says which value against which.
    """
    audio, front_end = parts.model.config.audio_config, parts.front_end
    if front_end.mels != audio.num_mel_bins:
        raise CheckpointError(
            f"{name}: the preprocessor file has {front_end.mels} mel bands, the model hears {audio.num_mel_bins}: "
            "take the file that was published with the checkpoint."
        )
    if (front_end.scale == "htk") != bool(audio.enable_fusion):
        raise CheckpointError(
            f"{name}: the preprocessor file says truncation={'fusion' if front_end.scale == 'htk' else 'rand_trunc'!r} "
            f"but the model has enable_fusion={audio.enable_fusion}; 'fusion' is also the default of transformers' "
            "class. Take the file that was published with the checkpoint."
        )
    if audio.enable_fusion and audio.fusion_type == "channel_map":
        raise CheckpointError(
            f"{name} fuses by 'channel_map', which transformers can't run: use {RECOMMENDED[0]!r}, {EMBEDDED_HINT}."
        )
