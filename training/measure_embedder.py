"""How well an embedder separates categories and labels of sounds that it was not fitted to.

Run::

    python -m training.measure_embedder aisfx --clips DIR --embeddings aisfx.safetensors

``DIR/manifest.json`` lists ``file``, ``category``, ``label`` and ``group`` (the pack a clip came from) of each clip.
Embedding is the slow part and is kept in ``--embeddings``. Printed, each with its number of clips and its chance level:

* category and label by nearest centroid, with whole packs held out (packs that share recordings together),
* the everyday classes of the groups ``esc10_f1`` to ``esc10_f3`` by logistic regression, each group held out in turn.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize

from reward_models.audio import AudioBatch
from reward_models.embedders.base import Embedder
from reward_models.embedders.registry import load_embedder

SHARED_RECORDINGS = {
    "keyboardia": "tonejs-instruments",
    "esc10_f1": "esc10",
    "esc10_f2": "esc10",
    "esc10_f3": "esc10",
}
CLIPS_AT_ONCE = 16
Records = Sequence[dict[str, str]]


def embed(embedder: Embedder, folder: Path, records: Records) -> Tensor:
    """Unit vectors of all clips."""
    vectors = []
    for start in range(0, len(records), CLIPS_AT_ONCE):
        files = [folder / record["file"] for record in records[start : start + CLIPS_AT_ONCE]]
        vectors.append(embedder.embed_audio(AudioBatch.load(files, sample_rate=embedder.sample_rate, channels=1)))
    return torch.cat(vectors)


def nearest_centroid(embedding: Tensor, classes: Sequence[str], folds: Sequence[str]) -> tuple[float, float, int]:
    """Accuracy, mean of the classes' accuracies, and number of clips judged.

    Each fold is held out in turn; vectors are centred on the mean of the others. A held-out clip whose class occurs in
    no other fold can't be judged and is left out.
    """
    right: dict[str, list[bool]] = {}
    for fold in sorted(set(folds)):
        known = [i for i, own in enumerate(folds) if own != fold]
        names = sorted({classes[i] for i in known})
        centred = normalize(embedding - embedding[known].mean(0), dim=1)
        centroids = torch.stack([centred[[i for i in known if classes[i] == name]].mean(0) for name in names])
        nearest = (centred @ normalize(centroids, dim=1).T).argmax(1)
        for i, own in enumerate(folds):
            if own == fold and classes[i] in names:
                right.setdefault(classes[i], []).append(names[int(nearest[i])] == classes[i])
    judged = [hit for hits in right.values() for hit in hits]
    balanced = sum(sum(hits) / len(hits) for hits in right.values()) / len(right)
    return sum(judged) / len(judged), balanced, len(judged)


def logistic_regression(embedding: Tensor, classes: Sequence[str], held_out: Tensor, penalty: float = 100.0) -> float:
    """Accuracy on the held-out rows of a multinomial logistic regression (standardised inputs, L2) on the others."""
    names = sorted(set(classes))
    target = torch.tensor([names.index(name) for name in classes])
    known = ~held_out
    inputs = (embedding - embedding[known].mean(0)) / (embedding[known].std(0) + 1e-6)
    inputs = torch.cat([inputs, torch.ones(len(inputs), 1)], dim=1)
    weight = torch.zeros(inputs.shape[1], len(names), requires_grad=True)
    optimiser = torch.optim.LBFGS([weight], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        value = cross_entropy(inputs[known] @ weight, target[known], reduction="sum")
        value = value + 0.5 * penalty * weight[:-1].square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    hits = (inputs[held_out] @ weight).argmax(1) == target[held_out]
    return float(hits.float().mean())


def shared_labels(records: Records, packs: Sequence[str]) -> list[int]:
    """Clips whose label occurs in at least two packs."""
    owners: dict[str, set[str]] = {}
    for record, pack in zip(records, packs, strict=True):
        owners.setdefault(record["label"], set()).add(pack)
    return [i for i, record in enumerate(records) if len(owners[record["label"]]) > 1]


def report_centroids(embedding: Tensor, records: Records) -> None:
    """Prints the nearest-centroid figures."""
    packs = [SHARED_RECORDINGS.get(record["group"], record["group"]) for record in records]
    everything = list(range(len(records)))
    for field, rows in (("category", everything), ("label", shared_labels(records, packs))):
        classes = [records[i][field] for i in rows]
        plain, balanced, clips = nearest_centroid(embedding[rows], classes, [packs[i] for i in rows])
        chance = 1 / len(set(classes))
        print(f"{field}, packs held out: {plain:.3f}, balanced {balanced:.3f} (n {clips}, chance {chance:.3f})")


def report_everyday(embedding: Tensor, records: Records) -> None:
    """Prints the everyday-class figures."""
    rows = [i for i, record in enumerate(records) if record["group"].startswith("esc10")]
    classes = [records[i]["label"] for i in rows]
    folds = [records[i]["group"] for i in rows]
    accuracies = []
    for fold in sorted(set(folds)):
        accuracies.append(logistic_regression(embedding[rows], classes, torch.tensor([own == fold for own in folds])))
        print(f"everyday classes, {fold} held out: {accuracies[-1]:.3f} (n {folds.count(fold)}, chance 0.100)")
    print(f"everyday classes, mean of the folds: {sum(accuracies) / len(accuracies):.3f}")


def main() -> None:
    """Embeds the clips, or reads their embeddings, and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embedder")
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--embeddings", type=Path, required=True)
    arguments = parser.parse_args()
    records = json.loads((arguments.clips / "manifest.json").read_text(encoding="utf-8"))
    if not arguments.embeddings.is_file():
        save_file(
            {"embedding": embed(load_embedder(arguments.embedder), arguments.clips, records)}, arguments.embeddings
        )
    embedding = load_file(arguments.embeddings)["embedding"]
    report_centroids(embedding, records)
    report_everyday(embedding, records)


if __name__ == "__main__":
    main()
