"""Starting weights that copy: an induction circuit set into a Llama-shaped model before training.

A model of a few million parameters needs very many tokens before it finds out how to repeat a word it was given. The
circuit that does it is known (Elhage et al. 2021, Olsson et al. 2022: "induction heads"), so it is written into the
first two layers, and training starts from there:

* embeddings: random in the first ``TOKEN`` dimensions, one dimension constant, the rest empty;
* layer 0, heads 0-1: attend to the previous position (rotary phases that peak one step back) and store what stood
  there;
* layer 1, heads 0-3: attend to the position whose stored token equals the current one, and add the token standing
  there.

All of it remains trainable, and everything else starts at random as usual.
"""

import math

import torch
from torch import Tensor
from transformers import LlamaForCausalLM

TOKEN = 128  # dimensions of the residual stream that hold the token itself
SCALE = 0.08  # standard deviation of an embedding; sets how sharp the first predictions are
CONSTANT = 4 * SCALE
ROPE_THETA = 1e6  # slow enough that most pairs of dimensions hardly turn within an answer
QUICK, SLOW = 3, 5  # pairs before the first tell positions, pairs from the second on match content
PEAK, MATCH, COPY = 9.0, 7.0, 3.0  # gains: one step back, same token, token copied


def set_copying_circuit(model: LlamaForCausalLM, *, seed: int) -> None:
    """Write the circuit into layers 0 and 1, in place."""
    draw = torch.Generator().manual_seed(seed)
    width, head = model.config.hidden_size, model.config.hidden_size // model.config.num_attention_heads
    slots = [*range(SLOW, head // 2), *range(head // 2 + SLOW, head)]
    with torch.no_grad():
        embedding = model.model.embed_tokens.weight
        embedding.zero_()
        tokens = torch.randn(len(embedding), TOKEN, generator=draw)
        embedding[:, :TOKEN] = SCALE * math.sqrt(TOKEN) * tokens / tokens.norm(dim=1, keepdim=True)
        embedding[:, width - 1] = CONSTANT
        for pair in range(2):
            projection = torch.randn(len(slots), TOKEN, generator=draw) / math.sqrt(TOKEN)
            stored = range(TOKEN + pair * len(slots), TOKEN + (pair + 1) * len(slots))
            _look_back(model.model.layers[0].self_attn, pair, head, projection, stored)
            for number in (pair, pair + 2):
                _match_and_copy(model.model.layers[1].self_attn, number, slots, projection, stored)


def _look_back(attention: torch.nn.Module, number: int, head: int, projection: Tensor, stored: range) -> None:
    rows = slice(number * head, (number + 1) * head)
    angles = ROPE_THETA ** (-torch.arange(head // 2) * 2 / head)
    for weight in (attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight):
        weight[rows] = 0
    attention.o_proj.weight[:, rows] = 0
    constant = CONSTANT / (SCALE * math.sqrt((TOKEN + 16) / 192))  # the constant dimension after normalisation
    # Only the quickest pairs: they tell one step from two, and three of them do not repeat within a context.
    quick = (torch.arange(head // 2) < QUICK).float()
    attention.q_proj.weight[rows, -1] = torch.cat([quick, torch.zeros(head // 2)]) * PEAK / constant
    attention.k_proj.weight[rows, -1] = torch.cat([quick * angles.cos(), quick * angles.sin()]) * PEAK / constant
    size = len(stored)
    attention.v_proj.weight[number * head : number * head + size, :TOKEN] = projection
    attention.o_proj.weight[list(stored), number * head : number * head + size] = SCALE / 1.155 * torch.eye(size)


def _match_and_copy(
    attention: torch.nn.Module, number: int, slots: list[int], projection: Tensor, stored: range
) -> None:
    head = attention.q_proj.weight.shape[0] // (attention.q_proj.weight.shape[1] // 32)
    rows = slice(number * head, (number + 1) * head)
    for weight in (attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight):
        weight[rows] = 0
    attention.o_proj.weight[:, rows] = 0
    gain = math.sqrt(MATCH)
    attention.q_proj.weight[[number * head + slot for slot in slots], :TOKEN] = gain * projection
    for slot, dimension in zip(slots, stored, strict=True):
        attention.k_proj.weight[number * head + slot, dimension] = gain
    copied = slice(number * head, (number + 1) * head)
    attention.v_proj.weight[rows, copied] = torch.eye(head)
    attention.o_proj.weight[copied, rows] = COPY * SCALE * torch.eye(head)
