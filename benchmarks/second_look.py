"""How much of a match is lost at a second look: real clips, and clips that gradients made for some of the looks.

    python -m benchmarks.second_look --library DIR [--each 40] [--attacked 4] [--climbed FILE]

For several looks, and for the one that ``steady_alignment`` draws for each clip, the log-odds that are lost (median,
90th percentile, share over the middle of the gate's ramp), of clips that match at the first look. Real clips are those
of held-out packs and the shipped references; the attacks are those of ``benchmarks.validity``, which keeps them in
``--climbed`` as well. Eight minutes of a core, most of them for the attacks.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.clips import Clips
from audioforge.rewards.steady_alignment import DROP, SteadyAlignment
from audioforge.rewards.steady_alignment_look import Look, looked_at
from benchmarks.validity_parts.gradient import attacked, found_by_gradient
from benchmarks.validity_parts.honest_clips import calibration_references, chosen, held_out_library, load
from reward_models.audio import AudioBatch
from reward_models.embedders.base import TextAudioEmbedder
from reward_models.embedders.registry import load_text_audio_embedder

LOOKS = (Look(0.96, 0), Look(0.90, 0), Look(1.06, 0), Look(1.0, 160), Look(0.94, 160), Look(1.04, 160))
LOST = sum(DROP) / 2
"""Log-odds at which the gate starts to shrink a total: the middle of its ramp."""


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


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, required=True, help="folder of clips with a manifest.json")
    parser.add_argument("--each", type=int, default=40, help="real clips a category")
    parser.add_argument("--attacked", type=int, default=4, help="requests a category that gradients attack")
    parser.add_argument("--climbed", type=Path, help="safetensors file of what gradients found, read and written")
    options = parser.parse_args()
    torch.set_num_threads(1)
    embedder, pool = load_text_audio_embedder("mini"), held_out_library(options.library)
    names = [f"{look.speed:g}" + (f", {look.late_ms} ms late" if look.late_ms else "") for look in LOOKS]
    print(f"| clips (that match at first) | {' | '.join((*names, 'drawn'))} |\n|{'---|' * (2 + len(LOOKS))}")
    for name, real in (("held-out packs", chosen(pool, options.each)), ("references", calibration_references())):
        print(row(name, load(real), [own.request for own in real], embedder), flush=True)
    clips = chosen(pool, options.attacked)
    for name, found in found_by_gradient(clips, load(clips), embedder, options.climbed).items():
        audio = AudioBatch.from_arrays(list(found), embedder.sample_rate)
        print(row(name, audio, [own.request for own in attacked(clips, name)], embedder), flush=True)


if __name__ == "__main__":
    main()
