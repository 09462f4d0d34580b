"""Clips per second of ``mini``, from PCM to vectors, beside aisfx and transformers' CLAP (random weights).

    python -m benchmarks.mini_throughput --threads 1 2 --json mini_throughput.json

Every clip fills one 5.12 s window of ``mini`` at its own sample rate, so nothing is resampled; aisfx and CLAP get the
same seconds at theirs. One run times all in turn, round by round; the best round counts: other load only ever adds
time. ``ratio`` is a pipeline's time a clip over ``mini``'s at the same threads.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from benchmarks.clap_pipelines import RATE, random_clap, transformers_pipeline
from benchmarks.clap_throughput import machine, timed
from reward_models import AudioBatch, load_embedder
from reward_models.embedders.base import TextAudioEmbedder

SECONDS = 5.12
REQUESTS = ("rain on a window", "a punchy kick drum, dark", "120 BPM techno drum loop", "somebody knocks at the door")


@dataclass
class Row:
    """One pipeline at one number of threads."""

    pipeline: str
    threads: int
    per_second: float
    ratio: float = float("nan")


def main() -> None:
    """Runs the comparison and prints a table."""
    options = _options()
    rows = [row for threads in options.threads for row in compare(options.batch, options.rounds, threads)]
    print(f"{machine('cpu')}; batch {options.batch}, {SECONDS} s clips, best of {options.rounds}")
    print(f"{'pipeline':24}{'threads':>8}{'per second':>12}{'ratio':>8}")
    for row in rows:
        print(f"{row.pipeline:24}{row.threads:8}{row.per_second:12.1f}{row.ratio:8.1f}")
    if options.json:
        report = {"machine": machine("cpu"), "batch": options.batch, "rows": [asdict(row) for row in rows]}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=32, help="clips, and texts, at once")
    parser.add_argument("--rounds", type=int, default=5, help="timings of each; the best counts")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="CPU threads")
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    return parser.parse_args()


@torch.no_grad()
def compare(batch: int, rounds: int, threads: int) -> list[Row]:
    """Rows of all pipelines at one number of threads, ``mini``'s first; its text tower's last."""
    torch.set_num_threads(threads)
    pipelines = _pipelines(batch)
    best = dict.fromkeys(pipelines, float("inf"))
    for _ in range(rounds):
        for name, work in pipelines.items():
            best[name] = min(best[name], timed(work, "cpu")[1])
    mini = best["mini"]
    rows = [Row(name, threads, batch / seconds, seconds / mini) for name, seconds in best.items()]
    rows[-1].ratio = float("nan")  # texts are no clips
    return rows


def _pipelines(batch: int) -> dict[str, Callable[[], object]]:
    mini, aisfx = load_embedder("mini"), load_embedder("aisfx")
    assert isinstance(mini, TextAudioEmbedder)
    for_mini, for_aisfx = (_noise(batch, embedder.sample_rate) for embedder in (mini, aisfx))
    clap = transformers_pipeline(random_clap(), "cpu")
    for_clap = _noise(batch, RATE).waveform[:, 0]
    texts = [REQUESTS[index % len(REQUESTS)] for index in range(batch)]
    return {
        "mini": lambda: mini.embed_audio(for_mini),
        "aisfx": lambda: aisfx.embed_audio(for_aisfx),
        "transformers CLAP": lambda: clap.forward(clap.features(for_clap)),
        "mini, texts": lambda: mini.embed_text(texts),
    }


def _noise(batch: int, rate: int) -> AudioBatch:
    generator = torch.Generator().manual_seed(0)
    return AudioBatch.from_arrays(list(0.1 * torch.randn(batch, round(SECONDS * rate), generator=generator)), rate)


if __name__ == "__main__":
    main()
