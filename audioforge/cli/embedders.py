"""``audioforge embedders``: what can embed, what for, and whether it is here."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from reward_models.checkpoints import CheckpointError, checkpoint_path
from reward_models.embedders.registry import SHIPPED


@dataclass(frozen=True)
class _Entry:
    name: str
    sample_rate: int
    dim: int
    licence: str
    good_for: str


_ENTRIES = (
    _Entry("mini", 32_000, 256, "Apache-2.0", "text–audio matching without a hub or a GPU; style and novelty"),
    _Entry("aisfx", 44_100, 512, "CC-BY-4.0", "effects and everyday sounds; set metrics; a second judge (no text)"),
    _Entry("fidelity", 32_000, 192, "Apache-2.0", "damage of any kind; what the quality head stands on (no text)"),
    _Entry("musicnn", 16_000, 200, "ISC", "music; set metrics; a second judge (no text)"),
    _Entry("laion/clap-htsat-unfused", 48_000, 512, "Apache-2.0", "text–audio matching of general sound"),
    _Entry("laion/larger_clap_general", 48_000, 512, "Apache-2.0", "text–audio matching of general sound, larger"),
    _Entry("laion/larger_clap_music_and_speech", 48_000, 512, "Apache-2.0", "text–audio matching of music and speech"),
)


def list_embedders() -> None:
    """Prints the table."""
    table = Table("name", "rate", "dim", "licence", "size", "here", "good for", box=None, pad_edge=False)
    for entry in _ENTRIES:
        folder = _folder(entry.name)
        size = "–" if folder is None else f"{(folder / 'model.safetensors').stat().st_size / 1e6:.1f} MB"
        here = "no" if folder is None else "yes"
        table.add_row(entry.name, f"{entry.sample_rate} Hz", str(entry.dim), entry.licence, size, here, entry.good_for)
    Console(width=None if Console().is_terminal else 160).print(table)


def _folder(name: str) -> Path | None:
    if name in SHIPPED:
        try:
            return checkpoint_path(name)
        except CheckpointError:
            return None
    return _hub_snapshot(name)


def _hub_snapshot(name: str) -> Path | None:
    """Folder of a model in the local hub cache, without asking the network."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(name, "model.safetensors")
    return Path(found).parent if isinstance(found, str) else None
