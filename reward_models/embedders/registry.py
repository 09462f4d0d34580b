"""Embedders by name: the one table that says which name or folder loads which backend."""

from collections.abc import Callable
from pathlib import Path

from reward_models.audio import Fill
from reward_models.checkpoints import CheckpointError, checkpoint_path, load_config
from reward_models.device import require_device
from reward_models.embedders.base import Embedder, TextAudioEmbedder
from reward_models.embedders.load_options import LoadOptions, Precision

Loader = Callable[[str, LoadOptions], Embedder]


def _load_mini(name: str, options: LoadOptions) -> Embedder:
    from reward_models.embedders.mini import MiniEmbedder

    return MiniEmbedder.load(_own_folder(name, options), options.device)


def _load_aisfx(name: str, options: LoadOptions) -> Embedder:
    from reward_models.embedders.aisfx import AisfxEmbedder

    return AisfxEmbedder.load(_own_folder(name, options), options.device)


def _load_musicnn(name: str, options: LoadOptions) -> Embedder:
    from reward_models.embedders.musicnn import MusicnnEmbedder

    return MusicnnEmbedder.load(_own_folder(name, options), options.device)


def _load_fidelity(name: str, options: LoadOptions) -> Embedder:
    from reward_models.embedders.fidelity import FidelityEmbedder

    return FidelityEmbedder.load(_own_folder(name, options), options.device)


def _load_clap(name: str, options: LoadOptions) -> Embedder:
    from reward_models.embedders.clap import ClapEmbedder

    return ClapEmbedder.load(name, options.device, fill=options.fill or "repeat", precision=options.precision)


def _load_vggish(name: str, options: LoadOptions) -> Embedder:
    from reward_models.embedders.vggish import VggishEmbedder

    options.expect_own(name)
    return VggishEmbedder.load(name, options.device)


def _load_pann(name: str, options: LoadOptions) -> Embedder:
    from reward_models.embedders.pann import PannEmbedder

    options.expect_own(name)
    return PannEmbedder.load(name, options.device)


def _load_transformers_audio(name: str, options: LoadOptions) -> Embedder:
    from reward_models.embedders.transformers_audio import TransformersAudioEmbedder

    fill = options.fill or "repeat"
    return TransformersAudioEmbedder.load(name, options.device, fill=fill, precision=options.precision)


SHIPPED: dict[str, Loader] = {
    "mini": _load_mini,
    "aisfx": _load_aisfx,
    "musicnn": _load_musicnn,
    "fidelity": _load_fidelity,
}
"""Embedders whose weights ship with the package; a folder's ``config.json`` names one of them by its format."""

PUBLISHED: dict[str, Loader] = {"vggish": _load_vggish, "pann": _load_pann, "pann-16k": _load_pann}
"""Embedders whose weights are one file that others published."""
_FILE_NAMES = {"vggish": _load_vggish, "Cnn14": _load_pann}
"""How the published files' names begin."""


def load_embedder(
    name: str, *, device: str = "cpu", precision: Precision = "float32", fill: Fill | None = None
) -> Embedder:
    """Loads an embedder.

    Args:
        name: A shipped one (a key of ``SHIPPED``), a published one (of ``PUBLISHED``) or its ``.pth`` file, a
            LAION-CLAP hub id (``laion/clap-htsat-unfused``) or ``.pt`` file, the hub id of any other audio model of
            transformers, or a folder that holds a checkpoint of one of these kinds.
        device: Torch device, such as ``cpu`` or ``cuda``.
        precision: Of the audio network, where the embedder leaves the choice.
        fill: How a clip shorter than a window fills it, where the embedder leaves the choice.

    Raises:
        CheckpointError: If the name is unknown, the weights aren't here or an option isn't the caller's to choose; the
            message says what to do.
    """
    require_device(device)
    return _loader(name)(name, LoadOptions(device, precision, fill))


def load_text_audio_embedder(
    name: str, *, device: str = "cpu", precision: Precision = "float32", fill: Fill | None = None
) -> TextAudioEmbedder:
    """``load_embedder`` for callers that need a text tower.

    Raises:
        CheckpointError: As ``load_embedder``, and if the embedder has no text tower.
    """
    embedder = load_embedder(name, device=device, precision=precision, fill=fill)
    if not isinstance(embedder, TextAudioEmbedder):
        raise CheckpointError(f"embedder {name!r} has no text tower: use 'mini' or a LAION-CLAP checkpoint.")
    return embedder


def _loader(name: str) -> Loader:
    path = Path(name)
    if loader := (SHIPPED | PUBLISHED).get(name):
        return loader
    if path.is_dir():
        return _folder_loader(path)
    if path.suffix == ".pth":
        return _file_loader(path)
    if name.startswith("laion/") or path.suffix == ".pt":
        return _load_clap
    if path.is_absolute() or name.startswith((".", "~")):  # a path with one slash would pass for a hub id
        raise CheckpointError(f"there is no folder {name}: check the path, or give {', '.join(SHIPPED)}, which ship.")
    if name.count("/") == 1:
        return _load_transformers_audio
    raise CheckpointError(
        f"no embedder named {name!r}: give one of {', '.join(SHIPPED | PUBLISHED)}, a LAION-CLAP id such as "
        "'laion/clap-htsat-unfused', the id of an audio model of transformers such as 'facebook/wav2vec2-base', or a "
        "folder with a checkpoint."
    )


def _folder_loader(folder: Path) -> Loader:
    config = load_config(folder)
    kind = str(config.get("model_type") or str(config.get("format", "")).split("-")[0])
    if kind in SHIPPED:
        return SHIPPED[kind]
    if "model_type" not in config:
        raise CheckpointError(
            f"{folder}/config.json names neither a model_type nor the format of one of {', '.join(SHIPPED)}: is it the "
            "right folder?"
        )
    return _load_clap if kind == "clap" else _load_transformers_audio


def _file_loader(path: Path) -> Loader:
    for start, loader in _FILE_NAMES.items():
        if path.name.startswith(start):
            return loader
    raise CheckpointError(f"{path} is none of the published files, which begin with {', '.join(_FILE_NAMES)}.")


def _own_folder(name: str, options: LoadOptions) -> Path:
    options.expect_own(name)
    return checkpoint_path(name) if name in SHIPPED else Path(name)
