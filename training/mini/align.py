"""The audio tower learns to meet the fixed encoder's sentences, through a projection that it learns with it."""

import copy
import math
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn

from reward_models.embedders.mini.front_end import FrontEndConfig, peak_referenced
from reward_models.embedders.mini.network import AudioTower, AudioTowerConfig
from reward_models.embedders.mini.text import TextProjection
from training.mini.listener import LISTENER_DIM
from training.mini.losses import (
    ANCHOR_SHARPNESS,
    anchor_loss,
    attribute_loss,
    contrastive_loss,
    everyday_loss,
    label_loss,
    listening_loss,
    same_meaning,
)
from training.mini.sampler import Batch, Sampler
from training.mini.text_bank import TextBank

STATE_FILE = "audio.pt"
FLOOR_DB = FrontEndConfig().floor_db


@dataclass(frozen=True)
class AlignConfig:
    """Settings of the training; the weights multiply the parts of the loss, ``rounds`` share the minutes."""

    minutes: float = 30.0
    rounds: int = 2
    batch: int = 96
    rate: float = 2e-3
    decay: float = 0.02
    average: float = 0.999
    label_weight: float = 0.7
    attribute_weight: float = 0.25
    category_weight: float = 0.25
    tempo_weight: float = 0.1
    anchor_weight: float = 0.5
    everyday_weight: float = 0.5
    listening_weight: float = 0.5
    save_seconds: float = 180.0
    seed: int = 0


class Aligner(nn.Module):
    """Audio tower, text projection and the learned scales of the losses."""

    def __init__(self, audio: AudioTowerConfig, sentence_dim: int) -> None:
        super().__init__()
        self.audio = AudioTower(audio, dropout=0.2).to(memory_format=torch.channels_last)
        self.projection = TextProjection(sentence_dim, audio.dim, dropout=0.1)
        self.listener = nn.Linear(3 * audio.width, LISTENER_DIM)
        self.log_scale = nn.Parameter(torch.full((4,), math.log(14.0)))

    def scales(self) -> Tensor:
        """Factors of the cosines: captions, labels, attributes, categories; at most 60."""
        return self.log_scale.clamp(max=math.log(60.0)).exp()

    def hear(self, decibels: Float[Tensor, "window mel frame"]) -> tuple[Tensor, Tensor]:
        """Unit vectors of absolute pictures, and the listener's vectors as foretold from them."""
        with torch.autocast("cpu", torch.bfloat16):
            pooled = self.audio.pooled(peak_referenced(decibels, FLOOR_DB))
            vectors, foretold = self.audio.output(self.audio.dropout(pooled)), self.listener(pooled)
        return nn.functional.normalize(vectors.float(), dim=1), foretold.float()

    def project(self, sentences: Float[Tensor, "*text sentence"]) -> Float[Tensor, "*text dim"]:
        """Unit vectors of sentence vectors."""
        return nn.functional.normalize(self.projection(sentences.float()), dim=-1)


def total_loss(
    audio: Float[Tensor, "window dim"],
    sentence: Tensor,
    aligner: Aligner,
    batch: Batch,
    bank: TextBank,
    config: AlignConfig,
) -> Tensor:
    """Weighted sum of all parts.

    Args:
        audio: Unit vectors of the windows.
        sentence: Sentence vectors of their captions.
        aligner: Gives projection and scales.
        batch: What the windows are.
        bank: Labels, poles and prompts.
        config: The weights.
    """
    scale = aligner.scales()
    alike = same_meaning(sentence, batch.label)
    loss = contrastive_loss(audio, aligner.project(sentence), scale[0], alike)
    loss = loss + config.label_weight * label_loss(
        audio, aligner.project(bank.labels), batch.label, scale[1], bank.close
    )
    poles = aligner.project(bank.poles[:, torch.randint(bank.poles.shape[1], ())])
    loss = loss + config.attribute_weight * attribute_loss(audio, poles, bank.side[batch.entry], scale[2])
    phrase = torch.randint(bank.categories.shape[1], ())
    prompts = aligner.project(bank.categories[:, phrase])
    logits = scale[3] * audio @ prompts.T
    loss = loss + config.category_weight * nn.functional.cross_entropy(logits, bank.category[batch.entry])
    wordings = aligner.project(bank.families[:, _wording(bank.families.shape[1])])
    loss = loss + config.everyday_weight * everyday_loss(audio, wordings, bank.family[batch.entry], scale[1])
    return loss + config.tempo_weight * _tempo_loss(audio, aligner, batch, bank, scale[2])


def _wording(count: int) -> int:
    """Half of the time one of the first two, which name the family."""
    return int(torch.randint(2 if torch.rand(()) < 0.5 else count, ()))


ANCHOR_BATCH = 192


def anchored(text: Float[Tensor, "text dim"], sentence: Tensor, aligner: Aligner, bank: TextBank) -> Tensor:
    """``anchor_loss`` of texts in the shared space whose sentence vectors are ``sentence``."""
    aim = (ANCHOR_SHARPNESS * sentence @ bank.labels.T).softmax(dim=1)
    return anchor_loss(text, aligner.project(bank.labels), aim, aligner.scales()[1])


