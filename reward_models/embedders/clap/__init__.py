"""LAION-CLAP: text–audio embedder on transformers' weights, with its own front end."""

from reward_models.embedders.clap.embedder import ClapEmbedder

__all__ = ["ClapEmbedder"]
