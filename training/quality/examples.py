"""Graded examples: clean passages, their degraded copies with measured damage, and garbage.

Each training passage comes clean and under a few ladders (one kind, rising severities); each test passage under ladders
of the kinds whose turn it is, held-out kinds included. Models learn ``log(1 + damage)``, as differences in damage are
heard by ratio: 0 for a clean passage.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from training.audible_damage import audible_damage
from training.degradations import FAMILY, HELD_OUT_KINDS, KINDS, PRACTICE_KINDS, degrade
from training.degradations.severity import Waveform
from training.quality.delivery import delivered
from training.quality.garbage import GARBAGE, GARBAGE_DAMAGE_DB, HELD_OUT_GARBAGE, garbage
from training.quality.sources import SAMPLE_RATE, SECONDS, Passage

CLEAN = "clean"


class Label(NamedTuple):
    """What an example is.

    Attributes:
        passage: Number of the clean passage it was made from; -1 for garbage.
        category: Of its source; ``garbage`` for garbage.
        kind: Of its degradation or garbage; ``clean``.
        severity: In [0, 1]; 0 for clean, 1 for garbage.
        damage: ``audible_damage`` in dB.
        held_out: Whether its source's group is held out of training.
    """

    passage: int
    category: str
    kind: str
    severity: float
    damage: float
    held_out: bool


@dataclass(frozen=True)
class Example:
    """A waveform ``(time,)`` of ``SECONDS`` at ``SAMPLE_RATE`` (short passages tiled) and what it is."""

    waveform: Waveform
    label: Label


def training_examples(
    clean: Iterable[Passage], *, ladders: int, kinds: Sequence[str], rng: np.random.Generator
) -> Iterator[Example]:
    """Each passage clean, and under ``ladders`` kinds drawn from ``kinds`` at three random severities each.

    Once practice kinds are among them, these and the damages of time, which are hardest to hear, come twice as often.
    """
    often = np.array([2.0 if kind in PRACTICE_KINDS or FAMILY[kind] == "temporal" else 1.0 for kind in kinds])
    share = often / often.sum() if PRACTICE_KINDS.keys() & set(kinds) else None
    for number, passage in enumerate(clean):
        drawn = rng.choice(len(kinds), ladders, replace=False, p=share)
        steps = {kinds[index]: np.sort(rng.uniform(0, 1, 3)) for index in drawn}
        yield from _graded(passage, number, steps, int(rng.integers(1 << 30)))


def ladder_examples(
    clean: Iterable[Passage], *, ladders: int, severities: Sequence[float], rng: np.random.Generator
) -> Iterator[Example]:
    """Each passage clean, and under whole ladders of ``ladders`` kinds; kinds take turns over the passages."""
    names = sorted(KINDS)
    for number, passage in enumerate(clean):
        turn = [names[(number * ladders + step) % len(names)] for step in range(ladders)]
        steps = {kind: np.asarray(severities) for kind in turn}
        yield from _graded(passage, number, steps, int(rng.integers(1 << 30)))


def garbage_examples(count: int, *, held_out: bool, rng: np.random.Generator) -> Iterator[Example]:
    """``count`` clips of garbage, kinds in turn; ``held_out`` chooses which kinds."""
    kinds = [kind for kind in GARBAGE if (kind in HELD_OUT_GARBAGE) == held_out]
    samples = round(SECONDS * SAMPLE_RATE)
    for index in range(count):
        kind = kinds[index % len(kinds)]
        seed = int(rng.integers(1 << 30))
        waveform = garbage(kind, samples, SAMPLE_RATE, seed=seed)
        yield Example(
            delivered(waveform, SAMPLE_RATE, seed=seed), Label(-1, "garbage", kind, 1.0, GARBAGE_DAMAGE_DB, held_out)
        )


def trained_kinds(excluded: Sequence[str] = HELD_OUT_KINDS, *, practice: bool = True) -> list[str]:
    """The kinds that may be trained on, with or without those that are never measured."""
    return [kind for kind in sorted(KINDS | PRACTICE_KINDS if practice else KINDS) if kind not in excluded]


def _graded(
    passage: Passage, number: int, steps: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]], seed: int
) -> Iterator[Example]:
    source = passage.source
    arrived = delivered(passage.waveform, SAMPLE_RATE, seed=seed)
    yield Example(_tiled(arrived), Label(number, source.category, CLEAN, 0.0, 0.0, source.held_out))
    for kind, severities in steps.items():
        for severity in severities:
            damaged = degrade(passage.waveform, SAMPLE_RATE, kind, float(severity), seed=seed)
            damage = _damage(passage.waveform, damaged)
            label = Label(number, source.category, kind, float(severity), damage, source.held_out)
            yield Example(_tiled(delivered(damaged, SAMPLE_RATE, seed=seed)), label)


def _damage(clean: Waveform, damaged: Waveform) -> float:
    return float(audible_damage(torch.from_numpy(clean), torch.from_numpy(damaged), SAMPLE_RATE))


def _tiled(waveform: Waveform) -> Waveform:
    return np.resize(waveform, round(SECONDS * SAMPLE_RATE))
