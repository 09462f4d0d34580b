"""Training in rounds: each starts from the weights of the one before with a fresh learning rate.

What comes out is the plain average of the last two rounds. The later one fits the recordings closer, the earlier one
has forgotten less; on packs that neither heard, their average is better than both in most figures.
"""

import copy
from dataclasses import replace
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from training.mini.align import STATE_FILE, AlignConfig, Aligner, align, follow
from training.mini.kept_file import kept
from training.mini.sampler import Sampler
from training.mini.text_bank import TextBank


def align_in_rounds(
    sampler: Sampler,
    bank: TextBank,
    sentences: Float[Tensor, "sentence 384"],
    heard: Float[Tensor, "entry heard"],
    config: AlignConfig,
    folder: Path,
) -> Aligner:
    """``align``, ``config.rounds`` times; finished rounds in ``folder`` are not run again.

    Args:
        sampler: Draws windows.
        bank: Captions, labels and poles.
        sentences: As for ``align``.
        heard: As for ``align``.
        config: Its minutes are shared by the rounds.
        folder: Every round keeps its state in ``round-1``, ``round-2``, …

    Returns:
        The average of the last two rounds' weights.
    """
    finished: list[Aligner] = []
    for number in range(config.rounds):
        own = folder / f"round-{number + 1}"
        own.mkdir(parents=True, exist_ok=True)
        if number:
            start_from(folder / f"round-{number}", own)
        settings = replace(config, minutes=config.minutes / config.rounds, seed=config.seed + number)
        finished.append(align(sampler, bank, sentences, heard, settings, own))
    return average_of(finished[-2:])


def start_from(previous: Path, folder: Path) -> None:
    """Puts the end of one round where the next one looks for its state, with no time spent, unless it has one."""

    def write(path: Path) -> None:
        torch.save({**torch.load(previous / STATE_FILE, weights_only=True), "spent": 0.0}, path)

    kept(folder / STATE_FILE, write)


def average_of(aligners: list[Aligner]) -> Aligner:
    """Plain average of one or two sets of weights."""
    average = copy.deepcopy(aligners[0])
    if len(aligners) > 1:
        follow(average, aligners[1], 0.5)
    return average.eval()
