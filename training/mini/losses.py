"""What the second stage minimises: captions, labels and measured attributes, all through the text side."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy, softplus

SAME_MEANING = 0.85
"""Captions whose sentence vectors are at least this close don't count as each other's negatives."""

ANCHOR_SHARPNESS = 25.0
"""Factor on the sentence vectors' cosines between sentences and labels."""

SAME_LABEL = 0.80
"""Labels at least this close don't compete."""


def same_meaning(
    sentence: Float[Tensor, "window sentence"], label: Int[Tensor, " window"]
) -> Bool[Tensor, "window window"]:
    """Pairs (off the diagonal) that are no negatives: same label, or captions that mean the same."""
    alike = (sentence @ sentence.T > SAME_MEANING) | (label[:, None] == label[None, :])
    return alike & ~torch.eye(len(label), dtype=torch.bool)


def contrastive_loss(
    audio: Float[Tensor, "window dim"], text: Float[Tensor, "window dim"], scale: Tensor, alike: Tensor
) -> Tensor:
    """Symmetric InfoNCE of unit vectors; pairs in ``alike`` are left out."""
    logits = (scale * audio @ text.T).masked_fill(alike, -1e4)
    target = torch.arange(len(audio))
    return 0.5 * (cross_entropy(logits, target) + cross_entropy(logits.T, target))


def label_loss(
    audio: Float[Tensor, "window dim"],
    labels: Float[Tensor, "label dim"],
    target: Int[Tensor, " window"],
    scale: Tensor,
    close: Bool[Tensor, "label label"],
) -> Tensor:
    """Softmax over all label names; labels that mean about the same as the target don't compete.

    A target past the last label (a whole request) is not counted.
    """
    known = target < len(labels)
    logits = (scale * audio[known] @ labels.T).masked_fill(close[target[known]], -1e4)
    return cross_entropy(logits, target[known], reduction="sum") / max(1, len(target))


def anchor_loss(
    text: Float[Tensor, "text dim"], labels: Float[Tensor, "label dim"], aim: Float[Tensor, "text label"], scale: Tensor
) -> Tensor:
    """Cross-entropy between the labels near a sentence by its sentence vector, and those near it in the shared space.

    Without it a sentence unlike any caption lands anywhere, near many sounds at once.

    Args:
        text: Unit vectors of sentences.
        labels: Unit vectors of label names.
        aim: The sentence encoder's distribution over the labels, rows sum to 1.
        scale: Of the cosines.
    """
    return -(aim * torch.log_softmax(scale * text @ labels.T, dim=1)).sum(1).mean()


def everyday_loss(
    audio: Float[Tensor, "window dim"],
    wordings: Float[Tensor, "family dim"],
    family: Int[Tensor, " window"],
    scale: Tensor,
) -> Tensor:
    """Softmax over one wording of every everyday family; windows of no family (-1) are not counted."""
    known = family >= 0
    logits = scale * audio[known] @ wordings.T
    return cross_entropy(logits, family[known], reduction="sum") / max(1, int(known.sum()))


def listening_loss(foretold: Float[Tensor, "window heard"], heard: Float[Tensor, "window heard"]) -> Tensor:
    """Mean ``1 - cosine`` to another network's vectors; windows that it never heard (zeros) are not counted."""
    known = heard.abs().sum(1) > 0
    cosine = torch.nn.functional.cosine_similarity(foretold[known], heard[known], dim=1)
    return (1.0 - cosine).sum() / max(1, int(known.sum()))


def attribute_loss(
    audio: Float[Tensor, "window dim"],
    poles: Float[Tensor, "attribute 2 dim"],
    side: Float[Tensor, "window attribute"],
    scale: Tensor,
) -> Tensor:
    """Logistic loss of "a bright sound" against "a dark sound", and so on.

    Args:
        audio: Unit vectors.
        poles: Unit vectors of the low and the high pole of each attribute.
        side: -1 (low), 1 (high) or 0 (in the middle: not counted).
        scale: Of the cosines.
    """
    margin = scale * audio @ (poles[:, 1] - poles[:, 0]).T
    counted = side != 0
    # Few clips have a tempo: every attribute weighs the same, however many clips show it.
    each = (softplus(-side * margin) * counted).sum(0) / counted.sum(0).clamp(min=1)
    return each.sum() / counted.any(0).sum().clamp(min=1)
