"""``audioforge embedders``: what can embed, what for, and whether it is here."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from reward_models.checkpoints import CheckpointError, checkpoint_path
from reward_models.embedders.registry import PUBLISHED, SHIPPED


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
    _Entry("fidelity", 32_000, 384, "Apache-2.0", "damage of any kind; what the quality head stands on (no text)"),
    _Entry("musicnn", 16_000, 200, "ISC", "music; set metrics; a second judge (no text)"),
    _Entry("vggish", 16_000, 128, "Apache-2.0", "distances as older papers give them (no text)"),
    _Entry("pann", 32_000, 2_048, "CC-BY-4.0", "general sound; set metrics (no text)"),
    _Entry("pann-16k", 16_000, 2_048, "CC-BY-4.0", "as pann, for what has nothing above 8 kHz (no text)"),
    _Entry("facebook/encodec_24khz", 24_000, 128, "see card", "distances in a codec's latent space (no text)"),
    _Entry("laion/clap-htsat-unfused", 48_000, 512, "Apache-2.0", "text–audio matching of general sound"),
    _Entry("laion/larger_clap_general", 48_000, 512, "Apache-2.0", "text–audio matching of general sound, larger"),
    _Entry("laion/larger_clap_music_and_speech", 48_000, 512, "Apache-2.0", "text–audio matching of music and speech"),
)


def list_embedders() -> None:
    """Prints the table."""
    table = Table("name", "rate", "dim", "licence", "size", "here", "good for", box=None, pad_edge=False)
    for entry in _ENTRIES:
        weights = _weights(entry.name)
        size = "–" if weights is None else f"{weights.stat().st_size / 1e6:.1f} MB"
        here = "no" if weights is None else "yes"
        table.add_row(entry.name, f"{entry.sample_rate} Hz", str(entry.dim), entry.licence, size, here, entry.good_for)
    Console(width=None if Console().is_terminal else 160).print(table)


def _weights(name: str) -> Path | None:
    """File of an embedder's weights on this machine, without asking the network."""
    try:
        if name in SHIPPED:
            return checkpoint_path(name) / "model.safetensors"
        if name in PUBLISHED:
            return _published_file(name)
    except CheckpointError:
        return None
    return _hub_file(name)


def _published_file(name: str) -> Path:
    from reward_models.embedders import pann, vggish
    from reward_models.embedders.published_weights import find_weights

    return find_weights(name, vggish.PUBLISHED if name == "vggish" else pann.VARIANTS[name].published)


def _hub_file(name: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    found = [try_to_load_from_cache(name, file) for file in ("model.safetensors", "pytorch_model.bin")]
    return next((Path(path) for path in found if isinstance(path, str)), None)
