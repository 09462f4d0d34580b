"""What leave-one-out credit of a group's FAD and KAD is worth at group sizes 4 to 64, beside per-clip typicality.

    python benchmarks/group_credit.py --clips DIR [--packs a,b,...] [--embedder mini]

Groups are drawn from clips that the reference sets don't hold: three quarters of their category, one quarter of
another. Printed for each size: how often a clip of the category gets more credit than an alien one of its group (AUC,
chance 0.5), for each kind of credit; and the FAD and KAD of groups that are all of the category: the fall of FAD with n
is its bias.
``DIR`` holds a ``manifest.json`` with ``file``, ``category``, ``seconds`` and ``group`` (the pack) an entry.
"""

import argparse
import json
from pathlib import Path

import torch
from torch import Tensor

from audioforge.metrics.frechet import fad
from audioforge.metrics.kad import kad
from audioforge.reference_sets import ReferenceLibrary
from audioforge.rewards.reference_fad import fad_of_groups, kad_of_groups, leave_one_out
from audioforge.targets import CATEGORIES
from reward_models import load_embedder
from reward_models.audio import AudioBatch
from reward_models.embedders.base import Embedder
from reward_models.reference import ReferenceSet

SIZES = (4, 8, 16, 32, 64)


def embed_packs(embedder: Embedder, clips: Path, packs: set[str], at_most: int) -> dict[str, Tensor]:
    """Unit vectors of the packs' clips by category, a fixed sample of ``at_most`` each."""
    rows = json.loads((clips / "manifest.json").read_text(encoding="utf-8"))
    vectors = {}
    for category in CATEGORIES:
        own = [
            r for r in rows if r["category"] == category and r["seconds"] >= 0.3 and (not packs or r["group"] in packs)
        ]
        order = torch.randperm(len(own), generator=torch.Generator().manual_seed(0)).tolist()[:at_most]
        batches = [AudioBatch.load([clips / own[i]["file"]]) for i in order]
        vectors[category] = torch.cat([embedder.embed_audio(batch) for batch in batches]).double()
    return vectors


def auc(inside: Tensor, outside: Tensor) -> float:
    """Share of pairs in which the first is larger; ties count half."""
    more, same = inside[:, None] > outside[None], inside[:, None] == outside[None]
    return float((more.double() + 0.5 * same.double()).mean())


def draw(vectors: Tensor, n: int, generator: torch.Generator) -> Tensor:
    """``n`` different clips where there are as many, else with repeats."""
    if n <= len(vectors):
        return vectors[torch.randperm(len(vectors), generator=generator)[:n]]
    return vectors[torch.randint(len(vectors), (n,), generator=generator)]


def credit_table(reference: ReferenceSet, own: Tensor, aliens: Tensor, size: int, groups: int) -> dict[str, float]:
    """AUC of each kind of credit over random groups of one size."""
    generator = torch.Generator().manual_seed(size)
    held_out, n_alien = reference.held_out.double(), max(1, size // 4)
    totals = {"fad": 0.0, "kad": 0.0, "mahalanobis": 0.0, "kernel": 0.0}
    for _ in range(groups):
        group = torch.cat([draw(own, size - n_alien, generator), draw(aliens, n_alien, generator)])
        credit = {
            "fad": leave_one_out(fad_of_groups(reference), group, held_out).score,
            "kad": leave_one_out(kad_of_groups(reference), group, held_out).score,
            "mahalanobis": reference.mahalanobis(group),
            "kernel": reference.kernel(group),
        }
        for kind, values in credit.items():
            totals[kind] += auc(values[:-n_alien], values[-n_alien:]) / groups
    return totals


def main() -> None:
    """Prints both tables, means over the categories."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--packs", default="", help="comma-separated; by default all")
    parser.add_argument("--embedder", default="mini")
    parser.add_argument("--groups", type=int, default=10, help="groups a size and category")
    parser.add_argument("--at-most", type=int, default=80, help="clips a category")
    arguments = parser.parse_args()
    embedder = load_embedder(arguments.embedder)
    vectors = embed_packs(embedder, arguments.clips, set(filter(None, arguments.packs.split(","))), arguments.at_most)
    library = ReferenceLibrary(embedder)
    print(f"{embedder.name} {embedder.fingerprint};", ", ".join(f"{c} {len(v)} clips" for c, v in vectors.items()))
    for size in SIZES:
        rows, distances = [], []
        for category in CATEGORIES:
            reference = library[category]
            assert reference is not None, "sets of the embedder ship"
            aliens = torch.cat([vectors[other] for other in CATEGORIES if other != category])
            rows.append(credit_table(reference, vectors[category], aliens, size, arguments.groups))
            group = draw(vectors[category], size, torch.Generator().manual_seed(size))
            bandwidth = reference.bandwidth
            distances.append(
                (float(fad(reference.stats, group)), float(kad(reference.embedding, group, bandwidth=bandwidth)))
            )
        means = "  ".join(f"{kind} {sum(row[kind] for row in rows) / len(rows):.3f}" for kind in rows[0])
        frechet, kernel = (sum(values) / len(values) for values in zip(*distances, strict=True))
        print(f"n {size:3d}  AUC  {means}   |  own category: FAD {frechet:.3f}  KAD {kernel:.2f}")


if __name__ == "__main__":
    main()
