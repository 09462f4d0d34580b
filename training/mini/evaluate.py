"""How well audio and text meet on held-out packs: every figure with the value that chance gives beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from training.mini.cache import Entry
from training.mini.captions import CATEGORY_PHRASES
from training.mini.measures import ATTRIBUTES, quarters
from training.mini.paraphrases import EVERYDAY, PARAPHRASES

EmbedText = Callable[[Sequence[str]], Tensor]

POLES: dict[str, tuple[str, str]] = {
    "brightness": ("a dark, muffled sound", "a bright, crisp sound"),
    "seconds": ("a short sound", "a long sound"),
    "attack": ("a sound with a sharp, punchy attack", "a sound with a soft, slow attack"),
    "noisiness": ("a pure tonal sound", "a noisy sound"),
}
"""What is asked of each attribute: the low pole, then the high one."""

TEMPO_POLES = ("a slow drum loop", "a fast drum loop")


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Attributes:
        name: What was measured.
        value: The figure.
        chance: What guessing gives.
        count: Clips, sentences or pairs behind it.
    """

    name: str
    value: float
    chance: float
    count: int


def area_under_curve(positive: Tensor, negative: Tensor) -> float:
    """Chance that a positive's score is above a negative's; ties count half."""
    above = (positive[:, None] > negative[None, :]).double() + 0.5 * (positive[:, None] == negative[None, :]).double()
    return float(above.mean())


def evaluate(entries: Sequence[Entry], audio: Float[Tensor, "clip dim"], embed_text: EmbedText) -> list[Figure]:
    """All figures.

    Args:
        entries: Held-out recordings; the loops of kind ``render`` serve the tempo figure alone.
        audio: Their unit vectors.
        embed_text: Unit vectors of texts.
    """
    real = torch.tensor([entry.kind == "real" for entry in entries])
    clips = [entry for entry in entries if entry.kind == "real"]
    heard = audio[real]
    return [
        *caption_figures(clips, heard, embed_text),
        category_figure(clips, heard, embed_text),
        *everyday_figures(clips, heard, embed_text),
        *label_figures(clips, heard, embed_text),
        *attribute_figures(clips, heard, embed_text),
        *tempo_figures(entries, audio, embed_text),
    ]


def caption_figures(entries: Sequence[Entry], audio: Tensor, embed_text: EmbedText) -> list[Figure]:
    """A clip's own caption against those of every clip with another label: any category, and the same one."""
    captions = [entry.phrases[-1] if len(entry.phrases) > 1 else entry.label for entry in entries]
    cosine = audio @ embed_text(captions).T
    own = cosine.diagonal()[:, None]
    beats = (own > cosine).double() + 0.5 * (own == cosine).double()
    other = _different([entry.label for entry in entries])
    same = other & ~_different([entry.category for entry in entries])
    figures = [
        Figure("own caption beats another, any category", _balanced(beats, other), 0.5, len(entries)),
        Figure("own caption beats another, same category", _balanced(beats, same), 0.5, len(entries)),
    ]
    for category in sorted({entry.category for entry in entries}):
        inside = torch.tensor([entry.category == category for entry in entries])
        value = _balanced(beats, same & inside[:, None])
        figures.append(Figure(f"the same within {category}", value, 0.5, int(inside.sum())))
    return figures


def _balanced(beats: Tensor, counted: Bool[Tensor, "clip clip"]) -> float:
    rows = counted.any(1)
    return float(((beats * counted).sum(1)[rows] / counted.sum(1)[rows]).mean())


def _different(names: Sequence[str]) -> Bool[Tensor, "clip clip"]:
    number = {name: index for index, name in enumerate(dict.fromkeys(names))}
    ids = torch.tensor([number[name] for name in names])
    return ids[:, None] != ids[None, :]


def category_figure(entries: Sequence[Entry], audio: Tensor, embed_text: EmbedText) -> Figure:
    """Zero-shot category: mean over categories of the share of clips whose nearest prompt is their own."""
    names = list(CATEGORY_PHRASES)
    prompts = torch.stack([embed_text(CATEGORY_PHRASES[name]).mean(0) for name in names])
    guess = (audio @ torch.nn.functional.normalize(prompts, dim=1).T).argmax(1)
    truth = torch.tensor([names.index(entry.category) for entry in entries])
    shares = [float((guess[truth == k] == k).double().mean()) for k in range(len(names)) if bool((truth == k).any())]
    return Figure("category, mean over the four", sum(shares) / len(shares), 0.25, len(entries))


