"""How serving holds up: some hundred groups through real processes that are killed on the way.

    python -m benchmarks.serve_soak --groups 200 --folder artifacts/soak

Atropos' ``run-api``, the tiny policy, the environment and a trainer client run as separate processes on loopback. The
environment is killed twice, the API and the policy server once each; the last half is left alone, for speed and memory.
Prints a table and writes ``soak.json`` into the folder, and ``memory.json`` with every look at every process.

A group is *lost* if it was finished, carries a signal, is neither in the outbox nor with the trainer, and was not in
the memory of the API when that was killed; what the API took along is counted apart.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from audioforge.rollouts import read_rollouts
from benchmarks.memory_trace import MemoryTrace
from benchmarks.serve_processes import (
    Process,
    Trainer,
    api_process,
    env_process,
    free_port,
    policy_process,
    wait_until,
)

_LONG = 600.0  # seconds that a single group may take on a slow machine
_LEAST_SPREAD = 1e-3  # as the environment's min_score_spread


@dataclass
class Soak:
    """The processes of a soak, and what was seen of them."""

    folder: Path
    api: Process
    policy: Process
    env: Process
    trainer: Trainer
    started: float = field(default_factory=time.monotonic)
    memory: MemoryTrace = field(default_factory=MemoryTrace)
    looked_at: int = -1
    taken_along: set[int] = field(default_factory=set)

    def until(self, groups: int) -> None:
        """Wait for that many groups, looking at the memory of all processes on the way."""
        wait_until(lambda: self._looked() >= groups, f"{groups} groups", _LONG * 10)

    def kill_env(self) -> None:
        """Kill the environment and start it again."""
        self.env.stop()
        self.env.start()

    def kill_policy(self) -> None:
        """Kill the policy server, let the environment notice, start it again."""
        before = self.env.log.read_text().count("waiting for the policy server")
        self.policy.stop()
        wait_until(lambda: self.env.has_said("waiting for the policy server", before + 1), "the outage", _LONG)
        self.policy.start()

    def kill_api(self) -> None:
        """Kill the API with what it holds, let the environment notice, start it again."""
        self.api.stop()
        wait_until(lambda: self.env.has_said("waiting for the API"), "the outage to be noticed", _LONG)
        self.taken_along = self.sent() - set(self.trainer.numbers())
        self.api.start()

    def sent(self) -> set[int]:
        """Groups that are finished, carry a signal and left the outbox."""
        state = json.loads((self.folder / "state.json").read_text())["schedule"]
        waiting = {int(file.stem.partition("-")[2]) for file in (self.folder / "state.json.outbox").glob("*.json")}
        rewards: dict[int, list[float]] = {}
        for record in read_rollouts(self.folder / "rollouts.jsonl"):
            rewards.setdefault(int(record.group), []).append(record.reward)
        finished = {number for number, own in rewards.items() if max(own) - min(own) >= _LEAST_SPREAD}
        return finished - waiting - {number for number, _ in state["open"]}

    def _looked(self) -> int:
        count = len(self.trainer.received)
        if not self.env.is_running():
            raise RuntimeError(f"the environment ended by itself: see {self.env.log}.")
        if count > self.looked_at:
            self.looked_at = count
            self.memory.look(count, {"environment": self.env, "policy": self.policy, "api": self.api})
        return count


def disturb(soak: Soak, groups: int) -> None:
    """The story: everybody is killed in the first half."""
    deeds: list[tuple[float, Callable[[], None]]] = [
        (0.1, soak.kill_env),
        (0.2, soak.kill_api),
        (0.3, soak.kill_policy),
        (0.4, soak.kill_env),
    ]
    for share, deed in deeds:
        soak.until(int(groups * share))
        deed()
    soak.until(groups)


def report(soak: Soak, groups: int) -> dict[str, object]:
    """What came of it."""
    half = soak.trainer.received[groups // 2 :]
    counts = Counter((one.run, one.number) for one in soak.trainer.received)
    lost = soak.sent() - set(soak.trainer.numbers()) - soak.taken_along
    return {
        "groups": len(counts),
        "seconds": round(soak.trainer.received[-1].at - soak.started, 1),
        "groups_per_second": round((len(half) - 1) / (half[-1].at - half[0].at), 3),
        "kills": {"environment": 2, "api": 1, "policy": 1},
        "lost": sorted(lost),
        "doubled": sorted(number for (_, number), count in counts.items() if count > 1),
        "taken_along_by_the_api": sorted(soak.taken_along),
        "runs": len({one.run for one in soak.trainer.received}),
        "resident_mib": soak.memory.summary(calm_from=groups // 2),
        "failed_attempts": json.loads((soak.folder / "state.json").read_text())["history"]["counts"].get("failed", 0),
    }


def main() -> None:
    """Parse the command line, soak, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--groups", type=int, default=200)
    parser.add_argument("--group-size", type=int, default=4)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--folder", type=Path, default=Path("artifacts/soak"))
    parser.add_argument("--preset", default="embedded")
    options = parser.parse_args()
    options.folder.mkdir(parents=True)
    ports = free_port(), free_port()
    env = env_process(
        *ports, options.folder, "audioforge.env", "--env.preset", options.preset,
        "--env.group_size", str(options.group_size), "--env.max_num_workers", str(options.workers),
        "--env.steps_per_eval", "0",
    )  # fmt: skip
    api, policy = api_process(ports[0], options.folder), policy_process(ports[1], options.folder)
    with Trainer(ports[0], batch_size=options.group_size, keep_groups=False) as trainer, api, policy, env:
        soak = Soak(options.folder, api, policy, env, trainer)
        api.start()
        policy.start()
        env.start()
        disturb(soak, options.groups)
        env.stop()
        time.sleep(2.0)  # what the API still holds reaches the trainer
        found = report(soak, options.groups)
    (options.folder / "soak.json").write_text(json.dumps(found, indent=1) + "\n")
    (options.folder / "memory.json").write_text(json.dumps(soak.memory.seen) + "\n")
    print("| figure | value |\n|---|---|")
    for name, value in found.items():
        print(f"| {name} | {value} |")


if __name__ == "__main__":
    main()
