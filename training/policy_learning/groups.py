"""Groups as Atropos' API hands them out, made into tensors a policy learns from.

Masks hold the token where the policy was the author and -100 elsewhere; log-probabilities are 1.0 there (Atropos'
conventions).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

NOT_SAID = -100


class GroupError(ValueError):
    """A group that cannot be learned from; the message names it and says what is missing."""


@dataclass(frozen=True)
class TokenBatch:
    """Sequences of several groups, padded on the right.

    Attributes:
        tokens: Request and answer.
        attended: Where there is a token, not padding.
        said: Which tokens the policy chose.
        sampled_logprobs: What the policy that sampled gave them, natural; 0 where not said.
        advantages: How much better a sequence was than its group.
    """

    tokens: Int[Tensor, "sequence time"]
    attended: Bool[Tensor, "sequence time"]
    said: Bool[Tensor, "sequence time"]
    sampled_logprobs: Float[Tensor, "sequence time"]
    advantages: Float[Tensor, " sequence"]


def token_batch(groups: Sequence[Mapping[str, Any]], *, pad: int, least_deviation: float) -> TokenBatch:
    """The groups of one batch.

    Args:
        groups: As the API hands them out.
        pad: Token to fill up with.
        least_deviation: As in :func:`group_advantages`.

    Raises:
        GroupError: If a group has no log-probabilities, or its lists are of unequal length.
    """
    for group in groups:
        _check(group)
    tokens = [row for group in groups for row in group["tokens"]]
    masks = [row for group in groups for row in group["masks"]]
    logprobs = [row for group in groups for row in group["inference_logprobs"]]
    said = _padded(masks, NOT_SAID) != NOT_SAID
    lengths = torch.tensor([len(row) for row in tokens])
    return TokenBatch(
        tokens=_padded(tokens, pad),
        attended=torch.arange(int(lengths.max()))[None] < lengths[:, None],
        said=said,
        sampled_logprobs=_padded(logprobs, 0.0).masked_fill(~said, 0.0),
        advantages=torch.cat([_advantages(group, least_deviation) for group in groups]),
    )


def split_batch(batch: TokenBatch, at_most: int) -> list[TokenBatch]:
    """The batch in parts of so many sequences, like lengths together, each as wide as its longest."""
    lengths = batch.attended.sum(dim=1)
    order = lengths.argsort()
    return [_part(batch, order[first : first + at_most], lengths) for first in range(0, len(order), at_most)]


def group_advantages(scores: Float[Tensor, " answer"], *, least_deviation: float) -> Float[Tensor, " answer"]:
    """Scores less the group's mean, over its standard deviation plus ``least_deviation`` (Shao et al. 2024, GRPO)."""
    return (scores - scores.mean()) / (scores.std(correction=0) + least_deviation)


def _part(batch: TokenBatch, rows: Int[Tensor, " row"], lengths: Int[Tensor, " sequence"]) -> TokenBatch:
    wide = slice(int(lengths[rows].max()))
    return TokenBatch(
        tokens=batch.tokens[rows, wide],
        attended=batch.attended[rows, wide],
        said=batch.said[rows, wide],
        sampled_logprobs=batch.sampled_logprobs[rows, wide],
        advantages=batch.advantages[rows],
    )


def _advantages(group: Mapping[str, Any], least_deviation: float) -> Float[Tensor, " answer"]:
    """The environment's own, where it sent one number an answer; ours from the scores else."""
    given = group.get("advantages")
    if given is not None and not isinstance(given[0], list):
        return torch.tensor(given, dtype=torch.float32)
    return group_advantages(torch.tensor(group["scores"], dtype=torch.float32), least_deviation=least_deviation)


def _padded(rows: Sequence[Sequence[float]], fill: float) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[fill] * (longest - len(row))] for row in rows])


def _check(group: Mapping[str, Any]) -> None:
    name = (group.get("overrides") or [{}])[0].get("group", "?")
    if group.get("inference_logprobs") is None:
        raise GroupError(
            f"group {name} came without log-probabilities: serve the policy by a server that tells them, "
            "such as python -m audioforge.policies."
        )
    for row in zip(group["tokens"], group["masks"], group["inference_logprobs"], strict=True):
        if len({len(part) for part in row}) != 1:
            raise GroupError(f"group {name}: tokens, masks and log-probabilities differ in length.")
        if all(mask == NOT_SAID for mask in row[1]):
            raise GroupError(f"group {name} holds an answer of which the policy said nothing.")
