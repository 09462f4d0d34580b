"""Checks data/evaluation_references with an embedder that had no part in making it.

    python training/check_references.py --embedder aisfx [--neighbours]

Prints the kernel audio distance of each category's calibration clips to each category's reference clips (the own
one should be nearest, and near 0), and how often a clip's five nearest neighbours outside its group are of its
category. ``--neighbours`` lists the clips for which they are not: the place to look for wrong labels.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from audioforge.metrics.kad import kad
from audioforge.reference_clips import ReferenceClip, load_reference_clips
from audioforge.targets import CATEGORIES
from reward_models import AudioBatch, load_embedder
from reward_models.embedders.base import Embedder

NEIGHBOURS = 5
BATCH = 16


def embed(clips: Sequence[ReferenceClip], embedder: Embedder) -> Tensor:
    """Unit vectors of the clips, ``(clip, dim)``."""
    parts = []
    for start in range(0, len(clips), BATCH):
        paths = [clip.path for clip in clips[start : start + BATCH]]
        audio = AudioBatch.load(paths, sample_rate=embedder.sample_rate, channels=1)
        parts.append(embedder.embed_audio(audio))
    return torch.cat(parts)


def distances(clips: Sequence[ReferenceClip], embedding: Tensor) -> Iterator[tuple[str, list[float]]]:
    """Each category's calibration clips against every category's reference clips."""

    def part(category: str, split: str) -> Tensor:
        return embedding[[i for i, clip in enumerate(clips) if (clip.category, clip.split) == (category, split)]]

    for category in CATEGORIES:
        candidate = part(category, "calibration")
        yield category, [kad(part(other, "reference"), candidate).value for other in CATEGORIES]


def neighbours(clips: Sequence[ReferenceClip], embedding: Tensor) -> list[list[int]]:
    """Indices of each clip's nearest clips of other groups."""
    same_group = torch.tensor([[first.group == second.group for second in clips] for first in clips])
    cosine = (embedding @ embedding.T).masked_fill(same_group, -2.0)
    nearest: list[list[int]] = cosine.topk(NEIGHBOURS).indices.tolist()
    return nearest


def main() -> None:
    """Parse arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedder", default="aisfx")
    parser.add_argument("--neighbours", action="store_true")
    arguments = parser.parse_args()
    clips = load_reference_clips(verify=True)
    embedding = embed(clips, load_embedder(arguments.embedder))
    print(f"kernel audio distance, calibration (rows) to reference: {', '.join(CATEGORIES)}")
    for category, row in distances(clips, embedding):
        print(f"  {category:12}" + "".join(f"{value:8.2f}" for value in row))
    right: Counter[str] = Counter()
    for clip, nearest in zip(clips, neighbours(clips, embedding), strict=True):
        vote = Counter(clips[index].category for index in nearest).most_common(1)[0][0]
        right[clip.category] += vote == clip.category
        if arguments.neighbours and vote != clip.category:
            print(f"  {clip.file}: {', '.join(clips[index].label for index in nearest)}")
    total = Counter(clip.category for clip in clips)
    shares = ", ".join(f"{category} {right[category] / total[category]:.2f}" for category in CATEGORIES)
    share = sum(right.values()) / len(clips)
    print(f"category of {NEIGHBOURS} neighbours in other groups is right: {share:.2f} ({shares})")


if __name__ == "__main__":
    main()
