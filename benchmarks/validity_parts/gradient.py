"""Does it pay to climb the embedder's own gradient? White noise and honest clips of other requests, optimised.

The attacker has the weights of the alignment's embedder and nothing else: what is tested is whether the other
components notice. The others also know of the second look: of the one that every clip got before looks were drawn, of
four speeds, and of all looks there are, of which they climb four random ones a step.
"""

from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.clips import Clips
from audioforge.exploits.gradient import (
    Climb,
    Look,
    Objective,
    climbed,
    likeness,
    likeness_at_any_look,
    likeness_at_looks,
)
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.steady_alignment_look import LATE_MS, SPEEDS
from benchmarks.validity_parts.exploits import ExploitFigures, exploit_figures, rotated
from benchmarks.validity_parts.honest_clips import HonestClip
from reward_models.audio import AudioBatch
from reward_models.embedders.base import TextAudioEmbedder

SECONDS = 4.0
NOISE_LEVEL = 0.1
FREE = Climb(steps=60, size=0.05)
QUIET = Climb(steps=40, size=0.2, below_db=20.0)
AUDIBLE = Climb(steps=40, size=0.2, below_db=10.0)
FORMER: tuple[Look, ...] = ((0.96, 0.0),)
FOUR: tuple[Look, ...] = ((0.96, 0.0), (0.93, 0.0), (1.03, 0.0))
ALL: tuple[Look, Look] = ((SPEEDS[0] - 0.01, 0.0), (SPEEDS[-1] + 0.01, LATE_MS[-1] / 1000))


def measure_gradient(
    clips: Sequence[HonestClip], audio: AudioBatch, reward: CombinedReward, embedder: TextAudioEmbedder, bar: float
) -> list[ExploitFigures]:
    """Every attack on every request.

    Args:
        clips: Honest clips whose requests are attacked.
        audio: Their audio: each is the start of the attack on another's request.
        reward: What pays.
        embedder: The alignment's, whose gradient is climbed; it must let gradients through.
        bar: Total of the median honest clip.
    """
    asked = rotated(clips)
    text = embedder.embed_text([own.request for own in asked])
    categories = [own.category for own in asked]
    figures = []
    for name, start, objective, climb in _attacks(audio, embedder, text):
        found = climbed(start, objective, climb)
        batch = Clips(
            AudioBatch.from_arrays(list(found), embedder.sample_rate),
            [own.request for own in asked],
            categories=categories,
        )
        figures.append(exploit_figures(name, reward.judge(batch), bar))
    return figures


def _attacks(
    audio: AudioBatch, embedder: TextAudioEmbedder, text: Float[Tensor, "clip dim"]
) -> Iterator[tuple[str, Float[Tensor, "clip time"], Objective, Climb]]:
    time = round(SECONDS * embedder.sample_rate)
    noise = NOISE_LEVEL * torch.randn(len(audio), time, generator=torch.Generator().manual_seed(0))
    honest = starts(audio, embedder.sample_rate, time)
    plain, former = likeness(embedder, text), likeness_at_looks(embedder, text, FORMER)
    four, every = likeness_at_looks(embedder, text, FOUR), likeness_at_any_look(embedder, text, ALL)
    yield "gradient, from noise", noise, plain, FREE
    yield "gradient, another clip, 20 dB under it", honest, plain, QUIET
    yield "gradient, another clip, 10 dB under it", honest, plain, AUDIBLE
    for name, objective in (("4 % slower too", former), ("four speeds", four), ("any look", every)):
        yield f"gradient, {name}, from noise", noise, objective, FREE
        yield f"gradient, {name}, 10 dB under", honest, objective, AUDIBLE


def starts(audio: AudioBatch, sample_rate: int, time: int) -> Float[Tensor, "clip time"]:
    """The clips in mono at that rate, cut or followed by silence to so many samples."""
    mono = audio.mono().resample(sample_rate)
    cut = [mono.clip(index)[0, :time] for index in range(len(mono))]
    return torch.stack([torch.nn.functional.pad(own, (0, time - len(own))) for own in cut])
