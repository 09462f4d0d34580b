"""Every setting of a learning run. Defaults suit the tiny policy on two processor cores."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path


class SettingsError(ValueError):
    """A setting out of range, or another than the run was begun with."""


@dataclass(frozen=True)
class LearnSettings:
    """How a policy learns.

    Attributes:
        steps: Optimiser steps of the whole run, a batch each.
        batch_size: Answers a step; whole groups.
        group_size: Answers to one request, compared with each other.
        sequences_at_once: How many sequences go through the model together; bounds memory, not the result.
        max_token_len: Longest sequence that the environment may send, request included.
        max_answer_tokens: Most tokens of an answer.
        passes: How often a batch is learned from; from the second pass on the importance ratio matters.
        learning_rate: Of AdamW, reached after ``warm_up_steps``.
        beta1: AdamW's memory of gradients.
        beta2: AdamW's memory of their squares.
        weight_decay: AdamW's.
        warm_up_steps: Steps over which the learning rate rises.
        clip_low: A token's ratio is clipped below 1 less this.
        clip_high: And above 1 plus this.
        kl_weight: Of the divergence from the policy the run started with, nats a token.
        least_deviation: Added to a group's standard deviation, so that groups of nearly equal rewards don't shout.
        max_gradient: Norm that gradients are clipped to.
        frozen: Parts of names, with spaces between; parameters whose names hold one stay as they are. By default what
            lets the tiny policy copy words (see ``training/fit_policy.py``): a few bad answers unlearn that quickly.
        checkpoint_every: Steps between checkpoints; the last step always makes one.
        seed: Of target order and generation.
    """

    steps: int = 60
    batch_size: int = 32
    group_size: int = 8
    sequences_at_once: int = 8
    max_token_len: int = 512
    max_answer_tokens: int = 128
    passes: int = 2
    learning_rate: float = 2e-4
    beta1: float = 0.9
    beta2: float = 0.98
    weight_decay: float = 0.0
    warm_up_steps: int = 4
    clip_low: float = 0.2
    clip_high: float = 0.28
    kl_weight: float = 0.05
    least_deviation: float = 0.02
    max_gradient: float = 1.0
    frozen: str = "embed_tokens layers.0.self_attn layers.1.self_attn"
    checkpoint_every: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        if self.group_size < 2 or self.batch_size % self.group_size:
            raise SettingsError(
                f"a batch holds whole groups of at least 2: got batch_size {self.batch_size}, "
                f"group_size {self.group_size}."
            )
        for name in ("steps", "passes", "learning_rate", "checkpoint_every", "max_answer_tokens"):
            if not getattr(self, name) > 0:
                raise SettingsError(f"{name} lies above 0, got {getattr(self, name)}.")


MAY_CHANGE = frozenset({"steps", "checkpoint_every", "sequences_at_once"})
"""Settings that a run may be gone on with under another value."""


def settle_settings(path: Path, settings: LearnSettings) -> None:
    """Write the settings of a new run, or make sure that a run is gone on with as it was begun.

    Raises:
        SettingsError: Naming the setting that differs.
    """
    ours = asdict(settings)
    if path.is_file():
        theirs = json.loads(path.read_text(encoding="utf-8"))
        for field in fields(settings):
            if field.name not in MAY_CHANGE and theirs.get(field.name) != ours[field.name]:
                raise SettingsError(
                    f"{path} was begun with {field.name} {theirs.get(field.name)}, not {ours[field.name]}: "
                    "go on as it was begun, or give another folder."
                )
    path.write_text(json.dumps(ours, indent=1) + "\n", encoding="utf-8")
