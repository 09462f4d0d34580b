"""Does it pay to climb the embedder's own gradient? White noise and honest clips of other requests, optimised.

The attacker has the weights of the alignment's embedder and nothing else: what is tested is whether the other
components notice. The others also know of the second look: of the one that every clip got before looks were drawn, of
four speeds, and of all looks there are, of which they climb four random ones a step. The attack on all looks at four
times the steps is made on every other request.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import Float
from safetensors import safe_open
from safetensors.torch import load_file, save_file
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
from benchmarks.validity_parts.honest_clips import HonestClip, clips_hash
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


PATIENT, EVERY_OTHER = ", 4 times the steps", 2


class Attack(NamedTuple):
    """One attack on many clips.

    Attributes:
        name: As in the table.
        start: ``(clip, time)`` waveforms.
        objective: What is climbed.
        climb: Steps and bound.
    """

    name: str
    start: Tensor
    objective: Objective
    climb: Climb


def measure_gradient(
    clips: Sequence[HonestClip], found: Mapping[str, Tensor], reward: CombinedReward, rate: int, bar: float
) -> list[ExploitFigures]:
    """Every attack on every request.

    Args:
        clips: Honest clips whose requests are attacked.
        found: What ``found_by_gradient`` made for them.
        reward: What pays.
        rate: Hz of what was found.
        bar: Total of the median honest clip.
    """
    figures = []
    for name, waveform in found.items():
        asked = attacked(clips, name)
        requests, categories = [own.request for own in asked], [own.category for own in asked]
        batch = Clips(AudioBatch.from_arrays(list(waveform), rate), requests, categories=categories)
        figures.append(exploit_figures(name, reward.judge(batch), bar))
    return figures


def attacked(clips: Sequence[HonestClip], name: str) -> list[HonestClip]:
    """The clips whose requests the attack of that name is on: each is the next one's start."""
    return rotated(clips)[::EVERY_OTHER] if PATIENT in name else rotated(clips)


def found_by_gradient(
    clips: Sequence[HonestClip], audio: AudioBatch, embedder: TextAudioEmbedder, kept: Path | None = None
) -> dict[str, Tensor]:
    """Attack → ``(clip, time)`` waveforms at the embedder's rate.

    Args:
        clips: Honest clips whose requests are attacked.
        audio: Their audio: each is the start of the attack on another's request.
        embedder: The alignment's, whose gradient is climbed; it must let gradients through.
        kept: File in which they are kept after every attack, and from which those for the same embedder, clips and
            settings are taken.
    """
    settings = repr((SECONDS, FREE, QUIET, AUDIBLE, FORMER, FOUR, ALL, PATIENT, EVERY_OTHER))
    key = {"embedder": embedder.fingerprint, "clips": clips_hash(clips), "settings": settings}
    earlier, found = _kept(kept, key), dict[str, Tensor]()
    for attack in _attacks(clips, audio, embedder):
        if attack.name in earlier:
            found[attack.name] = earlier[attack.name]
            continue
        found[attack.name] = climbed(attack.start, attack.objective, attack.climb)
        if kept is not None:
            save_file(found, kept, metadata=key)
    return found


def _kept(file: Path | None, key: Mapping[str, str]) -> dict[str, Tensor]:
    if file is None or not file.is_file():
        return {}
    with safe_open(file, framework="pt") as opened:
        same = opened.metadata() == key
    return dict(load_file(file)) if same else {}


def _attacks(clips: Sequence[HonestClip], audio: AudioBatch, embedder: TextAudioEmbedder) -> Iterator[Attack]:
    text = embedder.embed_text([own.request for own in rotated(clips)])
    time = round(SECONDS * embedder.sample_rate)
    noise = NOISE_LEVEL * torch.randn(len(audio), time, generator=torch.Generator().manual_seed(0))
    honest = starts(audio, embedder.sample_rate, time)
    plain = likeness(embedder, text)
    yield Attack("gradient, from noise", noise, plain, FREE)
    yield Attack("gradient, another clip, 20 dB under it", honest, plain, QUIET)
    yield Attack("gradient, another clip, 10 dB under it", honest, plain, AUDIBLE)
    for name, objective in (
        ("4 % slower too", likeness_at_looks(embedder, text, FORMER)),
        ("four speeds", likeness_at_looks(embedder, text, FOUR)),
        ("any look", likeness_at_any_look(embedder, text, ALL)),
    ):
        yield Attack(f"gradient, {name}, from noise", noise, objective, FREE)
        yield Attack(f"gradient, {name}, 10 dB under", honest, objective, AUDIBLE)
    every = likeness_at_any_look(embedder, text[::EVERY_OTHER], ALL)
    for name, start, climb in (("from noise", noise, FREE), ("10 dB under", honest, AUDIBLE)):
        longer = replace(climb, steps=4 * climb.steps)
        yield Attack(f"gradient, any look{PATIENT}, {name}", start[::EVERY_OTHER], every, longer)


def starts(audio: AudioBatch, sample_rate: int, time: int) -> Float[Tensor, "clip time"]:
    """The clips in mono at that rate, cut or followed by silence to so many samples."""
    mono = audio.mono().resample(sample_rate)
    cut = [mono.clip(index)[0, :time] for index in range(len(mono))]
    return torch.stack([torch.nn.functional.pad(own, (0, time - len(own))) for own in cut])
