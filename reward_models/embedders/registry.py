"""Embedders by name: the one table that says which name loads which backend."""

from collections.abc import Callable
from pathlib import Path

from reward_models.checkpoints import CheckpointError, checkpoint_path, load_config
from reward_models.embedders.base import Embedder, TextAudioEmbedder

Loader = Callable[[str, str], Embedder]


def _load_mini(name: str, device: str) -> Embedder:
    from reward_models.embedders.mini import MiniEmbedder

    return MiniEmbedder.load(checkpoint_path(name) if name == "mini" else Path(name), device)


def _load_aisfx(name: str, device: str) -> Embedder:
    from reward_models.embedders.aisfx import AisfxEmbedder

    return AisfxEmbedder.load(checkpoint_path(name), device)


def _load_musicnn(name: str, device: str) -> Embedder:
    from reward_models.embedders.musicnn import MusicnnEmbedder

    return MusicnnEmbedder.load(checkpoint_path(name), device)


def _load_fidelity(name: str, device: str) -> Embedder:
    from reward_models.embedders.fidelity import FidelityEmbedder

    return FidelityEmbedder.load(checkpoint_path(name) if name == "fidelity" else Path(name), device)


def _load_clap(name: str, device: str) -> Embedder:
    from reward_models.embedders.clap import ClapEmbedder

    return ClapEmbedder.load(name, device)


SHIPPED: dict[str, Loader] = {
    "mini": _load_mini,
    "aisfx": _load_aisfx,
    "musicnn": _load_musicnn,
    "fidelity": _load_fidelity,
}
"""Embedders whose weights ship with the package."""


def load_embedder(name: str, *, device: str = "cpu") -> Embedder:
    """Loads an embedder.

    Args:
        name: A shipped one (a key of ``SHIPPED``), a LAION-CLAP hub id (``laion/clap-htsat-unfused``),
            or a folder that holds a checkpoint of one of these kinds.
        device: Torch device, such as ``cpu`` or ``cuda``.

    Raises:
        CheckpointError: If the name is unknown or the weights aren't here; the message says what to do.
    """
    if name in SHIPPED:
        return SHIPPED[name](name, device)
    if Path(name).is_dir():
        return _load_folder(name, device)
    if name.startswith("laion/") or name.endswith(".pt"):
        return _load_clap(name, device)
    raise CheckpointError(
        f"no embedder named {name!r}: give one of {', '.join(SHIPPED)}, a LAION-CLAP id such as "
        "'laion/clap-htsat-unfused', or a folder with a checkpoint."
    )


def load_text_audio_embedder(name: str, *, device: str = "cpu") -> TextAudioEmbedder:
    """``load_embedder`` for callers that need a text tower.

    Raises:
        CheckpointError: As ``load_embedder``, and if the embedder has no text tower.
    """
    embedder = load_embedder(name, device=device)
    if not isinstance(embedder, TextAudioEmbedder):
        raise CheckpointError(f"embedder {name!r} has no text tower: use 'mini' or a LAION-CLAP checkpoint.")
    return embedder


def _load_folder(name: str, device: str) -> Embedder:
    kind = load_config(Path(name)).get("model_type")
    loader = {"clap": _load_clap, "fidelity": _load_fidelity}.get(str(kind), _load_mini)
    return loader(name, device)
