"""Trains ``fidelity``, the embedder that hears damage.

    python training/draw_pictures.py --clips DIR --out pictures.safetensors
    python training/fit_fidelity.py --pictures pictures.safetensors --out first
    python training/fit_fidelity.py --pictures more.safetensors --start first --beside first --out checkpoints/fidelity

A small CNN looks at log-mel pictures (and statistics of finer views) of clean passages, of their copies under graded
degradations and of garbage, and learns three things at once: how large the damage is (log dB, Huber), which copy of
one passage is worse (pairs), and what kind of damage it is (cross entropy). Only the embedding is kept; the three
read-outs are thrown away.

Left out: kinds in ``HELD_OUT_KINDS``, garbage in ``HELD_OUT_GARBAGE`` and all held-out groups. No clip is listened to.
"""

import argparse
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import lightning
import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from typing_extensions import override

from reward_models.checkpoints import load_config, load_weights
from reward_models.embedders.fidelity import DIM, FILES, FORMAT, FRONT_END, FidelityNetwork
from training.quality.order import worse
from training.quality.pictures import Pictures, joined, load_pictures


class Batch(NamedTuple):
    """Bundles of a passage and its copies.

    Attributes:
        picture: Log-mel pictures in [0, 1].
        details: Statistics of the finer views.
        target: ``log(1 + damage)``.
        severity: In [0, 1]; 0 for clean.
        kind: Number of the kind of damage.
    """

    picture: Float[Tensor, "*bundle copy mel frame"]
    details: Float[Tensor, "*bundle copy detail"]
    target: Float[Tensor, "*bundle copy"]
    severity: Float[Tensor, "*bundle copy"]
    kind: Int[Tensor, "*bundle copy"]


COPIES = 7
"""Examples of one bundle in a batch: the clean passage and six of its degraded copies."""
PAIR_WEIGHT = 2.0


class Bundles(Dataset[Batch]):
    """One item is a passage with some of its copies, drawn anew each time."""

    def __init__(self, pictures: Pictures, kinds: list[str], rng: np.random.Generator) -> None:
        self.pictures, self.rng, self.bundles = pictures, rng, pictures.bundles(COPIES)
        self.target = pictures.target
        self.severity = torch.tensor([label.severity for label in pictures.labels])
        self.kind = torch.tensor([kinds.index(kind) for kind in pictures.kinds])

    def __len__(self) -> int:
        return len(self.bundles)

    def __getitem__(self, index: int) -> Batch:
        """The clean passage and copies drawn from the rest; the pictures under a random equaliser."""
        members = self.bundles[index]
        copies = members[1:] if len(members) > 1 else members
        rest = self.rng.choice(copies, COPIES - 1, replace=len(copies) < COPIES - 1)
        chosen = torch.from_numpy(np.concatenate([members[:1], rest]))
        picture = self.pictures.picture[chosen].float() / 255
        details, target = self.pictures.details[chosen], self.target[chosen]
        return Batch(equalised(picture, self.rng), details, target, self.severity[chosen], self.kind[chosen])


def equalised(picture: Float[Tensor, "copy mel frame"], rng: np.random.Generator) -> Float[Tensor, "copy mel frame"]:
    """A smooth random equaliser of up to 4 dB, the same for all copies: a taste in sound is no damage."""
    knots = rng.uniform(-4, 4, 5) / -FRONT_END.floor_db
    curve = np.interp(np.linspace(0, 4, picture.shape[1]), np.arange(5), knots).astype(np.float32)
    moved = picture + torch.from_numpy(curve)[None, :, None] * (picture > 0)
    return (moved + 1 - moved.amax((1, 2), keepdim=True)).clamp(0, 1) * (picture > 0)


