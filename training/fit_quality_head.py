"""Trains the quality head: frozen embeddings of graded degradations (and of rated clips) → predicted damage.

    python training/fit_quality_head.py --clips DIR --embedder fidelity --out checkpoints/quality-head

The reference clips, and with ``--clips`` a folder of further clean clips, are put under graded degradations; how much
each copy was damaged is measured against its original (``training.audible_damage``); an ensemble of small perceptrons
learns that number from the embedding alone, with a loss on the order of copies of one clip. Held-out groups, kinds and
garbage then give the calibration and the numbers of the model card. With ``--ratings`` (clip, rater, score) rated clips
join in, four fifths to learn from and one fifth to report on against the raters' noise ceiling.

Left out: stereo, level, and everything above the embedder's band. The embedder is never touched.
"""

import argparse
import itertools
import sys
from pathlib import Path
from typing import NamedTuple

import lightning
import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from reward_models.embedders.fidelity import FidelityEmbedder
from reward_models.embedders.registry import load_embedder
from reward_models.heads.ensemble import Ensemble
from training.quality.card import Evidence, command_of, write_checkpoint
from training.quality.chip_sounds import chip_sounds
from training.quality.embedded import Embedded, embed_examples
from training.quality.examples import garbage_examples, ladder_examples, trained_kinds, training_examples
from training.quality.melodies import melodies
from training.quality.order import worse
from training.quality.rated import RatedClips, embed_ratings
from training.quality.sources import Source, choose, folder_sources, passages, reference_sources

HIDDEN, MEMBERS = 64, 8
TEST_SEVERITIES = (0.25, 0.5, 0.75, 1.0)
PAIR_WEIGHT = 3.0
"""Of the order of copies beside their damage: order is what a reward is for."""


class Batch(NamedTuple):
    """Examples in which those of one passage lie together.

    Attributes:
        embedding: Frozen vectors.
        target: ``log(1 + damage)``.
        severity: In [0, 1]; 0 for clean.
        kind: Number of the kind of damage.
        passage: Number of the passage; -1 for garbage and rated clips, which are not compared.
    """

    embedding: Float[Tensor, "example dim"]
    target: Float[Tensor, " example"]
    severity: Float[Tensor, " example"]
    kind: Int[Tensor, " example"]
    passage: Int[Tensor, " example"]


class QualityTrainer(lightning.LightningModule):
    """All members at once; each skips the passages that its own bootstrap left out."""

    def __init__(self, ensemble: Ensemble, passages: int, rate: float, epochs: int) -> None:
        super().__init__()
        self.ensemble, self.rate, self.epochs = ensemble, rate, epochs
        # One weight a passage and member; the last row, 1, is for examples without a passage (number -1).
        drawn = torch.poisson(torch.ones(passages, ensemble.weight_in.shape[0]))
        self.weight = torch.cat([drawn, torch.ones(1, drawn.shape[1])])

    def training_step(self, batch: list[Tensor], index: int) -> Tensor:
        """Huber on log damage plus the order of copies of one passage."""
        own = Batch(*batch)
        noisy = own.embedding + 0.02 * own.embedding.std() * torch.randn_like(own.embedding)
        predicted, weight = self.ensemble(noisy), self.weight[own.passage]
        error = nn.functional.huber_loss(predicted, own.target[:, None].expand_as(predicted), reduction="none")
        return (error * weight).sum() / weight.sum() + PAIR_WEIGHT * pair_loss(predicted, ranked(own), weight)

    def configure_optimizers(self) -> dict[str, object]:
        """AdamW under a cosine."""
        optimizer = torch.optim.AdamW(self.parameters(), self.rate, weight_decay=0.05)
        return {
            "optimizer": optimizer,
            "lr_scheduler": torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.epochs),
        }


def ranked(batch: Batch) -> Bool[Tensor, "example example"]:
    """Pairs of one passage in which the example of the row is worse."""
    together = (batch.passage[:, None] == batch.passage) & (batch.passage >= 0)
    return together & worse(batch.target, batch.severity, batch.kind)


def pair_loss(
    predicted: Float[Tensor, "example member"],
    pairs: Bool[Tensor, "example example"],
    weight: Float[Tensor, "example member"],
) -> Float[Tensor, ""]:
    """Logistic loss on pairs: the example of the row should be predicted worse than that of the column."""
    row, column = torch.nonzero(pairs).T
    gap = predicted[row] - predicted[column]
    own = weight[row]
    return (nn.functional.softplus(-3 * gap) * own).sum() / own.sum().clamp_min(1)


