"""Do the set distances know a category, and do they grow with noise? FAD and KAD to every category's references."""

from collections.abc import Sequence
from dataclasses import dataclass

from audioforge.metrics.frechet import fad
from audioforge.metrics.kad import kad
from audioforge.reference_sets import find_reference_set
from audioforge.targets import CATEGORIES
from benchmarks.validity_parts.honest_clips import HonestClip
from reward_models.audio import AudioBatch
from reward_models.embedders.base import Embedder
from reward_models.reference import ReferenceSet
from training.degradations import LADDER, degrade

NOISE = "white_noise"


@dataclass(frozen=True)
class DistanceFigures:
    """One category's honest clips.

    Attributes:
        category: What they are.
        clips: How many.
        fad: FAD to each category's references.
        kad: KAD likewise.
        fad_in_noise: FAD to its own, clean and at the severities of ``LADDER``.
        kad_in_noise: KAD likewise.
    """

    category: str
    clips: int
    fad: dict[str, float]
    kad: dict[str, float]
    fad_in_noise: list[float]
    kad_in_noise: list[float]


def measure_distances(clips: Sequence[HonestClip], audio: AudioBatch, embedder: Embedder) -> list[DistanceFigures]:
    """Every category that has a reference set."""
    rows = {name: [i for i, clip in enumerate(clips) if clip.category == name] for name in CATEGORIES}
    return [_measure(name, audio.select(own), embedder) for name, own in rows.items() if len(own) > 1]


def _measure(category: str, audio: AudioBatch, embedder: Embedder) -> DistanceFigures:
    references = {name: find_reference_set(embedder, name) for name in CATEGORIES}
    known: dict[str, ReferenceSet] = {name: own for name, own in references.items() if own is not None}
    steps = [embedder.embed_audio(own) for own in (audio, *(_noisy(audio, severity) for severity in LADDER))]
    pairs = [
        (name, fad(own.stats, steps[0]).value, kad(own.embedding, steps[0], bandwidth=own.bandwidth).value)
        for name, own in known.items()
    ]
    own = known[category]
    return DistanceFigures(
        category,
        len(audio),
        {name: value for name, value, _ in pairs},
        {name: value for name, _, value in pairs},
        [fad(own.stats, step).value for step in steps],
        [kad(own.embedding, step, bandwidth=own.bandwidth).value for step in steps],
    )


def _noisy(audio: AudioBatch, severity: float) -> AudioBatch:
    clips = [degrade(audio.clip(i).numpy(), audio.sample_rate, NOISE, severity, seed=i) for i in range(len(audio))]
    return AudioBatch.from_arrays(clips, audio.sample_rate)
