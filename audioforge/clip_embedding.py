"""Embedding that survives running out of memory: the batch is halved until it fits, which changes no score."""

from typing import NamedTuple

import torch

from reward_models.audio import AudioBatch
from reward_models.embedders.base import Embedder, FrameEmbeddings


class EmbeddedFrames(NamedTuple):
    """Window vectors of a batch, and how often it was halved on the way."""

    frames: FrameEmbeddings
    halvings: int


def embed_frames(embedder: Embedder, audio: AudioBatch) -> EmbeddedFrames:
    """The embedder's window vectors of every clip, in as many passes as the memory asks for.

    Raises:
        MemoryError, RuntimeError: If a single clip doesn't fit; and whatever else the embedder raises.
    """
    try:
        return EmbeddedFrames(embedder.frame_embeddings(audio), 0)
    except (MemoryError, RuntimeError) as error:
        if len(audio) < 2 or not is_out_of_memory(error):
            raise
    if torch.cuda.is_available():
        torch.cuda.empty_cache()  # what failed has left its pieces in the allocator
    half = len(audio) // 2
    first = embed_frames(embedder, audio.select(range(half)))
    second = embed_frames(embedder, audio.select(range(half, len(audio))))
    joined = FrameEmbeddings(
        torch.cat([first.frames.embedding, second.frames.embedding]),
        torch.cat([first.frames.clip, second.frames.clip + half]),
    )
    return EmbeddedFrames(joined, 1 + first.halvings + second.halvings)


def is_out_of_memory(error: BaseException) -> bool:
    """True for Python's, CUDA's and the CPU allocator's way of saying so."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)
