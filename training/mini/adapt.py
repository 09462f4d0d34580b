"""Third stage: the text tower's own sentences replace the teacher's.

The audio tower is fixed. Encoder and projection learn to put texts where the teacher's sentences were put, and to meet
the audio from there.
"""

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from jaxtyping import Float
from tokenizers import Tokenizer
from torch import Tensor, nn

from reward_models.embedders.mini.text import SentenceEncoder
from training.mini.align import AlignConfig, Aligner, anchored, set_rate, total_loss
from training.mini.captions import CATEGORY_PHRASES
from training.mini.distil import TokenizedTexts
from training.mini.sampler import Sampler
from training.mini.text_bank import POLES, TEMPI, TextBank, tempo_texts

STATE_FILE = "adapted.pt"
IMITATION_BATCH = 256
IMITATION_WEIGHT = 8.0
LABELS_EVERY = 4


class Prompts:
    """The bank's fixed texts, as the encoder reads them."""

    def __init__(self, tokenizer: Tokenizer, labels: Sequence[str]) -> None:
        poles = [text for wordings in POLES.values() for pair in wordings for text in pair]
        categories = [text for phrases in CATEGORY_PHRASES.values() for text in phrases]
        self.few = TokenizedTexts(tokenizer, [*poles, *categories, *tempo_texts()])
        self.labels = TokenizedTexts(tokenizer, list(labels))
        self.shares = [len(poles), len(categories), len(TEMPI)]

    def read(self, encoder: SentenceEncoder, bank: TextBank, *, labels: bool) -> TextBank:
        """The bank with the encoder's vectors in place of the teacher's; of the labels only if asked."""
        vectors = read(encoder, self.few, torch.arange(sum(self.shares)))
        poles, categories, tempi = torch.split(vectors, self.shares)
        return replace(
            bank,
            poles=poles.reshape(bank.poles.shape),
            categories=categories.reshape(bank.categories.shape),
            tempi=tempi,
            labels=read(encoder, self.labels, torch.arange(len(bank.labels))) if labels else bank.labels,
        )


@dataclass(frozen=True)
class Material:
    """What the third stage learns from.

    Attributes:
        sampler: Draws windows.
        bank: Captions, labels and poles.
        captions: The bank's sentences, tokenized.
        texts: Texts to imitate the teacher's projection on.
        vectors: The teacher's sentence vectors of them.
        prompts: Labels, poles, categories and tempi, tokenized.
    """

    sampler: Sampler
    bank: TextBank
    captions: TokenizedTexts
    texts: TokenizedTexts
    vectors: Float[Tensor, "text sentence"]
    prompts: Prompts


def adapt(
    aligner: Aligner, encoder: SentenceEncoder, material: Material, config: AlignConfig
) -> tuple[SentenceEncoder, Aligner]:
    """Trains encoder and projection for ``config.minutes``.

    Args:
        aligner: Result of the second stage; its audio tower stays as it is.
        encoder: Result of the first stage.
        material: Windows and texts.
        config: Time, rate and weights.

    Returns:
        The encoder, and the aligner with its new projection.
    """
    tuned = copy.deepcopy(aligner).eval()
    tuned.audio.requires_grad_(False)
    encoder = copy.deepcopy(encoder).train()
    trained = [*encoder.parameters(), *tuned.projection.parameters()]
    optimizer = torch.optim.AdamW(trained, lr=config.rate, weight_decay=0.01)
    generator = torch.Generator().manual_seed(config.seed)
    spent, step = 0.0, 0
    while spent < config.minutes * 60:
        began = time.monotonic()
        set_rate(optimizer, config.rate, step, spent / (config.minutes * 60))
        # All label names at every step would take most of the time.
        bank = material.prompts.read(encoder, material.bank, labels=step % LABELS_EVERY == 0)
        matching = _matching_loss(tuned, encoder, material, bank, config)
        index = torch.randint(len(material.vectors), (IMITATION_BATCH,), generator=generator)
        imitation, anchors = _text_losses(tuned, encoder, material, index)
        optimizer.zero_grad()
        (matching + IMITATION_WEIGHT * imitation + config.anchor_weight * anchors).backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        step, spent = step + 1, spent + time.monotonic() - began
        if step % 50 == 0:
            parts = f"matching {matching.item():.3f}, imitation {imitation.item():.4f}, anchors {anchors.item():.3f}"
            print(f"adapt: step {step}, {spent / 60:.1f} min, {parts}", flush=True)
    return encoder.eval(), tuned.eval()


def read(encoder: SentenceEncoder, texts: TokenizedTexts, index: Tensor) -> Tensor:
    """Unit sentence vectors of the texts at ``index``."""
    pieces, real = texts.get(index)
    with torch.autocast("cpu", torch.bfloat16):
        sentence = encoder(pieces, real)
    return nn.functional.normalize(sentence.float(), dim=1)


def _text_losses(tuned: Aligner, encoder: SentenceEncoder, material: Material, index: Tensor) -> tuple[Tensor, Tensor]:
    """The encoder's sentences lie where the teacher's do; both lie near the labels that the teacher finds near them."""
    teacher = material.vectors[index].float()
    by_teacher, by_encoder = tuned.project(teacher), tuned.project(read(encoder, material.texts, index))
    imitation = (1.0 - (by_encoder * by_teacher.detach()).sum(1)).mean()
    anchors = anchored(by_teacher, teacher, tuned, material.bank)
    return imitation, anchors + anchored(by_encoder, teacher, tuned, material.bank)


def _matching_loss(
    tuned: Aligner, encoder: SentenceEncoder, material: Material, bank: TextBank, config: AlignConfig
) -> Tensor:
    batch = material.sampler.batch(config.batch)
    with torch.no_grad():
        audio = tuned.embed_pictures(batch.decibels)
    sentence = read(encoder, material.captions, bank.captions[batch.entry, batch.caption])
    return total_loss(audio, sentence, tuned, batch, bank, config)


def save_adapted(encoder: SentenceEncoder, aligner: Aligner, folder: Path) -> None:
    """Keeps the result."""
    torch.save({"encoder": encoder.state_dict(), "aligner": aligner.state_dict()}, folder / STATE_FILE)
