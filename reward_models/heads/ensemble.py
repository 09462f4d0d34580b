"""Several small multilayer perceptrons side by side: their mean predicts, their spread says how far to trust it.

Members differ in initial weights and in the examples that they were trained on, so they agree where there was data and
part where there was none. The spread is epistemic and relative: it has no calibration of its own.
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
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, dim: int, hidden: int, members: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(dim))
        self.register_buffer("scale", torch.ones(dim))
        self.weight_in = nn.Parameter(torch.randn(members, dim, hidden) * dim**-0.5)
        self.bias_in = nn.Parameter(torch.zeros(members, 1, hidden))
        self.weight_out = nn.Parameter(torch.randn(members, hidden, 1) * hidden**-0.5)
        self.bias_out = nn.Parameter(torch.zeros(members, 1, 1))

    def standardise(self, embedding: Float[Tensor, "example dim"]) -> None:
        """Takes mean and scale of the inputs from the training embeddings."""
        self.mean.copy_(embedding.mean(0))
        self.scale.copy_(embedding.std(0).clamp_min(1e-6))

    @override
    def forward(self, embedding: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch member"]:
        """Every member's prediction."""
        inputs = ((embedding - self.mean) / self.scale).expand(len(self.weight_in), -1, -1)
        hidden = nn.functional.relu(torch.baddbmm(self.bias_in, inputs, self.weight_in))
        return torch.baddbmm(self.bias_out, hidden, self.weight_out)[..., 0].T
