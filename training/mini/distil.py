"""First stage: the text tower learns to imitate the teacher's sentence vectors."""

import math
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from jaxtyping import Bool, Float, Int
from tokenizers import Tokenizer
from torch import Tensor

from reward_models.embedders.mini.text import SentenceEncoder, tokenize

BATCH = 512
PEAK_RATE = 1.5e-3


class TokenizedTexts:
    """Texts as word pieces, in buckets of like length."""

    def __init__(self, tokenizer: Tokenizer, texts: list[str]) -> None:
        self.pieces, self.real = tokenize(tokenizer, texts)
        self.pieces = self.pieces.to(torch.int32)
        self.lengths = self.real.sum(1)

    def batches(self, size: int, generator: torch.Generator) -> Iterator[Int[Tensor, " batch"]]:
        """Indices of random batches whose texts have about the same length."""
        jitter = torch.rand(len(self.lengths), generator=generator) * 3
        order = (self.lengths + jitter).argsort()
        chunks = list(torch.split(order, size))
        for index in torch.randperm(len(chunks), generator=generator).tolist():
            yield chunks[index]

    def get(self, index: Int[Tensor, " batch"]) -> tuple[Int[Tensor, "batch token"], Bool[Tensor, "batch token"]]:
        """Pieces and mask of a batch, cut to its longest text."""
        longest = int(self.lengths[index].max())
        return self.pieces[index, :longest].long(), self.real[index, :longest]


def imitation_loss(
    student: Float[Tensor, "batch sentence"], teacher: Float[Tensor, "batch sentence"]
) -> Float[Tensor, ""]:
    """Mean ``1 - cosine`` to the teacher, plus the mean squared error of the cosines between the batch's texts."""
    student = torch.nn.functional.normalize(student, dim=1)
    similarity = (student @ student.T - teacher @ teacher.T).square().mean()
    return (1.0 - (student * teacher).sum(1)).mean() + 10.0 * similarity


def distil(
    encoder: SentenceEncoder,
    texts: TokenizedTexts,
    teacher: Float[Tensor, "text sentence"],
    *,
    minutes: float,
    seed: int,
    folder: Path | None = None,
) -> None:
    """Trains the encoder for a given time; continues from ``folder/text_encoder.pt`` where there is one.

    Args:
        encoder: Trained in place.
        texts: What to read.
        teacher: The vectors to imitate, one a text.
        minutes: Wall-clock budget, of which a resumed run has used its share.
        seed: Of the order of texts.
        folder: Where to keep the state; None keeps none.
    """
    optimizer = torch.optim.AdamW(encoder.parameters(), lr=PEAK_RATE, weight_decay=0.01)
    generator = torch.Generator().manual_seed(seed)
    spent, step, last_saved = 0.0, 0, 0.0
    state_file = None if folder is None else folder / "text_encoder.pt"
    if state_file is not None and state_file.is_file():
        state = torch.load(state_file, weights_only=True)
        encoder.load_state_dict(state["encoder"])
        optimizer.load_state_dict(state["optimizer"])
        spent, step = state["spent"], state["step"]
        generator.manual_seed(seed + step)
    encoder.train()
    while spent < minutes * 60:
        for index in texts.batches(BATCH, generator):
            began = time.monotonic()
            _set_rate(optimizer, step, spent / (minutes * 60))
            loss = _step(encoder, optimizer, texts, teacher, index)
            step, spent = step + 1, spent + time.monotonic() - began
            if step % 100 == 0:
                print(f"text: step {step}, {spent / 60:.1f} min, loss {loss:.4f}", flush=True)
            if state_file is not None and (spent - last_saved > 120 or spent >= minutes * 60):
                last_saved = spent
                torch.save(
                    {
                        "encoder": encoder.state_dict(),
                        "optimizer": optimizer.state_dict(),
                        "spent": spent,
                        "step": step,
                    },
                    state_file,
                )
            if spent >= minutes * 60:
                break
    encoder.eval()


def _set_rate(optimizer: torch.optim.Optimizer, step: int, progress: float) -> None:
    warm = min(1.0, (step + 1) / 200)
    for group in optimizer.param_groups:
        group["lr"] = PEAK_RATE * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))


def _step(
    encoder: SentenceEncoder,
    optimizer: torch.optim.Optimizer,
    texts: TokenizedTexts,
    teacher: Tensor,
    index: Int[Tensor, " batch"],
) -> float:
    pieces, real = texts.get(index)
    with torch.autocast("cpu", torch.bfloat16):
        student = encoder(pieces, real)
    loss = imitation_loss(student.float(), teacher[index].float())
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())
