"""Several small multilayer perceptrons side by side: their mean predicts, their spread says how far to trust it.

Where an embedding is several vectors, one after the other, each member looks at one of them alone, scaled to unit
length. Plain numbers may follow that all members look at besides, and after them the number that stands for 1 (see
``reward_models.embedders.fidelity_cues``); they count half, and none counts further out than 5 deviations.

Members differ in initial weights and in the examples that they were trained on, so they agree where there was data and
part where there was none. The spread is epistemic and relative: it has no calibration of its own.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from typing_extensions import override

SHARED_WEIGHT = 0.5
"""Of a shared number beside one of a vector: found on clips of training packs that the embedder never met."""
FARTHEST = 5.0
"""Standard deviations that a shared number may stray: what was never met in training should not explode."""


class Ensemble(nn.Module):
    """``members`` perceptrons of one hidden layer on standardised embeddings.

    Args:
        dim: Length of an embedding.
        hidden: Units of each member.
        members: How many.
        parts: Vectors of equal length that an embedding is made of; the members share themselves out among them.
        shared: Plain numbers behind the vectors, which all members look at; where there are any, one that stands for 1
            follows them.

    Raises:
        ValueError: If ``parts`` divides neither the length nor the members.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, dim: int, hidden: int, members: int, parts: int = 1, shared: int = 0) -> None:
        super().__init__()
        vectors = dim - shared - 1 if shared else dim
        if parts < 1 or vectors < 1 or vectors % parts or members % parts:
            raise ValueError(f"{parts} parts don't divide an embedding of {vectors} and {members} members evenly.")
        self.parts, self.shared, self.vectors = parts, shared, vectors
        inputs = vectors // parts + shared
        self.register_buffer("mean", torch.zeros(vectors + shared))
        self.register_buffer("scale", torch.ones(vectors + shared))
        self.weight_in = nn.Parameter(torch.randn(members, inputs, hidden) * inputs**-0.5)
        self.bias_in = nn.Parameter(torch.zeros(members, 1, hidden))
        self.weight_out = nn.Parameter(torch.randn(members, hidden, 1) * hidden**-0.5)
        self.bias_out = nn.Parameter(torch.zeros(members, 1, 1))

    def standardise(self, embedding: Float[Tensor, "example dim"]) -> None:
        """Takes mean and scale of the inputs from the training embeddings."""
        inputs = torch.cat([self._parted(embedding).flatten(1), self._shared(embedding)], dim=1)
        self.mean.copy_(inputs.mean(0))
        self.scale.copy_(inputs.std(0).clamp_min(1e-6))

    @override
    def forward(self, embedding: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch member"]:
        """Every member's prediction."""
        return self.predicted(self.inputs(embedding))

    def inputs(self, embedding: Float[Tensor, "batch dim"]) -> Float[Tensor, "member batch input"]:
        """What each member looks at, standardised."""
        mean, scale = (own[: self.vectors].reshape(self.parts, -1) for own in (self.mean, self.scale))
        standard = ((self._parted(embedding) - mean) / scale).transpose(0, 1)
        own = standard.repeat_interleave(len(self.weight_in) // self.parts, dim=0)
        if not self.shared:
            return own
        numbers = (self._shared(embedding) - self.mean[self.vectors :]) / self.scale[self.vectors :]
        near = SHARED_WEIGHT * numbers.clamp(-FARTHEST, FARTHEST)
        return torch.cat([own, near.expand(len(own), *near.shape)], dim=2)

    def predicted(self, inputs: Float[Tensor, "member batch input"]) -> Float[Tensor, "batch member"]:
        """Every member's prediction from its own inputs."""
        hidden = nn.functional.relu(torch.baddbmm(self.bias_in, inputs, self.weight_in))
        return torch.baddbmm(self.bias_out, hidden, self.weight_out)[..., 0].T

    def _parted(self, embedding: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch part length"]:
        vectors = embedding[:, : self.vectors]
        if self.parts == 1 and not self.shared:
            return vectors[:, None]
        return nn.functional.normalize(vectors.reshape(len(vectors), self.parts, -1), dim=2)

    def _shared(self, embedding: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch shared"]:
        """The plain numbers in their own units; none where there are none."""
        return embedding[:, self.vectors : self.vectors + self.shared] / embedding[:, -1:]
