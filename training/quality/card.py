"""Writes a quality head's checkpoint: weights, configuration with its calibration, model card with its numbers."""

import argparse
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from safetensors.torch import save_file
from scipy.stats import spearmanr
from torch import Tensor

from reward_models.embedders.base import Embedder
from reward_models.heads.ensemble import Ensemble
from reward_models.heads.quality_head import QualityHeadConfig, config_to_json
from training.degradations import HELD_OUT_KINDS
from training.quality.embedded import Embedded
from training.quality.evaluation import AUDIBLE_DB, KindResult, LadderResults, below_clean
from training.quality.rated import RatedSplit

KNOTS = 201

CARD = """# Quality head on `{embedder}`

Predicts how much a clip was damaged (dB of log-spectral distance to a clean original that it never sees) from a frozen
`{embedder}` embedding (fingerprint `{fingerprint}`), by {members} perceptrons of {hidden} hidden units.
Score: share of the calibration clips (the held-out clips below, half clean, half degraded) that are predicted worse.

Trained by

    {command}

on {train_passages} clean passages of at most 3 s ({train_examples} examples with their degraded copies and garbage).
{sources}

## On clips of groups that were held out whole ({test_passages} passages, {test_examples} examples)

"Clean wins": how often the clean passage is predicted better than its degraded copy (chance 0.5), over all copies and
over those with at least {audible:g} dB of damage. "Rank correlation": Spearman of prediction and severity along a
ladder of the clean passage and four severities, mean over passages (chance 0). Kinds in **bold** were in no training
example of this head or, where the embedder is `fidelity`, of its embedder. Some are relatives of kinds that the
embedder practised on: see its card.

| kind | ladders | clean wins | clean wins, audible | rank correlation |
|---|---|---|---|---|
{rows}

Damage predicted against damage measured over all these copies, kinds and clips mixed: Spearman {across:.3f}.

## Clips without a clean original

How often a kind of garbage that was not trained on is predicted worse than a real clean passage (all pairs, chance
0.5):

| garbage | below clean |
|---|---|
{garbage}

Predicted damage of clean passages by category (dB, quartiles): {clean}.
{ratings}
## What it is not

Not a judge of taste or of whether the clip is what was asked for. It was taught by degradations, not by listeners,
unless a table of ratings is named above. It hears what its embedder hears: mono, nothing above half the embedder's
sample rate. Old, dull or gritty recordings, chip music and dense noise-like sounds that are meant to be so score lower
than clean modern ones: compare clips that answer the same request.
"""

SOURCES = (
    "Sources: the reference clips of `data/evaluation_references` (recordings and renders; licences and authors in\n"
    "its manifest) and, with `--clips`, a folder of CC0, CC-BY, MIT and public-domain sounds that is not shipped."
)


@dataclass(frozen=True)
class Evidence:
    """What a head was trained and tested on, and the command that did it."""

    train: Embedded
    test: Embedded
    rated: RatedSplit | None
    command: str
    seed: int


def write_checkpoint(folder: Path, ensemble: Ensemble, embedder: Embedder, evidence: Evidence) -> None:
    """Writes ``config.json``, ``model.safetensors`` and ``README.md``."""
    folder.mkdir(parents=True, exist_ok=True)
    test = evidence.test
    with torch.no_grad():
        predicted = ensemble(test.embedding).mean(1)
    config = QualityHeadConfig(
        embedder=embedder.name,
        embedder_fingerprint=embedder.fingerprint,
        dim=embedder.dim,
        hidden=ensemble.weight_in.shape[2],
        members=ensemble.weight_in.shape[0],
        parts=ensemble.parts,
        knots=calibration_knots(predicted, test.clean),
        data=f"held-out groups: {int(test.clean.sum())} clean passages and their degraded copies, half the weight each",
        version=f"{embedder.name}-{datetime.now(UTC):%Y%m%d}-{evidence.seed}",
    )
    weights = {name: tensor.contiguous() for name, tensor in ensemble.state_dict().items()}
    save_file(weights, str(folder / "model.safetensors"))
    (folder / "config.json").write_text(json.dumps(config_to_json(config), indent=2) + "\n", encoding="utf-8")
    card = model_card(config, evidence, predicted, _rated_text(ensemble, evidence.rated))
    (folder / "README.md").write_text(card, encoding="utf-8")