def _tempo_loss(audio: Tensor, aligner: Aligner, batch: Batch, bank: TextBank, scale: Tensor) -> Tensor:
    target = bank.tempo[batch.entry]
    known = target >= 0
    if not bool(known.any()):
        return audio.new_zeros(())
    logits = scale * audio[known] @ aligner.project(bank.tempi).T
    return nn.functional.cross_entropy(logits, target[known], label_smoothing=0.2)


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, decay: float) -> None:
    """Moves an average of the weights towards the model's; counters and running statistics are averaged alike."""
    current = model.state_dict()
    for name, tensor in average.state_dict().items():
        if tensor.is_floating_point():
            tensor.lerp_(current[name], 1.0 - decay)
        else:
            tensor.copy_(current[name])


def align(
    sampler: Sampler,
    bank: TextBank,
    sentences: Float[Tensor, "sentence 384"],
    heard: Float[Tensor, "entry heard"],
    config: AlignConfig,
    folder: Path | None,
) -> Aligner:
    """Trains for ``config.minutes`` of computation; continues from ``folder/audio.pt`` where there is one.

    Args:
        sampler: Draws windows.
        bank: Captions, labels and poles.
        sentences: Sentence vectors of texts at large, for ``anchored``.
        heard: The listener's vectors of the sampler's entries, zeros where it heard nothing.
        config: Time, rate and weights.
        folder: Where to keep the state; None keeps none.

    Returns:
        The average of the weights.
    """
    torch.manual_seed(config.seed)
    sampler.reseed(config.seed, 0)
    model = Aligner(AudioTowerConfig(), bank.labels.shape[1])
    average = copy.deepcopy(model).eval()
    optimizer = torch.optim.AdamW(_parameter_groups(model, config.decay), lr=config.rate)
    spent, step, saved = _resume(model, average, optimizer, folder), 0, 0.0
    if spent:
        step = int(optimizer.state_dict()["state"][0]["step"])
        # Else a run that is resumed would hear its first windows again.
        torch.manual_seed(config.seed + step)
        sampler.reseed(config.seed, step)
    model.train()
    while spent < config.minutes * 60:
        began = time.monotonic()
        set_rate(optimizer, config.rate, step, spent / (config.minutes * 60))
        loss = _loss(model, sampler.batch(config.batch), bank, sentences, heard, config)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimizer.step()
        follow(average, model, min(config.average, (step + 1) / (step + 20)))
        step, spent = step + 1, spent + time.monotonic() - began
        if step % 50 == 0:
            print(f"audio: step {step}, {spent / 60:.1f} min, loss {loss.item():.3f}", flush=True)
        if folder is not None and (spent - saved > config.save_seconds or spent >= config.minutes * 60):
            saved = spent
            _save(model, average, optimizer, spent, folder)
    return average.eval()


def _loss(
    model: Aligner, batch: Batch, bank: TextBank, sentences: Tensor, heard: Tensor, config: AlignConfig
) -> Tensor:
    """The whole loss of one batch."""
    sentence = bank.sentences[bank.captions[batch.entry, batch.caption]].float()
    audio, foretold = model.hear(batch.decibels)
    at_large = sentences[torch.randint(len(sentences), (ANCHOR_BATCH,))].float()
    return (
        total_loss(audio, sentence, model, batch, bank, config)
        + config.listening_weight * listening_loss(foretold, heard[batch.entry])
        + config.anchor_weight * anchored(model.project(at_large), at_large, model, bank)
    )


def _parameter_groups(model: nn.Module, decay: float) -> list[dict[str, object]]:
    matrices = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    return [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]


def set_rate(optimizer: torch.optim.Optimizer, peak: float, step: int, progress: float) -> None:
    """Linear warm-up over 100 steps, then a cosine over the time budget down to 1 %."""
    cosine = 0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))
    for group in optimizer.param_groups:
        group["lr"] = peak * min(1.0, (step + 1) / 100) * cosine


def _save(model: Aligner, average: Aligner, optimizer: torch.optim.Optimizer, spent: float, folder: Path) -> None:
    state = {
        "model": model.state_dict(),
        "average": average.state_dict(),
        "optimizer": optimizer.state_dict(),
        "spent": spent,
    }
    torch.save(state, folder / "audio.partial")
    (folder / "audio.partial").replace(folder / STATE_FILE)


def _resume(model: Aligner, average: Aligner, optimizer: torch.optim.Optimizer, folder: Path | None) -> float:
    if folder is None or not (folder / STATE_FILE).is_file():
        return 0.0
    state = torch.load(folder / STATE_FILE, weights_only=True)
    model.load_state_dict(state["model"])
    average.load_state_dict(state["average"])
    optimizer.load_state_dict(state["optimizer"])
    return float(state["spent"])
