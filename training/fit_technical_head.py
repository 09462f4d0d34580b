"""Trains the technical head: tempo from drum loops of known tempo, and how bright, dynamic and wide real clips are.

    python training/fit_technical_head.py --loops DIR --out checkpoints/technical-head

The tempo network learns from patterns of known tempo played on synthesised kits, with some noise, reverb and filtering
on top; some genres are held out. ``--loops`` is a folder with Sonic Pi's samples (CC0): its real loops of known tempo
are only tested on. Brightness, dynamics and width are measured, not learned: their distribution over the reference
clips is stored, so that a score can say how many real clips are darker, flatter or narrower.
"""

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import lightning
import numpy as np
import torch
from jaxtyping import Float
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from audioforge.reference_clips import load_reference_clips
from reward_models.audio import AudioBatch
from reward_models.embedders.mini.front_end import LogMel
from reward_models.heads.technical_head import FORMAT, MEASURES
from reward_models.heads.tempo import FRONT_END, TempoNetwork, beat_features, folded_error, onset_strength, tempi
from training.degradations import degrade
from training.degradations.severity import Waveform
from training.mini.drum_patterns import GENRES, play
from training.mini.drum_synthesis import synthetic_kit
from training.mini.sonic_pi import sonic_pi_recordings

HELD_OUT_GENRES = ("bossa nova", "disco", "funk", "trap")
ROUGHENED = ("pink_noise", "reverb", "low_pass", "soft_clip")
KNOTS = 101
WIDTH_OF_A_TEMPO = 0.015
"""Standard deviation of the target around the true tempo, as a ratio."""


class Loop(NamedTuple):
    """A loop ``(time,)`` at 32 kHz and its tempo."""

    waveform: Waveform
    bpm: float


def pattern_loops(count: int, genres: Sequence[str], seed: int) -> list[Loop]:
    """Loops of random genre, kit and tempo (the genre's range, a tenth wider), a part of them roughened."""
    rng, draw = random.Random(seed), np.random.default_rng(seed)
    kits = [synthetic_kit(draw) for _ in range(12)]
    loops = []
    for index in range(count):
        genre = GENRES[rng.choice(genres)]
        bpm = rng.uniform(0.9 * genre.bpm[0], 1.1 * genre.bpm[1])
        waveform = play(genre, rng.choice(kits), bpm, rng.uniform(1.8, 8.0), rng)
        if rng.random() < 0.6:
            waveform = degrade(waveform, FRONT_END.sample_rate, rng.choice(ROUGHENED), rng.random() * 0.6, seed=index)
        loops.append(Loop(waveform, bpm))
    return loops


def real_loops(folder: Path) -> dict[str, Loop]:
    """The folder's loops of known tempo, by file name."""
    names = [path.stem for path in sorted(folder.glob("*.flac"))]
    found = zip(names, sonic_pi_recordings(folder), strict=True)
    return {name: Loop(own.waveform, own.bpm) for name, own in found if own.bpm is not None}


def features(loops: Sequence[Loop]) -> Float[Tensor, "loop tempo feature"]:
    """Inputs of the network."""
    front_end = LogMel(FRONT_END)
    return torch.stack([beat_features(onset_strength(torch.from_numpy(loop.waveform), front_end)) for loop in loops])


def targets(loops: Sequence[Loop]) -> Float[Tensor, "loop tempo"]:
    """Most of the mass on the true tempo, a tenth each on its half and double."""
    bpm = torch.tensor([loop.bpm for loop in loops])[:, None]
    target = torch.zeros(len(loops), len(tempi()))
    for octave, mass in ((0.5, 0.1), (1.0, 0.8), (2.0, 0.1)):
        target += mass * torch.exp(-0.5 * ((tempi() / (octave * bpm)).log() / WIDTH_OF_A_TEMPO) ** 2)
    return target / target.sum(1, keepdim=True)


class TempoTrainer(lightning.LightningModule):
    """Cross entropy with the soft target."""

    def __init__(self, rate: float, epochs: int) -> None:
        super().__init__()
        self.network, self.rate, self.epochs = TempoNetwork(), rate, epochs

    def training_step(self, batch: list[Tensor], index: int) -> Tensor:
        """One step."""
        inputs, target = batch
        return -(target * self.network(inputs)).sum(1).mean()

    def configure_optimizers(self) -> dict[str, object]:
        """AdamW under a cosine."""
        optimizer = torch.optim.AdamW(self.parameters(), self.rate, weight_decay=0.01)
        return {
            "optimizer": optimizer,
            "lr_scheduler": torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.epochs),
        }


