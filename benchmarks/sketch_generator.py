"""How fast the sketch renders, whether its loops keep the tempo, and whether an embedder hears what was asked.

    python benchmarks/sketch_generator.py --embedder mini

Speed is clips of 4 s a second of processor time on one thread. A tempo counts when the strongest period of the onset
curve is within 2 % of the tempo asked for, or of a multiple by 1/2, 2/3, 3/4, 4/3, 3/2 or 2 (metrical relatives). The
ranking asks the embedder which of all prompts a clip matches best; chance is one in the number of prompts. An embedder
that was trained on sketches judges itself here: read the figure as "prompts are told apart", not as quality.
"""

import argparse
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt

from audioforge.generators import Generator, load_generator
from audioforge.proposals import Proposal
from reward_models import load_embedder

PROMPTS = (
    "128 BPM techno drum loop with punchy kick", "trap beat with rolling hi-hats", "jazz drum groove with brushes",
    "rock drum beat", "snare drum", "kick drum", "hi-hat", "conga loop", "shaker", "crash cymbal", "piano melody",
    "acoustic guitar strumming", "violin melody", "flute melody", "distorted electric guitar riff", "trumpet note",
    "church organ chords", "synth bass line", "marimba arpeggio", "choir pad", "dog barking", "explosion",
    "glass breaking", "door knock", "footsteps on gravel", "police siren", "laser gun", "bell ringing",
    "clock ticking", "car engine", "coin pickup", "water splash", "whoosh", "heavy rain", "ocean waves",
    "crackling campfire", "birds chirping in a forest", "crickets at night", "wind howling", "thunder",
    "crowd chatter", "deep ambient drone",
)  # fmt: skip
LOOPS = {
    "techno": 128, "house": 122, "trap": 140, "hip hop": 90, "rock": 120, "drum and bass": 174, "funk": 104,
    "disco": 118, "reggae": 76, "samba": 100, "bossa nova": 126, "electro": 115, "metal": 160, "pop": 110,
    "jazz": 140, "dubstep": 140, "afrobeat": 108, "salsa": 98, "march": 112, "breakbeat": 132,
}  # fmt: skip
RELATIVES = (1, 1 / 2, 2 / 3, 3 / 4, 4 / 3, 3 / 2, 2)


def onset_tempo(waveform: npt.NDArray[np.float32]) -> float:
    """Beats a minute of the strongest period between 60 and 220, weighted towards 120."""
    frames = np.lib.stride_tricks.sliding_window_view(waveform.mean(0), 1024)[::256] * np.hanning(1024)
    onsets = np.maximum(0, np.diff(np.log1p(100 * np.abs(np.fft.rfft(frames))), axis=0)).sum(1)
    onsets -= onsets.mean()
    periods = np.correlate(onsets, onsets, "full")[len(onsets) - 1 :]
    lags = np.arange(1, len(periods))
    bpm = 60 * 44_100 / 256 / lags
    weight = np.exp(-0.5 * (np.log2(bpm / 120) / 0.9) ** 2) * ((bpm >= 60) & (bpm <= 220))
    lag = lags[np.argmax(periods[1:] * weight)]
    before, at, after = periods[lag - 1 : lag + 2]
    return float(60 * 44_100 / 256 / (lag + 0.5 * (before - after) / (before - 2 * at + after)))


def report_speed(generator: Generator) -> None:
    """One pass fills the caches, a second one with other seeds is timed."""
    for seed in (0, 1):
        start = time.process_time()
        for prompt in PROMPTS:
            generator.generate([Proposal(prompt)], [seed])
    print(f"speed: {len(PROMPTS) / (time.process_time() - start):.1f} clips of 4 s a second of processor time")


def report_tempo(generator: Generator) -> None:
    """Share of loops at the tempo asked for."""
    exact = related = 0
    for genre, bpm in LOOPS.items():
        for seed in range(3):
            clip = generator.generate([Proposal(f"{bpm} BPM {genre} drum loop", seconds=6.0)], [seed]).clip(0).numpy()
            found = onset_tempo(clip)
            exact += abs(found / bpm - 1) < 0.02
            related += any(abs(found / (bpm * ratio) - 1) < 0.02 for ratio in RELATIVES)
    print(f"tempo: {exact} of {3 * len(LOOPS)} exact, {related} with metrical relatives")


def report_ranking(generator: Generator, name: str) -> None:
    """Top-1 and top-5 share and mean cosine by steps and guidance."""
    embedder = load_embedder(name)
    text = embedder.embed_text(PROMPTS)  # type: ignore[attr-defined]
    for steps, cfg_scale in (
        (8, 3.0),
        (1, 3.0),
        (4, 3.0),
        (16, 3.0),
        (8, 0.0),
        (8, 0.3),
        (8, 1.0),
        (8, 7.0),
        (8, 15.0),
    ):
        proposals = [Proposal(prompt, steps=steps, cfg_scale=cfg_scale) for prompt in PROMPTS]
        cosine = embedder.embed_audio(generator.generate(proposals, [1] * len(PROMPTS))) @ text.T
        better = (cosine > cosine.diag()[:, None]).sum(1)
        shares = f"top-1 {float((better == 0).float().mean()):.2f}, top-5 {float((better < 5).float().mean()):.2f}"
        print(
            f"{name}, {steps} steps, cfg {cfg_scale:g}: {shares}, cosine {float(cosine.diag().mean()):.3f}", flush=True
        )


def main() -> None:
    """Run all three."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedder", default="mini")
    arguments = parser.parse_args()
    generator = load_generator("sketch")
    report_speed(generator)
    report_tempo(generator)
    report_ranking(generator, arguments.embedder)


if __name__ == "__main__":
    main()
