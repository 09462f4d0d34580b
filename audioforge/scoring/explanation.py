"""A score in words: which components carried a clip's total and which held it down."""

import math
from collections.abc import Mapping

from audioforge.component_score import ComponentScore
from audioforge.rewards.combined import FLOOR
from audioforge.rewards.weights import RewardWeights
from audioforge.status import ClipStatus

MEANING: Mapping[str, tuple[str, str]] = {
    "clap_alignment": ("does not sound like what was asked for", "sounds like what was asked for"),
    "style_consistency": ("is unlike the references of its category", "is typical of its category"),
    "quality_head": ("has audible damage", "sounds clean"),
    "prompt_pair_quality": ("sounds noisy", "sounds clean"),
    "technical_head": ("misses the tempo, width or brightness asked for", "has the technical traits asked for"),
    "novelty": (
        "is close to a reference or to another clip of its group, or unlike its category",
        "is a sound of its own",
    ),
}
"""What a low and a high score of a component say of a clip."""


def explain(
    components: Mapping[str, ComponentScore],
    status: ClipStatus,
    weights: RewardWeights,
    category: str | None = None,
) -> str:
    """One sentence on why a clip has the total it has.

    Args:
        components: The clip's components by name.
        status: The clip's own status.
        weights: What the components were combined with.
        category: The clip's category.
    """
    if not status.ok:
        return f"not scored: {status.reason or status.code}"
    share = weights.of(category)
    lost = {
        name: -share.get(name, 0.0) * math.log(max(own.score, FLOOR))
        for name, own in components.items()
        if own.score is not None and share.get(name, 0.0) > 0
    }
    if not lost:
        return "no component counts for this clip"
    worst, best = max(lost, key=lost.__getitem__), max(lost, key=lambda name: components[name].score or 0.0)
    closed = [name for name, gate in weights.gates.items() if _is_below(components.get(name), gate)]
    praised = best != worst and (components[best].score or 0) >= 0.5
    parts = [_phrase(best, components, high=True)] if praised else []
    parts.append(_phrase(worst, components, high=(components[worst].score or 0) >= 0.5))
    gate = f"; the {', '.join(closed)} gate took part of the total" if closed else ""
    return (", but " if (components[worst].score or 0) < 0.5 else ", and ").join(parts) + gate


def _phrase(name: str, components: Mapping[str, ComponentScore], *, high: bool) -> str:
    low_words, high_words = MEANING.get(name, (f"is low on {name}", f"is high on {name}"))
    return f"{high_words if high else low_words} ({name} {components[name].score:.2f})"


def _is_below(component: ComponentScore | None, gate: float) -> bool:
    return component is not None and component.score is not None and component.score < gate