def fit(loops: Sequence[Loop], *, epochs: int, rate: float, seed: int) -> TempoNetwork:
    """Trains the tempo network."""
    lightning.seed_everything(seed, verbose=False)
    data = TensorDataset(features(loops), targets(loops))
    module = TempoTrainer(rate, epochs)
    trainer = lightning.Trainer(
        max_epochs=epochs, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False,
    )  # fmt: skip
    trainer.fit(module, DataLoader(data, 32, shuffle=True))
    network = module.network.eval()
    assert isinstance(network, nn.Module)
    return network


def found_tempi(network: TempoNetwork, loops: Sequence[Loop]) -> list[float]:
    """The likeliest tempo of each loop."""
    with torch.no_grad():
        return [float(tempo) for tempo in tempi()[network(features(loops)).argmax(1)]]


def accuracy(found: Sequence[float], loops: Sequence[Loop]) -> float:
    """Share within 4 % of the true tempo, its half or its double."""
    return float(np.mean([folded_error(tempo, loop.bpm) <= 0.04 for tempo, loop in zip(found, loops, strict=True)]))


def reference_knots() -> dict[str, list[float]]:
    """Quantiles of each measure over the reference clips; width over those that are stereo."""
    clips = load_reference_clips(split="reference")
    values: dict[str, list[float]] = {name: [] for name in MEASURES}
    for clip in clips:
        audio = AudioBatch.load([clip.path])
        for name, measure in MEASURES.items():
            if name != "width" or audio.waveform.shape[1] == 2:
                values[name].append(measure(audio.clip(0), audio.sample_rate))
    return {name: np.quantile(own, np.linspace(0, 1, KNOTS)).round(6).tolist() for name, own in values.items() if own}


CARD = """# Technical head

Tempo by a network of {parameters} parameters on the autocorrelation of onsets; brightness, dynamics and stereo width as
measured, ranked among the {references} clips of the reference set.

Trained by

    {command}

on {count} drum patterns of known tempo on synthesised kits (12 kits, genres except {held}).

| tempo within 4 % up to an octave | loops | share |
|---|---|---|
| patterns of held-out genres on other kits | {unseen_count} | {unseen:.3f} |
| real loops (Sonic Pi, CC0; none trained on) | {real_count} | {real:.3f} |

A guess of 120 for every real loop gets {guess:.3f}.

| real loop | true | found |
|---|---|---|
{rows}

Not for music without onsets, for swing-free accuracy better than a per cent, or for telling a tempo from its half or
double: those share the probability. Loops under a second are not judged.
"""


def main() -> None:
    """Trains, tests, saves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loops", type=Path, required=True, help="folder with Sonic Pi's samples")
    parser.add_argument("--out", type=Path, default=Path("checkpoints/technical-head"))
    parser.add_argument("--count", type=int, default=700)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=0)
    flags = parser.parse_args()
    torch.set_num_threads(1)
    known = [genre for genre in sorted(GENRES) if genre not in HELD_OUT_GENRES]
    network = fit(pattern_loops(flags.count, known, flags.seed), epochs=flags.epochs, rate=flags.rate, seed=flags.seed)
    save(network, flags)


def save(network: TempoNetwork, flags: argparse.Namespace) -> None:
    """Writes weights, configuration and card."""
    flags.out.mkdir(parents=True, exist_ok=True)
    unseen, real = pattern_loops(120, HELD_OUT_GENRES, flags.seed + 1), real_loops(flags.loops)
    found = found_tempi(network, list(real.values()))
    save_file(network.state_dict(), str(flags.out / "model.safetensors"))
    config = {"format": FORMAT, "seed": flags.seed, "knots": reference_knots()}
    (flags.out / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    rows = [f"| {name} | {loop.bpm:g} | {tempo:.1f} |" for (name, loop), tempo in zip(real.items(), found, strict=True)]
    card = CARD.format(
        parameters=sum(weight.numel() for weight in network.parameters()),
        references=len(load_reference_clips(split="reference")),
        command=f"python training/fit_technical_head.py --loops LOOPS --seed {flags.seed}",
        count=flags.count, held=", ".join(HELD_OUT_GENRES), unseen_count=len(unseen),
        unseen=accuracy(found_tempi(network, unseen), unseen), real_count=len(real),
        real=accuracy(found, list(real.values())), guess=accuracy([120.0] * len(real), list(real.values())),
        rows="\n".join(rows),
    )  # fmt: skip
    (flags.out / "README.md").write_text(card, encoding="utf-8")
    print(card)


if __name__ == "__main__":
    main()
