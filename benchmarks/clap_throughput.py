"""Clips per second from PCM to LAION-CLAP vectors: this project against transformers' extractor and model.

    python -m benchmarks.clap_throughput --batch 1 8 --json clap_throughput.json

One run times every pipeline in turn, round by round, on the same clips and weights (and laion-clap, with weights of its
own in the same shape, where it's installed); the best round of each stage counts: other load only ever adds time.
``ratio`` is transformers' time over the pipeline's, ``cosine`` the least one to transformers' float32 vectors.
"""

import argparse
import json
import os
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmarks.clap_pipelines import (
    GFLOP_A_WINDOW,
    RATE,
    Pipeline,
    build_laion,
    laion_clap_is_installed,
    laion_pipeline,
    own_pipeline,
    random_clap,
    transformers_pipeline,
)

WINDOW_SECONDS = 10


@dataclass
class Row:
    """One pipeline at one batch size; milliseconds are a clip's."""

    pipeline: str
    batch: int
    front_end_ms: float = float("inf")
    forward_ms: float = float("inf")
    ratio: float = float("nan")
    cosine: float = float("nan")
    peak_share: float = float("nan")

    @property
    def total_ms(self) -> float:
        """Front end and forward pass of a clip."""
        return self.front_end_ms + self.forward_ms

    def as_dict(self) -> dict[str, object]:
        """The row with its sum."""
        return {**asdict(self), "total_ms": self.total_ms, "clips_per_second": 1000 / self.total_ms}


def main() -> None:
    """Runs the comparison and prints a table."""
    options = _options()
    torch.set_num_threads(options.threads)
    pipelines = _pipelines(options.device)
    peaks = {precision: gemm_peak(options.device, precision) for precision in (torch.float32, torch.bfloat16)}
    rows = [row for batch in options.batch for row in compare(pipelines, batch, options.rounds, options.device, peaks)]
    report = {"machine": machine(options.device), "gemm_gflops": {str(k): v for k, v in peaks.items()}}
    report |= {"peak_memory_mb": peak_memory_mb(options.device), "rows": [row.as_dict() for row in rows]}
    _print_table(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 8], help="clips at once")
    parser.add_argument("--rounds", type=int, default=5, help="timings of each; the best counts")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="CPU threads")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    return parser.parse_args()


def _pipelines(device: str) -> list[Pipeline]:
    model = random_clap().to(device)
    own = [own_pipeline(model, device, precision) for precision in ("float32", "bfloat16")]
    peers = [laion_pipeline(build_laion(None))] if laion_clap_is_installed() and device == "cpu" else []
    return [transformers_pipeline(model, device), *own, *peers]


@torch.no_grad()
def compare(
    pipelines: list[Pipeline], batch: int, rounds: int, device: str, peaks: dict[torch.dtype, float]
) -> list[Row]:
    """Rows of all pipelines at one batch size, transformers' first."""
    clips = 0.1 * torch.randn(batch, WINDOW_SECONDS * RATE, generator=torch.Generator().manual_seed(0))
    rows = [Row(pipeline.name, batch) for pipeline in pipelines]
    vectors: list[Tensor] = [pipeline.forward(pipeline.features(clips)).float().cpu() for pipeline in pipelines]
    for _ in range(rounds):
        for pipeline, row in zip(pipelines, rows, strict=True):
            _time_round(pipeline, row, clips, device)
    for row, vector in zip(rows, vectors, strict=True):
        row.ratio = rows[0].total_ms / row.total_ms
        row.peak_share = GFLOP_A_WINDOW / row.forward_ms * 1000 / peaks[_precision(row)]
        if row.pipeline != "laion-clap":  # its weights are others
            row.cosine = float(torch.cosine_similarity(vectors[0], vector).min())
    return rows


def _time_round(pipeline: Pipeline, row: Row, clips: Tensor, device: str) -> None:
    features, seconds = timed(lambda: pipeline.features(clips), device)
    row.front_end_ms = min(row.front_end_ms, 1000 * seconds / row.batch)
    _, seconds = timed(lambda: pipeline.forward(features), device)
    row.forward_ms = min(row.forward_ms, 1000 * seconds / row.batch)


def timed(work: Callable[[], Any], device: str) -> tuple[Any, float]:
    """The result and the wall time in seconds, with the device's queue drained before and after."""
    _drain(device)
    start = time.perf_counter()
    result = work()
    _drain(device)
    return result, time.perf_counter() - start


def _drain(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def _precision(row: Row) -> torch.dtype:
    return torch.bfloat16 if row.pipeline.endswith("bfloat16") else torch.float32


def gemm_peak(device: str, dtype: torch.dtype, size: int = 2048) -> float:
    """GFLOP/s of a large matrix product, the best of five: what the device can do at all."""
    left, right = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    seconds = min(timed(lambda: left @ right, device)[1] for _ in range(5))
    return 2 * size**3 / seconds / 1e9


def peak_memory_mb(device: str) -> float:
    """Most memory held so far: on the GPU, or of this process."""
    if device.startswith("cuda"):
        return torch.cuda.max_memory_allocated() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def machine(device: str) -> str:
    """The device in words."""
    if device.startswith("cuda"):
        return torch.cuda.get_device_name()
    models = [line.split(":")[1].strip() for line in _cpu_lines() if line.startswith("model name")]
    capability = torch.backends.cpu.get_cpu_capability()
    amx = ", AMX" if any("amx_bf16" in line for line in _cpu_lines()) else ""
    name = models[0] if models else "CPU"
    return f"{name}, {torch.get_num_threads()} threads, {capability}{amx}, torch {torch.__version__}"


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def _print_table(report: dict[str, Any]) -> None:
    print(report["machine"])
    print(f"GEMM {report['gemm_gflops']} GFLOP/s, peak memory {report['peak_memory_mb']:.0f} MB")
    print(
        f"{'pipeline':22}{'batch':>6}{'front end':>11}{'forward':>9}"
        f"{'total ms':>10}{'ratio':>7}{'cosine':>10}{'peak':>7}"
    )
    for row in report["rows"]:
        print(
            f"{row['pipeline']:22}{row['batch']:6}{row['front_end_ms']:11.1f}{row['forward_ms']:9.1f}"
            f"{row['total_ms']:10.1f}{row['ratio']:7.2f}{row['cosine']:10.6f}{row['peak_share']:7.0%}"
        )


if __name__ == "__main__":
    main()