def command_of(flags: argparse.Namespace) -> str:
    """The command that repeats a run; the clips folder goes by a neutral name."""
    given = vars(flags) | {"clips": "CLIPS" if flags.clips else None}
    parts = [f"--{name.replace('_', '-')} {value}" for name, value in given.items() if value is not None]
    return " ".join(["python training/fit_quality_head.py", *parts])


def calibration_knots(predicted: Float[Tensor, " example"], clean: Tensor) -> tuple[float, ...]:
    """Quantiles at equal steps of the mixture of clean (half the weight) and degraded examples, rising."""
    values, order = predicted.double().sort()
    weight = torch.where(clean, 0.5 / clean.sum(), 0.5 / (~clean).sum()).double()[order]
    share = (weight.cumsum(0) - weight / 2).numpy()
    knots = np.interp(np.linspace(0, 1, KNOTS), share, values.numpy())
    return tuple(round(float(knot), 5) for knot in knots)


def model_card(config: QualityHeadConfig, evidence: Evidence, predicted: Tensor, ratings: str) -> str:
    """The text of ``README.md``."""
    train, test = evidence.train, evidence.test
    damage = np.array([label.damage for label in test.labels])
    graded = test.passage.numpy() >= 0
    garbage = below_clean(predicted.numpy(), test.labels)
    return CARD.format(
        embedder=config.embedder, fingerprint=config.embedder_fingerprint, members=config.members, hidden=config.hidden,
        command=evidence.command, train_passages=int(train.clean.sum()), train_examples=len(train.labels),
        sources=SOURCES, test_passages=int(test.clean.sum()), test_examples=len(test.labels), audible=AUDIBLE_DB,
        rows="\n".join(_rows(LadderResults(predicted.numpy(), test.labels))),
        across=float(spearmanr(predicted.numpy()[graded], damage[graded]).statistic),
        garbage="\n".join(f"| {kind} | {share:.3f} |" for kind, share in garbage.items()),
        clean=_clean_text(predicted, test), ratings=ratings,
    )  # fmt: skip


def _rows(results: LadderResults) -> list[str]:
    seen = [kind for kind in results.kinds if kind not in HELD_OUT_KINDS]
    unseen = [kind for kind in results.kinds if kind in HELD_OUT_KINDS]
    rows = [_row(f"**{kind}**" if kind in unseen else kind, results.pooled([kind])) for kind in results.kinds]
    return [
        *rows,
        _row("all trained kinds", results.pooled(seen)),
        _row("**all unseen kinds**", results.pooled(unseen)),
    ]


def _row(name: str, result: KindResult) -> str:
    return (
        f"| {name} | {result.ladders} | {result.clean_wins:.3f} | {result.audible_clean_wins:.3f} "
        f"| {result.rank_correlation:.3f} |"
    )


def _clean_text(predicted: Tensor, test: Embedded) -> str:
    parts = []
    for category in sorted({label.category for label in test.labels} - {"garbage"}):
        own = torch.tensor([label.category == category for label in test.labels]) & test.clean
        low, middle, high = torch.expm1(torch.quantile(predicted[own], torch.tensor([0.25, 0.5, 0.75]))).tolist()
        parts.append(f"{category} {low:.1f} / {middle:.1f} / {high:.1f}")
    return ", ".join(parts)


def _rated_text(ensemble: Ensemble, rated: RatedSplit | None) -> str:
    if rated is None:
        return ""
    with torch.no_grad():
        predicted = ensemble(rated.reported.embedding).mean(1)
    agreement = float(spearmanr(predicted.numpy(), rated.reported.target.numpy()).statistic)
    return (
        f"\n## Ratings\n\nLearned from {len(rated.learned.target)} rated clips; on {len(rated.reported.target)} others "
        f"the prediction's Spearman with the mean opinion is {agreement:.3f}, where the raters' noise allows "
        f"{rated.ceiling:.3f}.\n"
    )
