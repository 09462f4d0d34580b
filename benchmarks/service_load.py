"""The HTTP service under three times the load that it can carry: is every request answered, and every answer right?

    python -m benchmarks.service_load --callers 24 --times 3 --seconds 120

Starts ``audioforge service``, measures its capacity with as many callers as keep it busy, then has every caller send
requests on a clock, whether or not earlier ones were answered. No two clips are equal, so no cache helps. One clip in
twenty is silent and must come back as such; one request in ten allows one second. A sample of the totals is compared
with those of this process.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np

from audioforge.clips import gather_clips
from audioforge.rewards.combined import CombinedReward
from audioforge.scoring.presets import build_reward
from benchmarks.load_clips import REQUEST, Shot, is_silent, make_shot, samples_of, seeds_of
from benchmarks.serve_processes import free_port, resident_mib

SHORT_ONE_IN = 10
CHECKED = 200
WATCH_SECONDS = 10


@dataclass
class Tally:
    """What came back."""

    replies: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    clips: int = 0
    wrong: list[str] = field(default_factory=list)
    totals: dict[int, float] = field(default_factory=dict)

    def add(self, shot: Shot, reply: httpx.Response | None, seconds: float) -> None:
        """Counts one reply and checks it."""
        code = "no answer" if reply is None else str(reply.status_code)
        self.replies[code] += 1
        self.seconds.setdefault(code, []).append(seconds)
        if reply is None:
            return
        if reply.status_code in (429, 503) and "retry-after" not in reply.headers:
            self.wrong.append(f"{code} without Retry-After")
        if reply.status_code == 200:
            self._check(shot, reply.json())
        elif reply.status_code not in (429, 503, 504):
            self.wrong.append(f"{code}: {reply.text[:200]}")

    def _check(self, shot: Shot, answer: dict[str, list[dict[str, object]]]) -> None:
        seeds = seeds_of(shot)
        self.clips += len(seeds)
        silent = [own["index"] for own in answer["errors"] if own["status"]["code"] == "silent"]  # type: ignore[index]
        if silent != [place for place, seed in enumerate(seeds) if is_silent(seed)] or len(silent) != len(
            answer["errors"]
        ):
            self.wrong.append(f"shot {shot.number}: statuses {answer['errors']}")
        for own in answer["results"]:
            self.totals[seeds[int(str(own["index"]))]] = float(str(own["total"]))


async def main() -> None:
    """Prints the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--callers", type=int, default=24)
    parser.add_argument("--times", type=float, default=3, help="load as a multiple of the capacity")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--clips", type=int, default=4, help="clips in a request")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    port = free_port()
    command = [sys.executable, "-m", "audioforge.cli.main", "service", "--port", str(port)]
    with subprocess.Popen(command) as process:
        try:
            figures = await _measured(f"http://127.0.0.1:{port}", process.pid, options)
        finally:
            process.terminate()
    print(json.dumps(figures, indent=2))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


async def _measured(url: str, pid: int, options: argparse.Namespace) -> dict[str, object]:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as http:
        await _ready(http)
        await _closed_loop(http, options.clips, callers=4, seconds=5, first=0)  # warms up
        calm = await _closed_loop(http, options.clips, callers=8, seconds=20, first=100_000)
        capacity = calm.clips / 20
        before = _process_state(pid)
        started = time.perf_counter()
        memory: list[int] = []
        watch = asyncio.create_task(_watch(pid, memory))
        loaded = await _open_loop(http, options, rate=options.times * capacity / options.clips)
        wall = time.perf_counter() - started
        watch.cancel()
        scorer = {
            line.split()[0].removeprefix("audioforge_scorer_"): float(line.split()[1])
            for line in (await http.get("/metrics")).text.splitlines()
            if line.startswith("audioforge_scorer_")
        }
    await asyncio.sleep(2)  # the service has seen the connections close
    after = _process_state(pid)
    worst, checked = _compared(build_reward("embedded"), loaded.totals)
    return {
        "capacity_clips_per_second": round(capacity, 1),
        "calm": _summary(calm),
        "offered_requests": sum(loaded.replies.values()),
        "loaded": _summary(loaded),
        "loaded_clips_per_second": round(loaded.clips / wall, 1),
        "wall_seconds": round(wall, 1),
        "wrong": loaded.wrong[:5],
        "wrong_count": len(loaded.wrong),
        "checked_totals": checked,
        "worst_difference": worst,
        "process_before": before,
        "process_after": after,
        f"resident_mb_every_{WATCH_SECONDS}_s": memory,
        "scorer": scorer,
    }


