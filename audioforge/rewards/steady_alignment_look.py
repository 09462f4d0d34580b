"""The second look of ``steady_alignment``: another speed and another start, drawn for each clip from its own samples.

A clip is played at one of a few speeds behind a moment of silence. Which, is read from a hash of its samples in 16
bits, so it is the same in every batch, order and process and at any padding, and can't be known before the clip is
made. Whoever has the clip can reckon it: changing a clip until a look comes up that one has prepared for needs some
hundred tries, unless the hash has a secret key.
"""

import hashlib
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from reward_models.audio import resample_clip

SPEEDS = (0.92, 0.94, 0.96, 0.98, 1.02, 1.04)
LATE_MS = tuple(range(100, 230, 10))
"""Milliseconds of silence before the clip. The network halves time four times, so it is least like itself 160 ms on."""

_LEVELS = 32_768


class Look(NamedTuple):
    """How a clip is heard.

    Attributes:
        speed: 1 for as it is, less for slower and deeper.
        late_ms: Silence before it, in milliseconds.
    """

    speed: float
    late_ms: int


LOOKS = tuple(Look(speed, late) for speed in SPEEDS for late in LATE_MS)


def drawn_look(clip: Float[Tensor, "channel time"], secret: str = "") -> Look:
    """The second look that a clip gets.

    Channels are summed as whole numbers, so the order of a sum can't matter, and copies of a channel don't.

    Args:
        clip: Its samples at its own rate, full scale [-1, 1].
        secret: Key of the hash, at most 64 bytes.
    """
    levels = (clip.detach().cpu() * _LEVELS).round_().clamp_(-_LEVELS, _LEVELS - 1)  # whole numbers, exactly
    mean = levels[0] if len(levels) == 1 else (levels.double().sum(0) / len(levels)).round()
    digest = hashlib.blake2b(mean.to(torch.int16).numpy().tobytes(), digest_size=8, key=secret.encode()).digest()
    return LOOKS[int.from_bytes(digest, "little") % len(LOOKS)]


def named(secret: str) -> str:
    """What tells one secret from another without giving it away; ``none`` for none."""
    return hashlib.blake2b(b"looks", digest_size=4, key=secret.encode()).hexdigest() if secret else "none"


def looked_at(
    clip: Float[Tensor, "channel time"], sample_rate: int, look: Look, heard_at: int
) -> Float[Tensor, "1 heard"]:
    """The clip in mono as a look hears it: resampled as if its rate were another, behind silence.

    Args:
        clip: Its samples, full scale [-1, 1].
        sample_rate: Hz.
        look: Speed and delay.
        heard_at: Hz of the result.
    """
    mono = clip.mean(0, keepdim=True).cpu()
    played = resample_clip(mono, round(sample_rate * look.speed), heard_at)
    return torch.nn.functional.pad(played, (round(look.late_ms * heard_at / 1000), 0))
