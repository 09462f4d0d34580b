"""What learns or was learned: networks, embedder backends, heads and their files. Never imports ``audioforge``."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reward_models.audio import AudioBatch as AudioBatch
    from reward_models.embedders.registry import load_embedder as load_embedder

_LAZY = {"AudioBatch": "reward_models.audio", "load_embedder": "reward_models.embedders.registry"}
__all__ = ["AudioBatch", "load_embedder"]


def __getattr__(name: str) -> object:
    """Imports a public name when it is first used: importing the package stays fast."""
    if name not in _LAZY:
        raise AttributeError(f"module 'reward_models' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_LAZY[name]), name)
