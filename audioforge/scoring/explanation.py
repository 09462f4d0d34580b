"""A score in words: which components carried a clip's total and which held it down."""

import math
from collections.abc import Mapping

from audioforge.component_score import ComponentScore
from audioforge.rewards.combined import FLOOR
from audioforge.rewards.weights import RewardWeights
from audioforge.status import ClipStatus

MIDDLE = (0.4, 0.6)
"""Scores between these are called neither good nor bad: which side of a half they fall on is chance."""
MEANING: Mapping[str, tuple[str, str, str]] = {
    "clap_alignment": (
        "does not sound like what was asked for",
        "sounds only somewhat like what was asked for",
        "sounds like what was asked for",
    ),
    "style_consistency": (
        "is unlike the references of its category",
        "is only fairly typical of its category",
        "is typical of its category",
    ),
    "quality_head": ("has audible damage", "may be damaged", "sounds clean"),
    "prompt_pair_quality": ("sounds noisy", "sounds neither noisy nor clean", "sounds clean"),
    "technical_head": (
        "misses the tempo, width or brightness asked for",
        "has some of the technical traits asked for",
        "has the technical traits asked for",
    ),
    "novelty": (
        "is close to a reference or to another clip of its group, or unlike its category",
        "is only partly a sound of its own",
        "is a sound of its own",
    ),
}
"""What a low, a middling and a high score of a component say of a clip."""


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
    bands = {name: _band(components[name].score or 0.0) for name in (best, worst)}
    named = [best, worst] if best != worst and bands[best] > 0 else [worst]
    parts = [_phrase(name, components, bands[name]) for name in named]
    gate = f"; the {' and '.join(closed)} gate{'s' * (len(closed) > 1)} took part of the total" if closed else ""
    return (", and " if bands[best] == bands[worst] else ", but ").join(parts) + gate


def _band(score: float) -> int:
    """0 low, 1 in the middle, 2 high."""
    return sum(score > bound for bound in MIDDLE)


def _phrase(name: str, components: Mapping[str, ComponentScore], band: int) -> str:
    words = MEANING.get(name, (f"is low on {name}", f"is middling on {name}", f"is high on {name}"))
    return f"{words[band]} ({name} {components[name].score:.2f})"


def _is_below(component: ComponentScore | None, gate: float) -> bool:
    return component is not None and component.score is not None and component.score < gate