def everyday_figures(entries: Sequence[Entry], audio: Tensor, embed_text: EmbedText) -> list[Figure]:
    """Everyday classes by name, and by free sentences that avoid the name."""
    names = list(EVERYDAY)
    label_class = {label: index for index, name in enumerate(names) for label in EVERYDAY[name]}
    chosen = torch.tensor([entry.label in label_class for entry in entries])
    truth = torch.tensor([label_class[entry.label] for entry in entries if entry.label in label_class])
    by_name = audio[chosen] @ embed_text([f"the sound of {name}" for name in names]).T
    chance = 1.0 / len(names)
    figures = [Figure("everyday classes by name", _class_mean(by_name.argmax(1) == truth, truth), chance, len(truth))]
    rounds = zip(*(PARAPHRASES[name] for name in names), strict=True)
    hits = torch.stack([(audio[chosen] @ embed_text(sentences).T).argmax(1) == truth for sentences in rounds])
    value = _class_mean(hits.double().mean(0), truth)
    count = sum(len(sentences) for sentences in PARAPHRASES.values())
    return [*figures, Figure("everyday classes by free sentences", value, chance, count)]


def _class_mean(hit: Tensor, truth: Tensor) -> float:
    return float(torch.stack([hit[truth == k].double().mean() for k in truth.unique()]).mean())


def label_figures(entries: Sequence[Entry], audio: Tensor, embed_text: EmbedText) -> list[Figure]:
    """Clip → label name among all held-out labels, and label name → clips."""
    labels = sorted({entry.label for entry in entries})
    truth = torch.tensor([labels.index(entry.label) for entry in entries])
    cosine = audio @ embed_text(labels).T
    recall = _class_mean(cosine.argmax(1) == truth, truth)
    precision = [_average_precision(cosine[:, k], truth == k) for k in range(len(labels))]
    chance = 1.0 / len(labels)
    return [
        Figure(f"{len(labels)} labels, R@1", recall, chance, len(entries)),
        Figure(f"{len(labels)} labels, mAP", sum(precision) / len(precision), chance, len(labels)),
    ]


def _average_precision(score: Tensor, relevant: Tensor) -> float:
    hits = relevant[score.argsort(descending=True)].double()
    precision = hits.cumsum(0) / torch.arange(1, len(hits) + 1)
    return float((precision * hits).sum() / hits.sum())


def attribute_figures(entries: Sequence[Entry], audio: Tensor, embed_text: EmbedText) -> list[Figure]:
    """Area under the curve of each attribute's two poles, highest against lowest quarter of the measure."""
    limits = quarters([entry.measures for entry in entries])
    figures = []
    for name in ATTRIBUTES:
        value = torch.tensor([getattr(entry.measures, name) for entry in entries])
        low, high = embed_text(POLES[name])
        margin = audio @ (high - low)
        top, bottom = margin[value >= limits[name][1]], margin[value <= limits[name][0]]
        figures.append(Figure(f"{name} (AUC)", area_under_curve(top, bottom), 0.5, len(top) + len(bottom)))
    return figures


def tempo_figures(entries: Sequence[Entry], audio: Tensor, embed_text: EmbedText) -> list[Figure]:
    """Loops over 130 BPM against loops under 95: the words, and the numbers."""
    bpm = torch.tensor([entry.bpm or 0.0 for entry in entries])
    fast, slow = bpm > 130, (bpm > 0) & (bpm < 95)
    if not bool(fast.any() and slow.any()):
        return []
    figures = []
    for name, poles in (
        ("tempo by words (AUC)", TEMPO_POLES),
        ("tempo by numbers (AUC)", ("80 BPM drum loop", "140 BPM drum loop")),
    ):
        low, high = embed_text(poles)
        margin = audio @ (high - low)
        figures.append(Figure(name, area_under_curve(margin[fast], margin[slow]), 0.5, int(fast.sum() + slow.sum())))
    return figures
