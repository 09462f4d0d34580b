"""The scorer: what the reward stack costs beside its embedders, throughput by callers, latency under load, cold start.

    python -m benchmarks.scorer --json scorer.json --pictures docs/performance

Clips are the shipped reference clips, each turned by a random number of samples, so that no cache helps. The stack's
cost is CPU time of one thread, which other load on the machine hardly changes: everything in one run, round by round,
the median round counts. Throughput, latency and cold start are wall time and do depend on other load. Four minutes on
two idle cores; ``--rounds 9 --seconds 12`` for steadier figures.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import torch

from audioforge.clips import Clips, gather_clips
from audioforge.reference_clips import ReferenceClip, load_reference_clips
from audioforge.rewards.combined import CombinedReward
from audioforge.scoring import Scorer
from audioforge.scoring.presets import build_reward
from audioforge.scoring.statistics import ScorerStats
from reward_models.audio import AudioBatch
from reward_models.embedders.base import Embedder, FrameEmbeddings
from reward_models.embedders.mini.embedder import MiniEmbedder

CALL_CLIPS = 4
COMPONENT_CLIPS = 16
RATE = 44_100
LOADS = (0.25, 0.5, 0.75, 0.9, 1.2)
"""Shares of the best throughput."""
SECOND_LOOKS = ("steady_alignment", "loop_free")
"""Gates that look at the samples once more."""
COLD = """
import time; started = time.perf_counter()
from audioforge.scoring.presets import build_reward
from audioforge.clips import gather_clips
imported = time.perf_counter()
reward = build_reward("embedded")
loaded = time.perf_counter()
clips = gather_clips([{path!r}] * {count}, "a drum loop", categories=["drums"] * {count})
reward.judge(clips)
first = time.perf_counter() - loaded
import json, pathlib
peak = next(row for row in pathlib.Path("/proc/self/status").read_text().splitlines() if row.startswith("VmHWM"))
print(json.dumps({{"import_s": imported - started, "load_s": loaded - imported, "first_batch_s": first,
"peak_mb": int(peak.split()[1]) // 1024}}))
"""


@dataclass
class Spent:
    """CPU seconds of one thread inside embedders, by name; texts apart."""

    audio: dict[str, list[float]] = field(default_factory=dict)
    text: float = 0.0


class ClipMaker:
    """Calls of clips that no cache has seen."""

    def __init__(self, clips: Sequence[ReferenceClip]) -> None:
        self._clips = random.Random(0).sample(list(clips), 96)
        self._audio = [AudioBatch.load([clip.path]).mono().resample(RATE).clip(0) for clip in self._clips]
        self._rng = random.Random(0)

    def call(self, count: int) -> Clips:
        """That many clips with their captions and categories."""
        picked = self._rng.sample(range(len(self._clips)), count)
        arrays = [torch.roll(self._audio[i], self._rng.randrange(1_000_000), dims=1) for i in picked]
        own = [self._clips[i] for i in picked]
        requests = [clip.caption for clip in own]
        return gather_clips(arrays, requests, sample_rate=RATE, categories=[clip.category for clip in own])


def main() -> None:
    """Prints the figures as JSON, part by part, and draws them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=7, help="of each row of throughput and latency")
    parser.add_argument("--batches", type=int, nargs="*", default=[1, 8, 64])
    parser.add_argument("--callers", type=int, nargs="*", default=[1, 2, 4, 8, 16, 32])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    figures: dict[str, object] = {}
    for name, rows in _measured(options):
        figures[name] = rows
        print(json.dumps({name: rows}, indent=2), flush=True)
        if options.json:  # after every part: a run that is cut short leaves what it has
            options.json.write_text(json.dumps(figures, indent=2) + "\n")
    if options.pictures:
        from benchmarks.scorer_pictures import draw

        draw(figures, options.pictures)


def _measured(options: argparse.Namespace) -> Iterator[tuple[str, object]]:
    yield "machine", _machine()
    reward, maker = build_reward("embedded"), ClipMaker(load_reference_clips())
    gates = {name: gate for name, gate in reward.weights.gates.items() if name not in SECOND_LOOKS}
    plain = build_reward("embedded", weights=replace(reward.weights, gates=gates))
    for name, own in (("stack", reward), ("stack_without_second_looks", plain)):
        yield name, [_stack(own, maker, size, options.rounds) for size in options.batches]
    yield "components", _components(reward, maker, COMPONENT_CLIPS, options.rounds)
    throughput = [_throughput(reward, maker, callers, options.seconds) for callers in options.callers]
    yield "throughput", throughput
    best = max(row["clips_per_second"] for row in throughput)
    yield "latency", [_latency(reward, maker, share, best, options.seconds) for share in LOADS]
    yield "cold", [_cold(count) for count in (1, 64)]


def _machine() -> dict[str, object]:
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "load_average": os.getloadavg()[0],
        "torch": torch.__version__,
        "gpu": torch.cuda.is_available(),
    }


def _stack(reward: CombinedReward, maker: ClipMaker, size: int, rounds: int) -> dict[str, object]:
    """CPU milliseconds a clip: the bare forward pass of the main embedder, the stack, and where the rest goes."""
    bare, stack, others, texts, content, again = [], [], [], [], [], []
    by_name: dict[str, list[float]] = {}
    embedder = next(own.embedder for own in reward.components if hasattr(own, "embedder"))
    for _ in range(rounds):
        made = maker.call(size)
        bare.append(_cpu(lambda audio=made.audio: embedder.embed_audio(audio)))
        content.append(_cpu(lambda own=made: Clips(own.audio, own.requests, categories=own.categories)))
        with _counted() as spent:
            stack.append(_cpu(lambda own=made: reward.judge(own)))
        first = spent.audio[embedder.name][0]
        others.append(sum(map(sum, spent.audio.values())) - first)
        again.append(sum(spent.audio[embedder.name][1:]))
        texts.append(spent.text)
        for name, passes in spent.audio.items():
            by_name.setdefault(name, []).append(sum(passes))
    figures = {"bare": bare, "stack": stack, "other_embedders": others, "second_look": again, "texts": texts}
    figures["content_checks"] = content
    row = {f"{name}_ms": round(1000 * median(values) / size, 2) for name, values in figures.items()}
    rounds_of = list(zip(stack, others, again, texts, bare, strict=True))
    return {
        "batch": size,
        **row,
        "embedders_ms": {name: round(1000 * median(values) / size, 2) for name, values in by_name.items()},
        "stack_over_bare": round(median(s / b - 1 for s, _, _, _, b in rounds_of), 3),
        "over_bare_without_other_embedders": round(median((s - o) / b - 1 for s, o, _, _, b in rounds_of), 3),
        "and_without_texts": round(median((s - o - t) / b - 1 for s, o, _, t, b in rounds_of), 3),
        "with_the_second_look_as_overhead": round(median((s - o + a - t) / b - 1 for s, o, a, t, b in rounds_of), 3),
        "over_all_passes_without_texts": round(median((s - t) / (b + o) - 1 for s, o, _, t, b in rounds_of), 3),
    }


def _components(reward: CombinedReward, maker: ClipMaker, size: int, rounds: int) -> dict[str, float]:
    """CPU milliseconds a clip of each component once everything that they share is embedded."""
    spent: dict[str, list[float]] = {}
    for _ in range(rounds):
        made = maker.call(size)
        reward.judge(made)
        for own in reward.components:
            spent.setdefault(own.name, []).append(_cpu(lambda one=own, clips=made: one.score(clips)))
    return {name: round(1000 * median(values) / size, 3) for name, values in spent.items()}


def _cpu(work: Callable[[], object]) -> float:
    started = time.thread_time()
    work()
    return time.thread_time() - started


@contextmanager
def _counted() -> Iterator[Spent]:
    """Counts what is spent inside embedders' passes while it lasts."""
    spent = Spent()
    audio, text = Embedder.frame_embeddings, MiniEmbedder.embed_text

    def counted_audio(self: Embedder, clips: AudioBatch) -> FrameEmbeddings:
        started = time.thread_time()
        try:
            return audio(self, clips)
        finally:
            spent.audio.setdefault(self.name, []).append(time.thread_time() - started)

    def counted_text(self: MiniEmbedder, texts: Sequence[str]) -> torch.Tensor:
        started = time.thread_time()
        try:
            return text(self, texts)
        finally:
            spent.text += time.thread_time() - started

    Embedder.frame_embeddings, MiniEmbedder.embed_text = counted_audio, counted_text  # type: ignore[method-assign]
    try:
        yield spent
    finally:
        Embedder.frame_embeddings, MiniEmbedder.embed_text = audio, text  # type: ignore[method-assign]


def _throughput(reward: CombinedReward, maker: ClipMaker, callers: int, seconds: float) -> dict[str, float]:
    """Clips a second with callers who each wait for their answer before they ask again."""

    async def run(engine: Scorer) -> float:
        started = time.perf_counter()
        until = started + seconds

        async def caller() -> None:
            while time.perf_counter() < until:
                await engine.judge_async(maker.call(CALL_CLIPS))

        await asyncio.gather(*(caller() for _ in range(callers)))
        return time.perf_counter() - started

    with Scorer(reward, cache_clips=0) as engine:
        wall = asyncio.run(run(engine))
        stats = engine.stats
    return {"callers": callers, "clips_per_second": round(stats.clips / wall, 1), **_seen(stats)}


def _latency(reward: CombinedReward, maker: ClipMaker, share: float, best: float, seconds: float) -> dict[str, float]:
    """Time to answer when calls come by chance at a share of the best throughput, whatever is still waiting."""
    pause = CALL_CLIPS / (share * best)
    rng = random.Random(1)

    async def run(engine: Scorer) -> None:
        calls, until = [], time.perf_counter() + seconds
        while time.perf_counter() < until:
            calls.append(asyncio.create_task(engine.judge_async(maker.call(CALL_CLIPS))))
            await asyncio.sleep(rng.expovariate(1 / pause))
        await asyncio.gather(*calls)

    with Scorer(reward, cache_clips=0) as engine:
        asyncio.run(run(engine))
        stats = engine.stats
    return {"load": share, "calls": stats.calls, **_seen(stats)}


def _seen(stats: ScorerStats) -> dict[str, float]:
    return {
        "p50_ms": round(1000 * stats.p50_seconds, 1),
        "p95_ms": round(1000 * stats.p95_seconds, 1),
        "clips_a_batch": round(stats.clips / max(1, stats.batches), 1),
    }


def _cold(count: int) -> dict[str, float]:
    """A fresh process: imports, models, the first batch, and the most memory it ever held."""
    path = str(load_reference_clips(category="drums")[0].path)
    runs = [
        json.loads(subprocess.check_output([sys.executable, "-c", COLD.format(path=path, count=count)]))
        for _ in range(3)
    ]
    return {"clips": count, **{key: round(min(run[key] for run in runs), 2) for key in runs[0]}}


if __name__ == "__main__":
    main()
