"""Sentence vectors of all captions, labels and poles: what training looks up instead of running the text tower."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from training.mini.cache import Entry
from training.mini.captions import CATEGORY_PHRASES, CATEGORY_WORDINGS
from training.mini.everyday import families, family_numbers
from training.mini.losses import SAME_LABEL
from training.mini.measures import ATTRIBUTES, quarters

Embed = Callable[[Sequence[str]], Tensor]

SLOW_BPM, FAST_BPM = 95.0, 130.0
TEMPI = tuple(range(60, 200, 10))


@dataclass(frozen=True)
class TextBank:
    """Texts as sentence vectors, and what every entry is.

    Attributes:
        captions: ``(entry, caption)`` index into ``sentences``.
        sentences: Unit sentence vectors of all distinct captions.
        labels: One a label name.
        close: Labels that mean about the same (the label itself excluded).
        poles: Low and high pole of each attribute in several wordings, tempo last.
        categories: ``(category, phrase)`` prompts.
        tempi: One a tempo in ``TEMPI``.
        side: ``(entry, attribute)`` -1, 0 or 1.
        category: Index of each entry's category.
        tempo: Index into ``TEMPI``, or -1.
        families: Wordings of every everyday family, the name first; short rows repeat theirs.
        family: Index of each entry's family, or -1.
    """

    captions: Int[Tensor, "entry caption"]
    sentences: Float[Tensor, "sentence 384"]
    labels: Float[Tensor, "label 384"]
    close: Bool[Tensor, "label label"]
    poles: Float[Tensor, "attribute wording 2 384"]
    categories: Float[Tensor, "category phrase 384"]
    tempi: Float[Tensor, "tempo 384"]
    side: Float[Tensor, "entry attribute"]
    category: Int[Tensor, " entry"]
    tempo: Int[Tensor, " entry"]
    families: Float[Tensor, "family wording 384"]
    family: Int[Tensor, " entry"]


POLES: dict[str, tuple[tuple[str, str], ...]] = {
    "brightness": (
        ("a dark, muffled sound", "a bright, crisp sound"),
        ("dark", "bright"),
        ("a low, deep sound", "a high-pitched sound"),
        ("bassy and dull", "full of treble"),
    ),
    "seconds": (
        ("a short sound", "a long sound"),
        ("short", "long"),
        ("a brief one shot", "a sustained, continuous sound"),
        ("it is over quickly", "it goes on and on"),
    ),
    "attack": (
        ("a sound with a sharp, punchy attack", "a sound with a soft, slow attack"),
        ("punchy", "gentle"),
        ("a sudden start", "a slow fade-in"),
        ("percussive", "slowly swelling"),
    ),
    "noisiness": (
        ("a pure tonal sound", "a noisy sound"),
        ("tonal", "noisy"),
        ("a clear pitch", "hiss and noise"),
        ("a clean tone", "a rough texture"),
    ),
    "tempo": (
        ("a slow drum loop", "a fast drum loop"),
        ("slow tempo", "fast tempo"),
        ("a slow, calm melody", "a fast, lively melody"),
        ("80 BPM", "150 BPM"),
    ),
}
"""Low and high pole of each attribute, in wordings that mean the same."""


def build_text_bank(
    entries: Sequence[Entry], captions: Sequence[Sequence[str]], labels: Sequence[str], embed: Embed
) -> TextBank:
    """Embeds everything once.

    Args:
        entries: Training recordings.
        captions: Captions of each.
        labels: All label names, in the sampler's order.
        embed: Text → unit sentence vector.
    """
    distinct = sorted({caption for several in captions for caption in several})
    number = {caption: index for index, caption in enumerate(distinct)}
    label_vectors = embed(labels)
    close = label_vectors @ label_vectors.T > SAME_LABEL
    names = list(CATEGORY_PHRASES)
    return TextBank(
        captions=torch.tensor([[number[caption] for caption in several] for several in captions]),
        sentences=embed(distinct),
        labels=label_vectors,
        close=close & ~torch.eye(len(labels), dtype=torch.bool),
        poles=torch.stack([torch.stack([embed(pair) for pair in wordings]) for wordings in POLES.values()]),
        categories=torch.stack([embed((*CATEGORY_PHRASES[name], *CATEGORY_WORDINGS[name])) for name in names]),
        tempi=embed(tempo_texts()),
        side=torch.tensor(_sides(entries)),
        category=torch.tensor([names.index(entry.category) for entry in entries]),
        tempo=torch.tensor([_tempo_class(entry.bpm) for entry in entries]),
        families=family_vectors(embed),
        family=torch.tensor(family_numbers([entry.label for entry in entries])),
    )


def family_vectors(embed: Embed) -> Float[Tensor, "family wording 384"]:
    """Wordings of the everyday families; a family with few repeats them, so that all rows are equally long."""
    wordings = [family.wordings for family in families()]
    longest = max(len(several) for several in wordings)
    return torch.stack([embed([several[i % len(several)] for i in range(longest)]) for several in wordings])


def tempo_texts() -> list[str]:
    """One text a tempo in ``TEMPI``."""
    return [f"{bpm} BPM" for bpm in TEMPI]


def _sides(entries: Sequence[Entry]) -> list[list[float]]:
    limits = quarters([entry.measures for entry in entries])
    rows = []
    for entry in entries:
        values = [(getattr(entry.measures, name), *limits[name]) for name in ATTRIBUTES]
        row = [float(value >= high) - float(value <= low) for value, low, high in values]
        tempo = 0.0 if entry.bpm is None else float(entry.bpm > FAST_BPM) - float(entry.bpm < SLOW_BPM)
        rows.append([*row, tempo])
    return rows


def _tempo_class(bpm: float | None) -> int:
    if bpm is None:
        return -1
    return min(range(len(TEMPI)), key=lambda index: abs(TEMPI[index] - bpm))
