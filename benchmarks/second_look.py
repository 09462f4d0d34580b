"""How much of a match is lost at a second look: real clips, and clips that gradients made for some of the looks.

    python -m benchmarks.second_look --library DIR [--each 40] [--attacked 4] [--patient 2]

For several looks, and for the one that ``steady_alignment`` draws for each clip, the log-odds that are lost (median,
90th percentile, share over the middle of the gate's ramp), of clips that match at the first look. Real clips are those
of held-out packs and the shipped references. ``--patient`` says for how many requests a category the attacks on every
look are given four times the steps. Some twenty minutes of a core.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.clips import Clips
from audioforge.exploits.gradient import Climb, Objective, climbed, likeness, likeness_at_any_look, likeness_at_looks
from audioforge.rewards.steady_alignment import DROP, SteadyAlignment
from audioforge.rewards.steady_alignment_look import Look, looked_at
from benchmarks.validity_parts.exploits import rotated
from benchmarks.validity_parts.gradient import ALL, AUDIBLE, FORMER, FOUR, FREE, NOISE_LEVEL, SECONDS, starts
from benchmarks.validity_parts.honest_clips import HonestClip, calibration_references, chosen, held_out_library, load
from reward_models.audio import AudioBatch
from reward_models.embedders.base import TextAudioEmbedder
from reward_models.embedders.registry import load_text_audio_embedder

LOOKS = (Look(0.96, 0), Look(0.90, 0), Look(1.06, 0), Look(1.0, 160), Look(0.94, 160), Look(1.04, 160))
LOST = sum(DROP) / 2
"""Log-odds at which the gate starts to shrink a total: the middle of its ramp."""

Attack = tuple[str, Float[Tensor, "clip time"], Objective, Climb]


def row(name: str, audio: AudioBatch, requests: Sequence[str], embedder: TextAudioEmbedder) -> str:
    """One line of the table."""
    assert embedder.calibration is not None, "mini ships with one"
    clips = Clips(audio, list(requests))
    text = clips.text_embedding(embedder)
    first = (clips.embedding(embedder) * text).sum(1)
    matches = embedder.calibration.probability(first) >= 0.5
    lost = [embedder.calibration.slope * (first - _cosine(audio, look, text, embedder)) for look in LOOKS]
    drawn = SteadyAlignment(embedder).score(clips).raw
    return f"| {name} ({int(matches.sum())}) | {' | '.join(_cell(own[matches]) for own in (*lost, drawn))} |"


def _cell(lost: Float[Tensor, " clip"]) -> str:
    share = float((lost > LOST).float().mean())
    return f"{float(lost.median()):.2f}, {float(lost.quantile(0.9)):.2f}, {share:.0%}"


def _cosine(
    audio: AudioBatch, look: Look, text: Float[Tensor, "clip dim"], embedder: TextAudioEmbedder
) -> Float[Tensor, " clip"]:
    rate = embedder.sample_rate
    heard = [looked_at(audio.clip(index), audio.sample_rate, look, rate) for index in range(len(audio))]
    return (embedder.embed_audio(AudioBatch.from_arrays(heard, rate)) * text).sum(1)


def attacks(clips: Sequence[HonestClip], embedder: TextAudioEmbedder, *, patient: bool) -> Iterator[Attack]:
    """Name, start, objective and climb of every attack on other clips' requests."""
    text = embedder.embed_text([own.request for own in rotated(clips)])
    time = round(SECONDS * embedder.sample_rate)
    noise = NOISE_LEVEL * torch.randn(len(clips), time, generator=torch.Generator().manual_seed(0))
    honest = starts(load(clips), embedder.sample_rate, time)
    every = likeness_at_any_look(embedder, text, ALL)
    if patient:
        known = {"any look, 4 times the steps": every}
    else:
        known = {
            "the first look": likeness(embedder, text),
            "1 and 0.96": likeness_at_looks(embedder, text, FORMER),
            "four speeds": likeness_at_looks(embedder, text, FOUR),
            "any look": every,
        }
    for name, objective in known.items():
        for start, climb, kind in ((noise, FREE, "noise"), (honest, AUDIBLE, "another clip, 10 dB under it")):
            steps = climb.steps * (4 if patient else 1)
            yield f"{kind}, climbed at {name}", start, objective, replace(climb, steps=steps)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, required=True, help="folder of clips with a manifest.json")
    parser.add_argument("--each", type=int, default=40, help="real clips a category")
    parser.add_argument("--attacked", type=int, default=4, help="requests a category that gradients attack")
    parser.add_argument("--patient", type=int, default=2, help="those that are attacked at length, too")
    options = parser.parse_args()
    torch.set_num_threads(1)
    embedder, pool = load_text_audio_embedder("mini"), held_out_library(options.library)
    names = [f"{look.speed:g}" + (f", {look.late_ms} ms late" if look.late_ms else "") for look in LOOKS]
    print(f"| clips (that match at first) | {' | '.join((*names, 'drawn'))} |\n|{'---|' * (2 + len(LOOKS))}")
    for name, real in (("held-out packs", chosen(pool, options.each)), ("references", calibration_references())):
        print(row(name, load(real), [own.request for own in real], embedder), flush=True)
    for each, patient in ((options.attacked, False), (options.patient, True)):
        if not each:
            continue
        clips = chosen(pool, each)
        requests = [own.request for own in rotated(clips)]
        for name, start, objective, climb in attacks(clips, embedder, patient=patient):
            found = AudioBatch.from_arrays(list(climbed(start, objective, climb)), embedder.sample_rate)
            print(row(name, found, requests, embedder), flush=True)


if __name__ == "__main__":
    main()
