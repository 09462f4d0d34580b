"""``mini``: the text-audio embedder that ships, needs no hub and no network."""

from reward_models.embedders.mini.embedder import MiniEmbedder

__all__ = ["MiniEmbedder"]
