"""Batched sampling from a small causal language model, with the log-probability of every token.

Each sequence draws from its own random generator, so what it says depends on its seed and not on its neighbours (up to
rounding). Log-probabilities are natural, of the model itself: before temperature and top-p.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer


class SamplingError(ValueError):
    """A request the model cannot answer; the message says what is legal."""


@dataclass(frozen=True)
class SamplingSettings:
    """How one sequence is sampled.

    Attributes:
        temperature: 0 takes the likeliest token each time; 1 samples the model as trained.
        top_p: Share of probability kept, in (0, 1].
        max_tokens: Most tokens to say, at least 1.
        seed: Of this sequence's draws.
        stop: Texts that end the answer; the text is cut before them.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int = 256
    seed: int = 0
    stop: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and 0 <= self.temperature <= 100):
            raise SamplingError(f"temperature lies between 0 and 100, got {self.temperature}.")
        if not 0 < self.top_p <= 1:
            raise SamplingError(f"top_p lies above 0 and up to 1, got {self.top_p}.")
        if self.max_tokens < 1:
            raise SamplingError(f"max_tokens is at least 1, got {self.max_tokens}.")


@dataclass
class SampledSequence:
    """One answer.

    Attributes:
        tokens: What was said, with the closing token if it was reached.
        logprobs: One a token, at most 0.
        text: The tokens as text, without special ones, cut before a stop text.
        finish_reason: ``stop`` or ``length``.
        weights_version: Of the weights it was sampled with; 0 is what the model was loaded with.
    """

    tokens: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    text: str = ""
    finish_reason: str = "length"
    weights_version: int = 0


class PolicyModel:
    """A causal language model with its tokenizer.

    Args:
        model: A ``transformers`` causal language model.
        tokenizer: Its tokenizer, with a chat template, a padding token and an end-of-answer token.

    Attributes:
        weights_version: What the answers are marked with; set by whoever replaces the weights.
    """

    def __init__(self, model: Any, tokenizer: Any) -> None:  # noqa: ANN401 - transformers is untyped
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.weights_version = 0
        self.context_tokens = int(model.config.max_position_embeddings)

    @classmethod
    def load(cls, folder: str | Path) -> "PolicyModel":
        """Load from a local folder; computes in float32 whatever the file's precision."""
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
        return cls(model, AutoTokenizer.from_pretrained(folder, local_files_only=True))

    def chat_tokens(self, messages: Sequence[dict[str, str]]) -> list[int]:
        """Tokens of a chat, ready for the answer to follow."""
        text = self.tokenizer.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=True)
        return self.encode(text)

    def encode(self, text: str) -> list[int]:
        """Tokens of a text, nothing added."""
        return list(self.tokenizer.encode(text, add_special_tokens=False))

    def token_text(self, token: int) -> str:
        """One token as text."""
        return str(self.tokenizer.decode([token]))

    def sample(self, prompts: Sequence[Sequence[int]], settings: Sequence[SamplingSettings]) -> list[SampledSequence]:
        """Answer a batch of prompts.

        Args:
            prompts: Token ids, one sequence an answer.
            settings: One a prompt.

        Raises:
            SamplingError: If a prompt is empty, holds an unknown token, or leaves no room to answer.
        """
        for prompt in prompts:
            self._check_prompt(prompt)
        with torch.no_grad():
            return _Sampling(self, prompts, settings).run()

    def _check_prompt(self, prompt: Sequence[int]) -> None:
        if not 0 < len(prompt) < self.context_tokens:
            raise SamplingError(
                f"a prompt has 1 to {self.context_tokens - 1} tokens, this one has {len(prompt)}: shorten the request."
            )
        if not all(0 <= token < self.model.config.vocab_size for token in prompt):
            raise SamplingError(
                f"token ids lie between 0 and {self.model.config.vocab_size - 1}: use this model's tokenizer."
            )


class _Sampling:
    """The state of one batch while it is sampled."""

    def __init__(
        self, policy: PolicyModel, prompts: Sequence[Sequence[int]], settings: Sequence[SamplingSettings]
    ) -> None:
        self.policy, self.settings = policy, settings
        self.answers = [SampledSequence(weights_version=policy.weights_version) for _ in prompts]
        self.running = [True] * len(prompts)
        self.draws = [torch.Generator().manual_seed(one.seed % 2**63) for one in settings]
        longest = max(len(prompt) for prompt in prompts)
        pad = policy.tokenizer.pad_token_id
        self.tokens = torch.tensor([[pad] * (longest - len(prompt)) + list(prompt) for prompt in prompts])
        self.mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts])
        self.room = [policy.context_tokens - len(prompt) for prompt in prompts]

    def run(self) -> list[SampledSequence]:
        cache, tokens = None, self.tokens
        while any(self.running):
            positions = (self.mask.cumsum(dim=1) - 1).clamp(min=0)[:, -tokens.shape[1] :]
            output = self.policy.model(
                input_ids=tokens,
                attention_mask=self.mask,
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
            )
            cache = output.past_key_values
            tokens = self._append(output.logits[:, -1].float())
            self.mask = torch.cat([self.mask, torch.ones_like(tokens)], dim=1)
        for answer, one in zip(self.answers, self.settings, strict=True):
            answer.text, _ = _cut(self._decode(answer), one.stop)
        return self.answers

    def _append(self, logits: Float[Tensor, "batch vocab"]) -> Int[Tensor, "batch 1"]:
        logprobs = logits.log_softmax(dim=-1)
        chosen = [
            _draw(logits[row], self.settings[row], self.draws[row])
            if self.running[row]
            else self.policy.tokenizer.pad_token_id
            for row in range(len(self.answers))
        ]
        for row, token in enumerate(chosen):
            if self.running[row]:
                self._say(row, token, float(logprobs[row, token]))
        return torch.tensor(chosen)[:, None]

    def _say(self, row: int, token: int, logprob: float) -> None:
        answer, one = self.answers[row], self.settings[row]
        answer.tokens.append(token)
        answer.logprobs.append(logprob)
        ended = token == self.policy.tokenizer.eos_token_id
        stopped = ended or (bool(one.stop) and _cut(self._decode(answer), one.stop)[1])
        answer.finish_reason = "stop" if stopped else "length"
        self.running[row] = not stopped and len(answer.tokens) < min(one.max_tokens, self.room[row])

    def _decode(self, answer: SampledSequence) -> str:
        return str(self.policy.tokenizer.decode(answer.tokens, skip_special_tokens=True))


def _draw(logits: Float[Tensor, " vocab"], one: SamplingSettings, draws: torch.Generator) -> int:
    if one.temperature == 0:
        return int(logits.argmax())
    probabilities = (logits / one.temperature).softmax(dim=-1)
    if one.top_p < 1:
        probabilities = _nucleus(probabilities, one.top_p)
    return int(torch.multinomial(probabilities, 1, generator=draws))


def _nucleus(probabilities: Float[Tensor, " vocab"], top_p: float) -> Float[Tensor, " vocab"]:
    """Keep the fewest likeliest tokens that together reach ``top_p``; unnormalised."""
    ordered, order = probabilities.sort(descending=True)
    dropped = ordered.cumsum(dim=-1) - ordered >= top_p
    return torch.zeros_like(probabilities).scatter(0, order, ordered.masked_fill(dropped, 0))


def _cut(text: str, stop: Sequence[str]) -> tuple[str, bool]:
    """The text before the first stop text, and whether there was one."""
    starts = [position for one in stop if one and (position := text.find(one)) >= 0]
    return (text[: min(starts)], True) if starts else (text, False)