def fit(data: Embedded, rated: RatedClips | None, *, epochs: int, rate: float, seed: int, parts: int = 1) -> Ensemble:
    """Trains the ensemble.

    Args:
        data: Graded examples.
        rated: Rated clips to learn from as well.
        epochs: Passes over the examples.
        rate: Peak learning rate.
        seed: Of weights, bootstraps and order.
        parts: Vectors that an embedding is made of.
    """
    lightning.seed_everything(seed, verbose=False)
    examples = gathered(data, rated)
    ensemble = Ensemble(examples.embedding.shape[1], HIDDEN, MEMBERS, parts)
    ensemble.standardise(examples.embedding)
    passage = examples.passage
    count = int(passage.max()) + 1
    # Passages stay together and shuffle as blocks: pairs are only found within a batch.
    order = torch.argsort(torch.rand(count + 1)[passage] + torch.where(passage < 0, torch.rand(len(passage)), 0.0))
    loader = DataLoader(TensorDataset(*(column[order] for column in examples)), 256)
    module = QualityTrainer(ensemble, count, rate, epochs)
    trainer = lightning.Trainer(
        max_epochs=epochs, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False,
    )  # fmt: skip
    trainer.fit(module, loader)
    return ensemble.eval()


def gathered(data: Embedded, rated: RatedClips | None) -> Batch:
    """Graded examples, and rated clips after them, as ones that belong to no passage."""
    graded = Batch(data.embedding, data.target, data.severity, data.kind, data.passage)
    if rated is None:
        return graded
    nothing = torch.zeros(len(rated.target))
    opinions = Batch(rated.embedding, rated.target, nothing, nothing.long(), nothing.long() - 1)
    return Batch(*(torch.cat(pair) for pair in zip(graded, opinions, strict=True)))


def sources(clips: Path | None) -> tuple[list[Source], list[Source]]:
    """Clean files to train on and to test on, by group."""
    found = reference_sources() + (folder_sources(clips) if clips else [])
    return [own for own in found if not own.held_out], [own for own in found if own.held_out]


def arguments() -> argparse.Namespace:
    """Flags of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, help="further clean clips: a folder with manifest.json")
    parser.add_argument(
        "--embedder", default="fidelity", help="a shipped name, or a folder with an embedder's checkpoint"
    )
    parser.add_argument("--ratings", type=Path, help="csv with the columns clip, rater, score")
    parser.add_argument("--out", type=Path, default=Path("checkpoints/quality-head"))
    parser.add_argument("--passages", type=int, default=900, help="clean passages to train on")
    parser.add_argument("--test-passages", type=int, default=120)
    parser.add_argument("--ladders", type=int, default=3, help="kinds of damage a training passage is put under")
    parser.add_argument("--test-ladders", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument(
        "--seed", type=int, default=1, help="another than the embedder's, so that it meets other damage"
    )
    return parser.parse_args()


def main() -> None:
    """Embeds, trains, tests, saves."""
    flags = arguments()
    torch.set_num_threads(1)
    rng = np.random.default_rng(flags.seed)
    embedder = load_embedder(flags.embedder)
    try:
        # First, since a slip in a table written by hand should not cost the minutes that follow.
        split = np.random.default_rng([flags.seed, 2])
        rated = embed_ratings(embedder, flags.ratings, split) if flags.ratings else None
        known, unseen = sources(flags.clips)
    except ValueError as error:
        sys.exit(f"fit_quality_head: {error}")
    plain = flags.passages // 10
    chosen = choose(known, flags.passages, rng)
    clean = itertools.chain(passages(chosen, rng), melodies(plain, rng), chip_sounds(plain, rng))
    # Practice teaches the embedder; with it, the head judged unseen kinds worse.
    graded = training_examples(clean, ladders=flags.ladders, kinds=trained_kinds(practice=False), rng=rng)
    bad = garbage_examples(flags.passages // 2, held_out=False, rng=rng)
    train = embed_examples(embedder, itertools.chain(graded, bad))
    # Drawn apart, so that heads trained on more or fewer clips are tested on the same ones.
    drawn = np.random.default_rng([flags.seed, 1])
    clean = passages(choose(unseen, flags.test_passages, drawn), drawn)
    ladders = ladder_examples(clean, ladders=flags.test_ladders, severities=TEST_SEVERITIES, rng=drawn)
    bad = garbage_examples(flags.test_passages, held_out=True, rng=drawn)
    test = embed_examples(embedder, itertools.chain(ladders, bad))
    parts = len(embedder.networks) if isinstance(embedder, FidelityEmbedder) else 1
    learned = rated and rated.learned
    ensemble = fit(train, learned, epochs=flags.epochs, rate=flags.rate, seed=flags.seed, parts=parts)
    write_checkpoint(flags.out, ensemble, embedder, Evidence(train, test, rated, command_of(flags), flags.seed))
    print((flags.out / "README.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
