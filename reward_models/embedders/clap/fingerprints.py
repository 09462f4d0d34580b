"""16 hex digits over everything that decides a CLAP vector: weights, vocabulary and preprocessing.

Taken from the loaded tensors rather than from files, so that one model has one fingerprint whether it was stored as
safetensors, as a pickle or by laion-clap, and under every version of transformers.
"""

import hashlib
import json
from dataclasses import asdict

from torch import Tensor, nn

from reward_models.audio import Fill
from reward_models.embedders.clap.parts import ClapParts
from reward_models.embedders.clap.text_tower import PROBES
from reward_models.embedders.load_options import Precision

_UNUSED = "logit_scale"  # scales logits; no vector depends on it


def clap_fingerprint(parts: ClapParts, *, fill: Fill, precision: Precision) -> str:
    """The fingerprint of a checkpoint under the given preprocessing."""
    digest = hashlib.sha256()
    preprocessing = {**asdict(parts.front_end), "fill": fill, "precision": precision}
    digest.update(json.dumps(preprocessing, sort_keys=True).encode())
    # The probes' tokens stand for the vocabulary.
    digest.update(json.dumps([parts.tokenizer(probe)["input_ids"] for probe in PROBES]).encode())
    for name, tensor in sorted(_weights(parts.model).items()):
        digest.update(name.encode())
        digest.update(tensor.detach().contiguous().numpy().data)
    return digest.hexdigest()[:16]


def _weights(model: nn.Module) -> dict[str, Tensor]:
    statistics = {name: buffer for name, buffer in model.named_buffers() if "running_" in name}
    parameters = {name: tensor for name, tensor in model.named_parameters() if not name.startswith(_UNUSED)}
    return parameters | statistics
