"""The loss of GRPO: a clipped importance ratio a token, and a divergence from the policy the run started with.

All logarithms are natural. ``new`` is the policy that learns, ``sampled`` the one that answered, ``start`` the one the
run began with. Answers count alike, however long (Shao et al. 2024): an answer that is stuck in a loop until its tokens
are used up would outweigh the others otherwise. The clip may be wider above than below (Yu et al. 2025, DAPO).
"""

from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from training.policy_learning.groups import TokenBatch

MOST_BEHIND = 3.0
"""Nats by which a token that was all but given up counts as behind, at most."""


class TokenScores(NamedTuple):
    """What a model says of the tokens that were said, in order of the flattened batch.

    Attributes:
        logprobs: Of the token that was said.
        entropy: Of the distribution it was drawn from, in nats.
    """

    logprobs: Float[Tensor, " token"]
    entropy: Float[Tensor, " token"]


class Loss(NamedTuple):
    """A loss and what it is made of, all sums weighted as the tokens are.

    Attributes:
        total: To be minimised.
        kl: Estimated divergence from the start, at least 0, in nats.
        clipped: Share of tokens whose gradient the clip stops.
        drift: Mean absolute change of a token's log-probability since it was sampled.
    """

    total: Float[Tensor, ""]
    kl: Float[Tensor, ""]
    clipped: Float[Tensor, ""]
    drift: Float[Tensor, ""]


def score_tokens(model: Any, batch: TokenBatch) -> TokenScores:  # noqa: ANN401 - transformers is untyped
    """Run a causal language model over a batch."""
    logits = model(input_ids=batch.tokens, attention_mask=batch.attended.long()).logits
    logprobs = logits[:, :-1][batch.said[:, 1:]].float().log_softmax(dim=-1)
    said: Int[Tensor, " token"] = batch.tokens[:, 1:][batch.said[:, 1:]]
    chosen = logprobs.gather(1, said[:, None])[:, 0]
    return TokenScores(chosen, -(logprobs.exp() * logprobs).sum(dim=-1).detach())


def of_tokens(values: Float[Tensor, "sequence time"], said: Bool[Tensor, "sequence time"]) -> Float[Tensor, " token"]:
    """The values of the tokens that were said, in the order of :func:`score_tokens`."""
    return values[:, 1:][said[:, 1:]]


class TokenTerms(NamedTuple):
    """What does not change while a batch is learned from, a number a token.

    Attributes:
        sampled: Log-probability under the policy that answered.
        start: Under the policy of the start.
        advantages: Of the answer a token belongs to.
        weights: What a token counts; they sum to 1 over a batch.
    """

    sampled: Float[Tensor, " token"]
    start: Float[Tensor, " token"]
    advantages: Float[Tensor, " token"]
    weights: Float[Tensor, " token"]


def grpo_loss(new: Float[Tensor, " token"], terms: TokenTerms, *, clip: tuple[float, float], kl_weight: float) -> Loss:
    r"""The loss to be minimised.

    .. math:: -\min(r A, \mathrm{clip}(r, 1 - l, 1 + h) A) + w (e^{d} - d - 1), \quad r = \pi / \pi_{sampled}, \quad
        d = \log \pi_{start} - \log \pi

    The divergence's estimate (Schulman's third) takes no token further behind than ``MOST_BEHIND``: one that the policy
    has all but given up is rarely drawn, and then would outweigh all others of its batch.

    Args:
        new: Log-probabilities under the policy that learns.
        terms: All else about the tokens.
        clip: How far below and above 1 a ratio may pull.
        kl_weight: Of the divergence.
    """
    sampled, start, advantages, weights = terms
    ratio = (new - sampled).exp()
    bounded = ratio.clamp(1 - clip[0], 1 + clip[1])
    gain = torch.minimum(ratio * advantages, bounded * advantages)
    behind = (start - new).clamp(max=MOST_BEHIND)
    kl = (weights * (behind.exp() - behind - 1)).sum()
    return Loss(
        total=kl_weight * kl - (weights * gain).sum(),
        kl=kl.detach(),
        clipped=(weights * (bounded * advantages < ratio * advantages)).sum(),
        drift=(weights * (new - sampled).abs()).sum().detach(),
    )
