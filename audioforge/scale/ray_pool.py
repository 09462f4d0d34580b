"""Shards on a Ray cluster: a pool of actors, each with its own models, fed as a stream by Ray Data.

A worker that dies is replaced and its shard is scored again; parts are written whole or not at all, so a shard that was
scored twice leaves one part. Every node must see the archive's files and ``out`` under the same paths.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audioforge.scale.shard import Shard, score_shard, write_part
from audioforge.scoring.model_fingerprint import model_fingerprint
from audioforge.scoring.presets import build_reward


@dataclass(frozen=True)
class RayPool:
    """Scores shards with a pool of Ray actors.

    Attributes:
        preset: What judges.
        out: Folder of the parts, seen by every node.
        workers: Actors at once.
        cpus: Cores an actor reserves, which is also how many threads it computes with.
        gpus: GPUs an actor reserves; above 0 it judges on ``cuda``.
    """

    preset: str
    out: Path
    workers: int = 2
    cpus: float = 1
    gpus: float = 0

    def __call__(self, shards: Sequence[Shard], model: str) -> Iterator[int]:
        """Yields the clips of every shard once its part is written.

        Raises:
            ValueError: If Ray isn't installed.
        """
        if not shards:
            return
        ray = _ray()
        items = [{"shard": shard, "model": model} for shard in shards]
        # One block a shard from the start: a repartition would wait for cores that the actors hold.
        scored = ray.data.from_items(items, override_num_blocks=len(items)).map(
            ShardScorer,
            fn_constructor_args=(self.preset, str(self.out.resolve()), "cuda" if self.gpus else "cpu"),
            num_cpus=self.cpus,
            num_gpus=self.gpus or None,
            compute=ray.data.ActorPoolStrategy(size=min(self.workers, len(shards))),
        )
        for row in scored.iter_rows():
            yield int(row["clips"])


class ShardScorer:
    """One actor: loads the models once, then scores a shard a call."""

    def __init__(self, preset: str, out: str, device: str) -> None:
        self.reward = build_reward(preset, device=device)
        self.model = model_fingerprint(self.reward)
        self.out = Path(out)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Scores and writes one shard; returns its number of clips.

        Raises:
            ValueError: If this node's models are not those of the run.
        """
        shard: Shard = row["shard"]
        if row["model"] != self.model:
            raise ValueError(
                f"this worker's models ({self.model}) are not those of the run ({row['model']}): install the same "
                "release, calibrations and reference sets on every node."
            )
        write_part(shard, score_shard(shard, self.reward, row["model"]), self.out)
        return {"clips": len(shard.clips)}


def _ray() -> Any:  # noqa: ANN401 - a module that may be absent
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ValueError("Ray isn't installed: pip install 'audioforge[scale]', or leave --ray out.") from error
    if not ray.is_initialized():
        ray.init(log_to_driver=False)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    return ray
