"""What another network hears in the real recordings: aiSFX's vectors, which the audio tower learns to foretell.

The tower hears a few thousand recordings, aiSFX heard professional libraries; foretelling its vectors from what the
output layer sees keeps distinctions that no caption names. The linear map that does so is not exported.
"""

from collections.abc import Iterable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from reward_models import AudioBatch, load_embedder
from training.mini.cache import Entry
from training.mini.records import SAMPLE_RATE, Recording

LISTENER_DIM = 512


def heard_by_listener(recordings: Iterable[Recording], entries: Sequence[Entry]) -> Float[Tensor, "entry 512"]:
    """AiSFX's unit vectors of the real entries; zeros for all others.

    Args:
        recordings: The real recordings that ``entries`` were made of, in their order; the cache may lack some.
        entries: The cache's entries, real ones first.
    """
    vectors = torch.zeros(len(entries), LISTENER_DIM)
    real = [entry for entry in entries if entry.kind == "real"]
    if not real:
        return vectors
    listener = load_embedder("aisfx")
    position = 0
    for recording in recordings:
        if position < len(real) and _same(recording, real[position]):
            clip = AudioBatch.from_arrays([recording.waveform], SAMPLE_RATE)
            vectors[position] = listener.embed_audio(clip)[0]
            position += 1
    if position < len(real):
        raise RuntimeError(
            f"recording {position} of the cache ({real[position].label!r}) was not among the recordings: "
            "use the sources that the cache was made from, or make the cache again."
        )
    return vectors


def centred(vectors: Float[Tensor, "entry dim"]) -> Float[Tensor, "entry dim"]:
    """The rows that are not zero, less their mean, at unit length again."""
    known = vectors.abs().sum(1) > 0
    result = torch.zeros_like(vectors)
    if bool(known.any()):
        result[known] = torch.nn.functional.normalize(vectors[known] - vectors[known].mean(0), dim=1)
    return result


def _same(recording: Recording, entry: Entry) -> bool:
    return (recording.label, recording.group, recording.phrases) == (entry.label, entry.group, entry.phrases)