class FidelityTrainer(lightning.LightningModule):
    """The network with its three read-outs."""

    def __init__(self, kinds: int, steps: int, rate: float) -> None:
        super().__init__()
        self.network = FidelityNetwork()
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # a third faster on a CPU
        self.damage = nn.Sequential(nn.Linear(DIM, 64), nn.ReLU(), nn.Linear(64, 1))
        self.kind = nn.Linear(DIM, kinds)
        self.steps, self.rate = steps, rate
        self.seen: list[Tensor] = []

    def training_step(self, batch: Batch, index: int) -> Tensor:
        """Damage, pairs and kind."""
        # Heads see unit vectors, so the read-outs do too. No bfloat16: it would round away the statistics.
        network = self.network(batch.picture.flatten(0, 1), batch.details.flatten(0, 1))
        vector = nn.functional.normalize(network, dim=1) * DIM**0.5
        predicted = self.damage(vector)[:, 0].view_as(batch.target)
        named = nn.functional.cross_entropy(self.kind(vector), batch.kind.flatten())
        ranked = pair_loss(predicted, worse(batch.target, batch.severity, batch.kind))
        self.seen.append(torch.stack([ranked, named]).detach())
        return nn.functional.huber_loss(predicted, batch.target) + PAIR_WEIGHT * ranked + 0.2 * named

    @override
    def on_train_epoch_end(self) -> None:
        """Says how far it is."""
        ranked, named = torch.stack(self.seen).mean(0).tolist()
        self.seen.clear()
        print(f"epoch {self.current_epoch}: pairs {ranked:.3f}, kinds {named:.3f}", flush=True)

    def configure_optimizers(self) -> dict[str, object]:
        """AdamW under one cycle."""
        optimizer = torch.optim.AdamW(self.parameters(), self.rate, weight_decay=0.02)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, self.rate, self.steps, pct_start=0.15)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def pair_loss(predicted: Float[Tensor, "bundle copy"], ranked: Bool[Tensor, "bundle copy copy"]) -> Float[Tensor, ""]:
    """Logistic loss on pairs of one bundle: the worse copy should be predicted worse."""
    gap = predicted[:, :, None] - predicted[:, None, :]
    return (nn.functional.softplus(-3 * gap) * ranked).sum() / ranked.sum().clamp_min(1)


def fit(
    pictures: Pictures, start: Mapping[str, Tensor] | None, *, epochs: int, batch: int, rate: float, seed: int
) -> FidelityNetwork:
    """Trains from scratch, or with the convolutions of ``start``.

    Args:
        pictures: Training examples.
        start: Weights whose convolutions to go on from; all that follows them begins anew.
        epochs: Passes over the bundles.
        batch: Bundles in a step.
        rate: Peak learning rate.
        seed: Of weights and draws.
    """
    lightning.seed_everything(seed, verbose=False)
    kinds = sorted(set(pictures.kinds))
    data = Bundles(pictures, kinds, np.random.default_rng(seed))
    loader = DataLoader(data, batch, shuffle=True, drop_last=True)
    module = FidelityTrainer(len(kinds), epochs * len(loader), rate)
    if start is not None:
        module.network.stages.load_state_dict(start)
    trainer = lightning.Trainer(
        max_epochs=epochs, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, gradient_clip_val=1.0,
    )  # fmt: skip
    trainer.fit(module, loader)
    return module.network.eval()


def stages_of(folder: Path) -> dict[str, Tensor]:
    """The convolutions of a checkpoint; those of the earlier form fit as well."""
    weights = load_weights(folder)
    return {name.removeprefix("stages."): own.float() for name, own in weights.items() if name.startswith("stages.")}


def save(network: FidelityNetwork, folder: Path, training: dict[str, object], beside: Path | None) -> None:
    """Writes ``config.json`` and ``model.safetensors`` (half precision); ``beside`` another, it is the second."""
    folder.mkdir(parents=True, exist_ok=True)
    # Vectors stay whole: running variances of small features would vanish in half precision.
    weights = {
        name: (tensor.half() if tensor.ndim > 1 else tensor).contiguous()
        for name, tensor in network.state_dict().items()
    }
    trainings = [training]
    if beside is not None:
        trainings.insert(0, load_config(beside)["training"])
        shutil.copyfile(beside / FILES[0], folder / FILES[0])
    save_file(weights, str(folder / FILES[len(trainings) - 1]))
    config = {
        "model_type": "fidelity",
        "format": FORMAT,
        "dim": DIM,
        "networks": len(trainings),
        "training": trainings if beside else training,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def arguments() -> argparse.Namespace:
    """Flags of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, nargs="+", required=True, help="files of training/draw_pictures.py")
    parser.add_argument("--start", type=Path, help="a checkpoint whose convolutions to go on from")
    parser.add_argument("--beside", type=Path, help="a checkpoint of one network that the new one is put beside")
    parser.add_argument("--out", type=Path, default=Path("checkpoints/fidelity"))
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch", type=int, default=12, help="passages in a step")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Trains, saves."""
    flags = arguments()
    torch.set_num_threads(1)
    pictures = joined([load_pictures(path) for path in flags.pictures])
    print(f"{len(pictures.labels)} examples", flush=True)
    start = None if flags.start is None else stages_of(flags.start)
    network = fit(pictures, start, epochs=flags.epochs, batch=flags.batch, rate=flags.rate, seed=flags.seed)
    training = {key: value for key, value in vars(flags).items() if key in ("epochs", "batch", "rate", "seed")}
    training["examples"] = len(pictures.labels)
    training["start"] = None if flags.start is None else load_config(flags.start)["training"]
    save(network, flags.out, training, flags.beside)


if __name__ == "__main__":
    main()
