"""All stages in order, and how the time is shared between them."""

from dataclasses import dataclass
from pathlib import Path

from reward_models.calibration import load_calibration
from reward_models.embedders.mini.embedder import MiniEmbedder
from reward_models.embedders.mini.front_end import FrontEndConfig
from training.mini.adapt import Material, adapt
from training.mini.align import AlignConfig
from training.mini.cache import CAPTIONS_EACH, Cache
from training.mini.calibrate import calibrate
from training.mini.card import write_card
from training.mini.collection import Sources
from training.mini.evaluate import Figure, evaluate
from training.mini.export import embed_entries, export
from training.mini.sampler import Sampler
from training.mini.workspace import Workspace, held_out_part, training_part


@dataclass(frozen=True)
class Budget:
    """Minutes of each stage.

    Attributes:
        text: The text tower alone.
        audio: The audio tower.
        adapt: The text tower against the finished audio tower.
        batch: Windows a step.
    """

    text: float
    audio: float
    adapt: float
    batch: int = 96

    @classmethod
    def of(cls, minutes: float) -> "Budget":
        """Shares a total: 35 % text, 55 % audio, 10 % adaptation."""
        return cls(0.35 * minutes, 0.55 * minutes, 0.10 * minutes)

    @classmethod
    def smoke(cls) -> "Budget":
        """Seconds, for tests."""
        return cls(text=0.05, audio=0.08, adapt=0.05, batch=8)


def fit(workspace: Workspace, sources: Sources, natural: Path | None, budget: Budget, out: Path) -> list[Figure]:
    """Runs what is left to run, writes the checkpoint ``out`` and measures it.

    Returns:
        The figures on the held-out packs; empty where no recording is held out.
    """
    cache = workspace.cache(sources)
    training = training_part(cache)
    encoder = workspace.text_encoder(training, natural, budget.text)
    aligner = workspace.aligner(
        training, natural, AlignConfig(minutes=budget.audio, batch=budget.batch, seed=workspace.seed)
    )
    _, text_config = workspace.new_encoder()
    captions, texts, vectors, prompts = workspace.tokenized(training, natural, text_config)
    sampler = Sampler(training, FrontEndConfig().frames, CAPTIONS_EACH, workspace.seed + 1)
    material = Material(sampler, workspace.bank(training, natural), captions, texts, vectors, prompts)
    settings = AlignConfig(minutes=budget.adapt, batch=budget.batch, rate=5e-4, seed=workspace.seed)
    encoder, aligner = adapt(aligner, encoder, material, settings)
    export(out, aligner, encoder, text_config, workspace.tokenizer_file())
    figures = measure(out, held_out_part(cache))
    write_card(out / "README.md", figures, cache.entries, load_calibration(out / "calibration.json"))
    return figures


def measure(checkpoint: Path, held_out: Cache) -> list[Figure]:
    """Figures of a checkpoint on held-out recordings; also fits and stores its calibration."""
    if not any(entry.kind == "real" for entry in held_out.entries):
        return []
    embedder = MiniEmbedder.load(checkpoint)
    audio = embed_entries(embedder, held_out, held_out.entries)
    calibrate(embedder, held_out.entries, audio).save(checkpoint / "calibration.json")
    return evaluate(held_out.entries, audio, embedder.embed_text)