def _summary(tally: Tally) -> dict[str, object]:
    return {
        code: {
            "count": count,
            "p50_s": round(float(np.percentile(tally.seconds[code], 50)), 3),
            "p95_s": round(float(np.percentile(tally.seconds[code], 95)), 3),
            "max_s": round(max(tally.seconds[code]), 3),
        }
        for code, count in sorted(tally.replies.items())
    }


async def _closed_loop(http: httpx.AsyncClient, clips: int, *, callers: int, seconds: float, first: int) -> Tally:
    """Every caller sends its next request when the last one is answered."""
    tally, until = Tally(), time.perf_counter() + seconds
    numbers = iter(range(first, first + 100_000))

    async def caller() -> None:
        while time.perf_counter() < until:
            await _send(http, make_shot(next(numbers), clips), tally)

    await asyncio.gather(*(caller() for _ in range(callers)))
    return tally


async def _open_loop(http: httpx.AsyncClient, options: argparse.Namespace, *, rate: float) -> Tally:
    """Every caller sends on its own clock; ``rate`` is of all callers together, requests a second."""
    tally, pause = Tally(), options.callers / rate
    numbers = iter(range(300_000, 10_000_000))
    until = time.perf_counter() + options.seconds

    async def caller(rng: random.Random) -> None:
        pending: list[Awaitable[None]] = []
        due = time.perf_counter() + rng.uniform(0, pause)
        while due < until:
            await asyncio.sleep(max(0, due - time.perf_counter()))
            number = next(numbers)
            deadline = 1.0 if number % SHORT_ONE_IN == 0 else None
            pending.append(asyncio.create_task(_send(http, make_shot(number, options.clips), tally, deadline)))
            due += pause
        await asyncio.gather(*pending)

    await asyncio.gather(*(caller(random.Random(seed)) for seed in range(options.callers)))
    return tally


async def _send(http: httpx.AsyncClient, shot: Shot, tally: Tally, deadline: float | None = None) -> None:
    headers = {} if deadline is None else {"X-Deadline-Seconds": str(deadline)}
    fields = {"requests": REQUEST, "categories": "sfx"}
    started = time.perf_counter()
    try:
        reply = await http.post("/v1/score", files=shot.files, data=fields, headers=headers)
    except httpx.HTTPError:
        reply = None
    tally.add(shot, reply, time.perf_counter() - started)


def _compared(reward: CombinedReward, totals: dict[int, float]) -> tuple[float, int]:
    """Largest difference between the service's totals and this process's, and how many were compared."""
    seeds = random.Random(0).sample(sorted(totals), min(CHECKED, len(totals)))
    worst = 0.0
    for seed in seeds:
        rate, samples = samples_of(seed)
        clips = gather_clips([samples.astype(np.float32) / 32_768], REQUEST, sample_rate=rate, categories=["sfx"])
        worst = max(worst, abs(float(reward.judge(clips).total[0]) - totals[seed]))
    return worst, len(seeds)


async def _ready(http: httpx.AsyncClient) -> None:
    for _ in range(300):
        try:
            if (await http.get("/readyz")).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.2)
    raise SystemExit("the service did not get ready within a minute.")


def _process_state(pid: int) -> dict[str, int]:
    return {"resident_mb": int(resident_mib(pid)), "open_files": len(list(Path(f"/proc/{pid}/fd").iterdir()))}


async def _watch(pid: int, resident_mb: list[int]) -> None:
    """Notes the service's memory again and again until it is cancelled."""
    while True:
        resident_mb.append(_process_state(pid)["resident_mb"])
        await asyncio.sleep(WATCH_SECONDS)


if __name__ == "__main__":
    asyncio.run(main())
