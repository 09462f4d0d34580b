"""What the rewards that compare with references say of clips whose nature is known.

    python -m benchmarks.reference_rewards [--embedder mini] [--library DIR]

First ``novelty`` and ``style_consistency`` of held-out real clips, of edited copies of references, and of signals that
are no sound of any category: median scores over the four categories, and the worst single category. Then how well
typicality tells categories apart: AUC of clips of the own category against those of the other three, and against
signals; for the shipped clips of the calibration split, and with ``--library`` for clips of packs outside the
references, held out of ``mini``'s training. Chance is 0.5.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.clips import Clips
from audioforge.exploits import edits, signals
from audioforge.reference_clips import load_reference_clips
from audioforge.reference_sets import ReferenceLibrary
from audioforge.rewards.novelty import Novelty
from audioforge.rewards.style_consistency import StyleConsistency
from audioforge.targets import CATEGORIES
from benchmarks.validity_parts.honest_clips import (
    SAMPLE_RATE,
    HonestClip,
    calibration_references,
    chosen,
    held_out_library,
    load,
)
from reward_models import AudioBatch, load_embedder
from reward_models.embedders.base import Embedder

EDITS = ("copied", "quieter_copy", "louder", "reversed_in_time", "looped_half_second", "under_noise", "hard_clipped")
SIGNALS = ("white_noise", "pink_noise", "sine_tone", "sweep", "square_wave", "clicks", "babble")
EACH, SECONDS = 6, 4
Sounds = list[tuple[str, Tensor]]
"""Category and ``(channel, time)``."""


def edited(name: str) -> Sounds:
    """Six references of every category, edited."""
    edit: Callable[[Tensor, int, int], Tensor] = getattr(edits, name)
    sounds: Sounds = []
    for category in CATEGORIES:
        for clip in load_reference_clips(category=category, split="reference")[::7][:EACH]:
            audio = AudioBatch.load([clip.path], sample_rate=SAMPLE_RATE, channels=1)
            sounds.append((category, edit(audio.clip(0), SAMPLE_RATE, 1)))
    return sounds


def synthetic(name: str) -> Sounds:
    """Three takes of a signal, each as every category."""
    make = getattr(signals, name)
    takes = [torch.as_tensor(make(SAMPLE_RATE * SECONDS, SAMPLE_RATE, seed))[None].float() for seed in range(3)]
    return [(category, take) for take in takes for category in CATEGORIES]


def held_out() -> Sounds:
    """Every third recording that the sets hold out."""
    return [
        (clip.category, AudioBatch.load([clip.path], sample_rate=SAMPLE_RATE, channels=1).clip(0))
        for category in CATEGORIES
        for clip in load_reference_clips(category=category, split="calibration")[::3]
    ]


def print_scores(embedder: Embedder) -> None:
    """One row a kind of clip."""
    novelty, style = Novelty(embedder), StyleConsistency(embedder)
    made: dict[str, Callable[[], Sounds]] = {"held-out real clips": held_out}
    made |= {name: partial(edited, name) for name in (*EDITS, "phase_scrambled")}
    made |= {name: partial(synthetic, name) for name in SIGNALS}
    print("| clips | novelty | typicality | most novel, most typical category |\n|---|---|---|---|")
    for name, make in made.items():
        sounds = make()
        clips = Clips(AudioBatch.from_arrays([s for _, s in sounds], SAMPLE_RATE), categories=[c for c, _ in sounds])
        new, typical = novelty.score(clips).score, style.score(clips).score
        best = [_best([c for c, _ in sounds], score) for score in (new, typical)]
        print(f"| {name.replace('_', ' ')} | {new.nanmedian():.3f} | {typical.nanmedian():.3f} | {', '.join(best)} |")


def _best(categories: Sequence[str], score: Tensor) -> str:
    medians = {c: float(score[[own == c for own in categories]].nanmedian()) for c in dict.fromkeys(categories)}
    name = max(medians, key=lambda category: medians[category])
    return f"{name} {medians[name]:.2f}"


def print_separation(embedder: Embedder, title: str, clips: Sequence[HonestClip]) -> None:
    """AUC of both methods' typicality, own category against the others and against signals."""
    vectors: dict[str, Tensor] = {
        c: embed(embedder, [clip for clip in clips if clip.category == c]) for c in CATEGORIES
    }
    noise = torch.cat([embedder.embed_audio(AudioBatch.from_arrays([s], SAMPLE_RATE)) for s in _signals()])
    library = ReferenceLibrary(embedder)
    print(f"\n{title}: {sum(map(len, vectors.values()))} clips; AUC against other categories / against signals")
    for method in ("mahalanobis", "kernel"):
        rows = [_separation(getattr(library[c], method), c, vectors, noise) for c in CATEGORIES]
        each = ", ".join(f"{c} {own:.3f} / {low:.3f}" for c, (own, low) in zip(CATEGORIES, rows, strict=True))
        mean = torch.tensor(rows).mean(0)
        print(f"{method}: mean {mean[0]:.3f} / {mean[1]:.3f} ({each})")


def _signals() -> list[Tensor]:
    return [sound for name in SIGNALS[:-1] for _, sound in synthetic(name)[:: len(CATEGORIES)]]


def _separation(
    typicality: Callable[[Tensor], Tensor], category: str, vectors: Mapping[str, Tensor], noise: Tensor
) -> tuple[float, float]:
    own = typicality(vectors[category])
    others = typicality(torch.cat([v for name, v in vectors.items() if name != category]))
    return _auc(own, others), _auc(own, typicality(noise))


def _auc(positive: Tensor, negative: Tensor) -> float:
    above = (positive[:, None] > negative[None]).double() + 0.5 * (positive[:, None] == negative[None]).double()
    return float(above.mean())


def embed(embedder: Embedder, clips: Sequence[HonestClip]) -> Float[Tensor, "clip dim"]:
    """Unit vectors."""
    return torch.cat([embedder.embed_audio(load(clips[start : start + 16])) for start in range(0, len(clips), 16)])


def main() -> None:
    """Prints all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedder", default="mini")
    parser.add_argument("--library", type=Path, help="a folder of labelled clips with manifest.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    embedder = load_embedder(options.embedder)
    print(f"{embedder.name} {embedder.fingerprint}")
    print_scores(embedder)
    print_separation(embedder, "shipped clips, calibration split", calibration_references())
    if options.library is not None:
        print_separation(embedder, "other packs", chosen(held_out_library(options.library), 80))


if __name__ == "__main__":
    main()
