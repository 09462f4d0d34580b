"""What the rewards that compare with references say of clips whose nature is known.

    python -m benchmarks.reference_rewards [--embedder mini]

``novelty`` and ``style_consistency`` of held-out real clips, of edited copies of references, and of signals that
are no sound of any category: medians over the four categories, and the category where the median is highest.
"""

import argparse
from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor

from audioforge.clips import Clips
from audioforge.exploits import edits, signals
from audioforge.reference_clips import load_reference_clips
from audioforge.rewards.novelty import Novelty
from audioforge.rewards.style_consistency import StyleConsistency
from audioforge.targets import CATEGORIES
from benchmarks.validity_parts.honest_clips import SAMPLE_RATE
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


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedder", default="mini")
    options = parser.parse_args()
    torch.set_num_threads(1)
    embedder = load_embedder(options.embedder)
    print(f"{embedder.name} {embedder.fingerprint}")
    print_scores(embedder)


if __name__ == "__main__":
    main()
