"""All stages in order."""

from pathlib import Path

from reward_models.calibration import load_calibration
from reward_models.embedders.mini.embedder import MiniEmbedder
from training.mini.align import AlignConfig
from training.mini.cache import Cache
from training.mini.calibrate import calibrate
from training.mini.card import write_card
from training.mini.evaluate import Figure, evaluate
from training.mini.export import embed_entries, export
from training.mini.workspace import Workspace


def fit(workspace: Workspace, config: AlignConfig, out: Path) -> list[Figure]:
    """Runs what is left to run, writes the checkpoint ``out`` and measures it.

    Returns:
        The figures on the held-out packs; empty where no recording is held out.
    """
    aligner = workspace.aligner(config)
    export(out, aligner, *workspace.encoder, workspace.tokenizer_file)
    figures = measure(out, workspace.held_out)
    calibration = load_calibration(out / "calibration.json")
    natural = len(workspace.natural_vectors[0])
    write_card(out / "README.md", figures, workspace.cache.entries, calibration, config, natural)
    return figures


def measure(checkpoint: Path, held_out: Cache) -> list[Figure]:
    """Figures of a checkpoint on held-out recordings; also fits and stores its calibration."""
    if not any(entry.kind == "real" for entry in held_out.entries):
        return []
    embedder = MiniEmbedder.load(checkpoint)
    audio = embed_entries(embedder, held_out, held_out.entries)
    calibrate(embedder, held_out.entries, audio).save(checkpoint / "calibration.json")
    return evaluate(held_out.entries, audio, embedder.embed_text)
