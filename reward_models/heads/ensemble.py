"""Several small multilayer perceptrons side by side: their mean predicts, their spread says how far to trust it.

Where an embedding is several vectors, one after the other, each member looks at one of them alone, scaled to unit
length. Members differ in initial weights and in the examples that they were trained on, so they agree where there was
data and part where there was none. The spread is epistemic and relative: it has no calibration of its own.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from typing_extensions import override


class Ensemble(nn.Module):
    """``members`` perceptrons of one hidden layer on standardised embeddings.

    Args:
        dim: Length of an embedding.
        hidden: Units of each member.
        members: How many.
        parts: Vectors of equal length that an embedding is made of; the members share themselves out among them.

    Raises:
        ValueError: If ``parts`` divides neither the length nor the members.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, dim: int, hidden: int, members: int, parts: int = 1) -> None:
        super().__init__()
        if parts < 1 or dim % parts or members % parts:
            raise ValueError(f"{parts} parts don't divide an embedding of {dim} and {members} members evenly.")
        self.parts, part = parts, dim // parts
        self.register_buffer("mean", torch.zeros(dim))
        self.register_buffer("scale", torch.ones(dim))
        self.weight_in = nn.Parameter(torch.randn(members, part, hidden) * part**-0.5)
        self.bias_in = nn.Parameter(torch.zeros(members, 1, hidden))
        self.weight_out = nn.Parameter(torch.randn(members, hidden, 1) * hidden**-0.5)
        self.bias_out = nn.Parameter(torch.zeros(members, 1, 1))

    def standardise(self, embedding: Float[Tensor, "example dim"]) -> None:
        """Takes mean and scale of the inputs from the training embeddings."""
        inputs = self._parted(embedding).flatten(1)
        self.mean.copy_(inputs.mean(0))
        self.scale.copy_(inputs.std(0).clamp_min(1e-6))

    @override
    def forward(self, embedding: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch member"]:
        """Every member's prediction."""
        mean, scale = self.mean.reshape(self.parts, -1), self.scale.reshape(self.parts, -1)
        standard = (self._parted(embedding) - mean) / scale
        inputs = standard.transpose(0, 1).repeat_interleave(len(self.weight_in) // self.parts, dim=0)
        hidden = nn.functional.relu(torch.baddbmm(self.bias_in, inputs, self.weight_in))
        return torch.baddbmm(self.bias_out, hidden, self.weight_out)[..., 0].T

    def _parted(self, embedding: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch part length"]:
        if self.parts == 1:
            return embedding[:, None]
        return nn.functional.normalize(embedding.reshape(len(embedding), self.parts, -1), dim=2)
