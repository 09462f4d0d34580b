"""Which measure of typicality tells a category's clips from others'? The figures of ``style_consistency``.

    python -m benchmarks.typicality --library DIR [--embedder mini] [--each 80]

Under each embedder's shipped reference sets: the AUC (chance 0.5) of typicality, clips of the own category against
clips of all others, then against noise, tones and clicks; means of the four categories. "Shipped" are the held-out
clips of the references, "packs" clips of a library's packs that ``mini`` never heard.
"""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.exploits.signals import SIGNALS
from audioforge.reference_sets import find_reference_set
from audioforge.targets import CATEGORIES
from benchmarks.validity_parts.honest_clips import SAMPLE_RATE, chosen, held_out_library, load
from reward_models import load_embedder
from reward_models.audio import AudioBatch
from reward_models.embedders.base import Embedder
from reward_models.reference import ReferenceSet
from reward_models.typicality import KernelTypicality, oracle_shrinkage

Typicality = Callable[[Float[Tensor, "batch dim"]], Float[Tensor, " batch"]]
Vectors = Mapping[str, Float[Tensor, "clip dim"]]

ARTIFICIAL = ("white noise", "pink noise", "sine tone", "sweep", "clicks", "square wave")
SECONDS, SEEDS, EMBEDDED_AT_ONCE = 4.0, 4, 32


def measures(reference: ReferenceSet) -> dict[str, Typicality]:
    """The two that ship, in bold, and those that they were chosen over."""
    clips, median = reference.embedding.double(), reference.bandwidth
    covariance = reference.stats.scatter / reference.stats.n
    return {
        "oracle shrinkage": _mahalanobis(reference, oracle_shrinkage(covariance, reference.stats.n)),
        "sphere of weight .5": _mahalanobis(reference, 0.5),
        "**sphere of 500 clips (`mahalanobis`)**": reference.mahalanobis,
        "kernel, median bandwidth": KernelTypicality(clips, median),
        "**kernel, half of it (`kernel`)**": reference.kernel,
        "kernel, a quarter": KernelTypicality(clips, median / 4),
        "mean distance to 5 nearest": lambda own: (
            -torch.cdist(own.double(), clips).topk(5, largest=False).values.mean(1)
        ),
    }


def _mahalanobis(reference: ReferenceSet, weight: float) -> Typicality:
    covariance = reference.stats.scatter / reference.stats.n
    sphere = torch.eye(len(covariance), dtype=torch.float64) * (covariance.trace() / len(covariance))
    lower = torch.linalg.cholesky(covariance * (1 - weight) + sphere * weight)

    def typicality(own: Float[Tensor, "batch dim"]) -> Float[Tensor, " batch"]:
        deviation = (own.double() - reference.stats.mean).T
        return -torch.linalg.vector_norm(torch.linalg.solve_triangular(lower, deviation, upper=False), dim=0)

    return typicality


def auc(own: Float[Tensor, " a"], others: Float[Tensor, " b"]) -> float:
    """How often the first is higher; a tie is half."""
    return float((own[:, None] > others).double().mean() + 0.5 * (own[:, None] == others).double().mean())


def figures(
    references: Mapping[str, ReferenceSet], clips: Vectors, artificial: Tensor
) -> dict[str, tuple[float, float]]:
    """Per measure: against the other categories, and against what is no recording."""
    found: dict[str, list[tuple[float, float]]] = {}
    for category, reference in references.items():
        others = torch.cat([own for name, own in clips.items() if name != category])
        for name, typicality in measures(reference).items():
            own = typicality(clips[category])
            found.setdefault(name, []).append((auc(own, typicality(others)), auc(own, typicality(artificial))))
    return {name: (_mean([a for a, _ in rows]), _mean([b for _, b in rows])) for name, rows in found.items()}


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def embed(embedder: Embedder, audio: AudioBatch) -> Float[Tensor, "clip dim"]:
    """Unit vectors, some clips at a time."""
    rows = torch.arange(len(audio)).split(EMBEDDED_AT_ONCE)
    return torch.cat([embedder.embed_audio(audio.select(own.tolist())) for own in rows])


def by_category(references: Mapping[str, ReferenceSet], packs: Vectors, artificial: Vectors) -> list[str]:
    """Lines on ``mahalanobis`` alone: AUC and mean score on packs, mean scores of artificial sounds."""
    lines = []
    for category, reference in references.items():
        others = torch.cat([own for name, own in packs.items() if name != category])
        value = auc(reference.mahalanobis(packs[category]), reference.mahalanobis(others))
        scores = {"packs": packs[category]} | dict(artificial)
        means = {name: float(_score(reference, own).mean()) for name, own in scores.items()}
        lines.append(f"{category}: AUC {value:.3f}; mean score: {', '.join(f'{n} {m:.2f}' for n, m in means.items())}")
    return lines


def _score(reference: ReferenceSet, embedding: Float[Tensor, "batch dim"]) -> Float[Tensor, " batch"]:
    return reference.mahalanobis_rank.share_below(reference.mahalanobis(embedding))


def _artificial(embedder: Embedder) -> dict[str, Tensor]:
    samples = round(SECONDS * SAMPLE_RATE)
    made = {name: [SIGNALS[name](samples, SAMPLE_RATE, seed) for seed in range(SEEDS)] for name in ARTIFICIAL}
    return {name: embed(embedder, AudioBatch.from_arrays(own, SAMPLE_RATE)) for name, own in made.items()}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, required=True, help="folder of clips with a manifest.json")
    parser.add_argument("--each", type=int, default=80, help="clips of packs a category")
    parser.add_argument("--embedder", default="mini")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    embedder = load_embedder(arguments.embedder)
    sets = {name: find_reference_set(embedder, name) for name in CATEGORIES}
    references = {name: own for name, own in sets.items() if own is not None}
    clips = chosen(held_out_library(arguments.library), arguments.each)
    vectors = embed(embedder, load(clips))
    rows = {name: [i for i, clip in enumerate(clips) if clip.category == name] for name in references}
    packs, artificial = {name: vectors[own] for name, own in rows.items()}, _artificial(embedder)
    noise = torch.cat(list(artificial.values()))
    shipped = figures(references, {name: own.held_out for name, own in references.items()}, noise)
    unheard = figures(references, packs, noise)
    print(f"{embedder.name} {embedder.fingerprint}, {len(clips)} clips of packs\n")
    print("| measure | shipped clips | packs |\n|---|---|---|")
    for name in shipped:
        print(f"| {name} | {' | '.join(f'{a:.3f} / {b:.3f}' for a, b in (shipped[name], unheard[name]))} |")
    print("", *by_category(references, packs, artificial), sep="\n")


if __name__ == "__main__":
    main()
