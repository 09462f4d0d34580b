"""Archive scoring: clips per second in this process and with pools of Ray actors, in one run over the same clips.

    python -m benchmarks.archive --clips DIR --workers 1 --workers 2

Start-up (models, actors) is included in the time of every row and shown beside it for this process.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from audioforge.scale.archive import ArchiveClip, read_archive
from audioforge.scale.ray_pool import RayPool
from audioforge.scale.run import LocalWorker, Worker, run_archive
from audioforge.scoring.model_fingerprint import model_fingerprint
from audioforge.scoring.presets import build_reward


def main() -> None:
    """Prints one JSON row a worker."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=Path, required=True, help="folder or table, as for score-archive")
    parser.add_argument("--request", default="a sound")
    parser.add_argument("--category", default="sfx")
    parser.add_argument("--preset", default="embedded")
    parser.add_argument("--workers", type=int, action="append", default=[], help="Ray actors; may be repeated")
    options = parser.parse_args()
    clips = read_archive(options.clips, request=options.request, category=options.category)
    started = time.perf_counter()
    reward = build_reward(options.preset)
    model = model_fingerprint(reward)
    print(json.dumps({"worker": "models of this process", "seconds": round(time.perf_counter() - started, 2)}))
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch)
        _measure("this process", clips, out / "local", LocalWorker(reward, out / "local"), model)
        for workers in options.workers:
            folder = out / f"ray{workers}"
            _measure(f"Ray, {workers} actors", clips, folder, RayPool(options.preset, folder, workers=workers), model)


def _measure(name: str, clips: Sequence[ArchiveClip], out: Path, worker: Worker, model: str) -> None:
    started = time.perf_counter()
    run = run_archive(clips, out, worker, model=model)
    seconds = time.perf_counter() - started
    row = {
        "worker": name,
        "clips": run.clips,
        "seconds": round(seconds, 2),
        "clips_per_second": round(run.clips / seconds, 1),
    }
    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
