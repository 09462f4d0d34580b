"""The policy that learns: a step on a batch, and checkpoints that go on where they were.

A checkpoint is one safetensors file with weights, AdamW's moments and the step count; it is written under another name
and renamed, so that a kill leaves the one before.
"""

import copy
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from audioforge.policies.sampling import PolicyModel
from audioforge.policies.weights import model_weights
from training.policy_learning.groups import GroupError, TokenBatch, split_batch, token_batch
from training.policy_learning.grpo import TokenTerms, grpo_loss, of_tokens, score_tokens
from training.policy_learning.settings import LearnSettings

_MOMENTS = ("exp_avg", "exp_avg_sq")


class CheckpointError(ValueError):
    """A checkpoint that cannot be gone on from."""


@dataclass(frozen=True)
class StepNumbers:
    """What a step did; means over answers of means over their tokens, of its last pass unless said otherwise.

    Attributes:
        loss: What was minimised.
        kl: From the start, nats a token.
        entropy: Of the policy before the step, nats a token.
        clip_fraction: Share of tokens that the clip stops.
        drift: Absolute change of log-probability between sampling and the first pass: how stale the answers are.
        gradient: Norm before clipping.
        tokens: How many were learned from.
    """

    loss: float
    kl: float
    entropy: float
    clip_fraction: float
    drift: float
    gradient: float
    tokens: int


class _Part(NamedTuple):
    """Some sequences of a batch, and what does not change between passes."""

    batch: TokenBatch
    terms: TokenTerms


class Learner:
    """A policy in training.

    Args:
        folder: Model folder it starts from, and is held near by the divergence.
        settings: Of the run.

    Attributes:
        step: Optimiser steps done; also the version of its weights.
    """

    def __init__(self, folder: Path, settings: LearnSettings) -> None:
        self.settings = settings
        self.policy = PolicyModel.load(folder)
        self.model = self.policy.model
        self.start = copy.deepcopy(self.model).requires_grad_(False)
        self.step = 0
        for name, weight in self.model.named_parameters():
            weight.requires_grad_(not any(part in name for part in settings.frozen.split()))
        self._learned = {name: own for name, own in self.model.named_parameters() if own.requires_grad}
        self._optimiser = torch.optim.AdamW(
            self._learned.values(),
            lr=settings.learning_rate,
            betas=(settings.beta1, settings.beta2),
            weight_decay=settings.weight_decay,
        )

    def learn(self, groups: Sequence[Mapping[str, Any]]) -> StepNumbers:
        """One step on the groups of a batch.

        Raises:
            GroupError: If a group cannot be learned from.
        """
        own = self.settings
        pad = self.policy.tokenizer.pad_token_id
        batch = token_batch(groups, pad=pad, least_deviation=own.least_deviation)
        parts = [self._part(part, len(batch.tokens)) for part in split_batch(batch, own.sequences_at_once)]
        self._set_learning_rate()
        passes = [self._pass(parts) for _ in range(own.passes)]
        self.step += 1
        return replace(passes[-1], entropy=passes[0].entropy, drift=passes[0].drift)

    def weights(self) -> dict[str, Tensor]:
        """What a policy server is to answer with."""
        return model_weights(self.model)

    def save_checkpoint(self, path: Path) -> None:
        """Write everything to go on from."""
        tensors = {f"weights/{name}": weight for name, weight in self.weights().items()}
        for name, weight in self._learned.items():
            state = self._optimiser.state.get(weight, {})
            tensors |= {f"{moment}/{name}": state[moment] for moment in _MOMENTS if moment in state}
        hidden = path.with_suffix(".writing")
        note = {"step": str(self.step), "settings": json.dumps(asdict(self.settings))}
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, hidden, metadata=note)
        os.replace(hidden, path)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint.

        Raises:
            CheckpointError: If it is of another model.
        """
        with safe_open(path, framework="pt") as file:
            self.step = int(file.metadata()["step"])
            held = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        own = self.weights()
        if {name.removeprefix("weights/") for name in held if name.startswith("weights/")} != own.keys():
            raise CheckpointError(
                f"{path} holds the weights of another model: give its own --policy, or another --out."
            )
        with torch.no_grad():
            for name, weight in own.items():
                weight.copy_(held[f"weights/{name}"])
        for name, weight in self._learned.items():
            moments = {moment: held[f"{moment}/{name}"] for moment in _MOMENTS if f"{moment}/{name}" in held}
            if moments:
                updates = torch.tensor(float(self.step * self.settings.passes))
                self._optimiser.state[weight] = {"step": updates, **moments}

    def save_policy(self, folder: Path) -> None:
        """Write what ``AutoModelForCausalLM``, and so ``python -m audioforge.policies --folder``, loads."""
        folder.mkdir(parents=True, exist_ok=True)
        self.model.save_pretrained(folder)
        self.policy.tokenizer.save_pretrained(folder)

    def _part(self, batch: TokenBatch, answers: int) -> "_Part":
        with torch.no_grad():
            start = score_tokens(self.start, batch).logprobs
        lengths = batch.said.sum(dim=1, keepdim=True)
        by_answer = (batch.advantages[:, None], 1 / (answers * lengths))
        advantages, weights = (of_tokens(own.expand_as(batch.tokens), batch.said) for own in by_answer)
        return _Part(batch, TokenTerms(of_tokens(batch.sampled_logprobs, batch.said), start, advantages, weights))

    def _pass(self, parts: Sequence["_Part"]) -> StepNumbers:
        """One update of the weights by the gradient of the whole batch."""
        own = self.settings
        self._optimiser.zero_grad(set_to_none=True)
        sums = dict.fromkeys(("loss", "kl", "entropy", "clip_fraction", "drift"), 0.0)
        for part in parts:
            scores = score_tokens(self.model, part.batch)
            clip = (own.clip_low, own.clip_high)
            loss = grpo_loss(scores.logprobs, part.terms, clip=clip, kl_weight=own.kl_weight)
            loss.total.backward()  # type: ignore[no-untyped-call]
            found = (
                loss.total.detach(),
                loss.kl,
                (part.terms.weights * scores.entropy).sum(),
                loss.clipped,
                loss.drift,
            )
            for name, value in zip(sums, found, strict=True):
                sums[name] += float(value)
        norm = torch.nn.utils.clip_grad_norm_(self._learned.values(), own.max_gradient)
        if not bool(norm.isfinite()):  # a step on it would leave no number in the weights, nor in the next checkpoint
            raise GroupError(
                f"the gradient of step {self.step + 1} is not finite: are the log-probabilities that the server tells "
                "this policy's own? The weights of the last checkpoint are whole."
            )
        self._optimiser.step()
        return StepNumbers(**sums, gradient=float(norm), tokens=sum(len(part.terms.weights) for part in parts))

    def _set_learning_rate(self) -> None:
        warm = min(1.0, (self.step + 1) / max(1, self.settings.warm_up_steps))
        for group in self._optimiser.param_groups:
            group["lr"] = self.settings.learning_rate * warm
