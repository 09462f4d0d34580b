"""How much of a match is lost at other speeds: real clips, and clips that gradients made for some of the speeds.

    python -m benchmarks.second_look --library DIR [--each 24] [--attacked 4]

For each speed of a second look the log-odds that are lost (median, 90th percentile, share over 1.2), of clips that
match at the first look. ``steady_alignment`` looks at one fixed speed; this asks what another, unknown to an attacker,
would see. Some ten minutes of a core.
"""

import argparse
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.exploits.gradient import climbed, likeness_at_speeds
from audioforge.rewards.steady_alignment import SPEED
from benchmarks.validity_parts.exploits import rotated
from benchmarks.validity_parts.gradient import AUDIBLE, FREE, NOISE_LEVEL, SECONDS, _starts
from benchmarks.validity_parts.honest_clips import chosen, held_out_library, load
from reward_models.audio import AudioBatch
from reward_models.embedders.base import TextAudioEmbedder
from reward_models.embedders.registry import load_text_audio_embedder

LOOKS = (0.90, 0.93, SPEED, 0.98, 1.03, 1.06)
CLIMBED = ((1.0, SPEED), (1.0, SPEED, 0.93, 1.03))
LOST = 1.2
"""Log-odds in the middle of ``steady_alignment``'s ramp."""


def row(name: str, audio: AudioBatch, text: Float[Tensor, "clip dim"], embedder: TextAudioEmbedder) -> str:
    """One line of the table."""
    assert embedder.calibration is not None, "mini ships with one"
    first = _cosine(audio, text, embedder)
    matches = embedder.calibration.probability(first) >= 0.5
    cells = []
    for speed in LOOKS:
        slowed = AudioBatch(audio.waveform, round(audio.sample_rate * speed), audio.lengths)
        lost = embedder.calibration.slope * (first - _cosine(slowed, text, embedder))[matches]
        share = float((lost > LOST).float().mean())
        cells.append(f"{float(lost.median()):.2f}, {float(lost.quantile(0.9)):.2f}, {share:.0%}")
    return f"| {name} ({int(matches.sum())}) | {' | '.join(cells)} |"


def _cosine(audio: AudioBatch, text: Float[Tensor, "clip dim"], embedder: TextAudioEmbedder) -> Float[Tensor, " clip"]:
    return (embedder.embed_audio(audio) * text).sum(1)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, required=True, help="folder of clips with a manifest.json")
    parser.add_argument("--each", type=int, default=24, help="real clips a category")
    parser.add_argument("--attacked", type=int, default=4, help="requests a category that gradients attack")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    embedder, pool = load_text_audio_embedder("mini"), held_out_library(arguments.library)
    real, attacked = chosen(pool, arguments.each), chosen(pool, arguments.attacked)
    print(f"| clips (that match at first) | {' | '.join(f'speed {speed:g}' for speed in LOOKS)} |")
    print("|" + "---|" * (1 + len(LOOKS)))
    audio = load(real).mono().resample(embedder.sample_rate)
    print(row("real clips", audio, embedder.embed_text([own.request for own in real]), embedder), flush=True)
    text = embedder.embed_text([own.request for own in rotated(attacked)])
    time = round(SECONDS * embedder.sample_rate)
    noise = NOISE_LEVEL * torch.randn(len(attacked), time, generator=torch.Generator().manual_seed(0))
    honest = _starts(load(attacked), embedder.sample_rate, time)
    for speeds in CLIMBED:
        objective, named = likeness_at_speeds(embedder, text, speeds), ", ".join(f"{own:g}" for own in speeds)
        for start, climb, kind in ((noise, FREE, "noise"), (honest, AUDIBLE, "another clip, 10 dB under it")):
            found = AudioBatch.from_arrays(list(climbed(start, objective, climb)), embedder.sample_rate)
            print(row(f"{kind}, climbed at {named}", found, text, embedder), flush=True)


if __name__ == "__main__":
    main()
