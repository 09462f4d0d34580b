"""Process mode from Python: roll out some groups on one machine and keep the records."""

import asyncio
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from audioforge.env.backends import Backends
from audioforge.env.config import default_config, default_server
from audioforge.env.environment import AudioForgeEnv
from audioforge.env.evaluation import taking_turns
from audioforge.env.schedule import Schedule
from audioforge.rollouts import RolloutRecord, RolloutSink

ROLLOUTS_FILE = "audioforge_rollouts.jsonl"


@dataclass(frozen=True)
class ProcessRun:
    """What a run left behind.

    Attributes:
        records: Every rollout, in order.
        rollouts_path: Their file; clips lie in ``audio/`` beside it.
        groups_path: The groups as a trainer would be sent them.
        metrics: Means, failure shares and parameter effects.
    """

    records: tuple[RolloutRecord, ...]
    rollouts_path: Path
    groups_path: Path
    metrics: dict[str, float]


class _Collector:
    def __init__(self, progress: Callable[[RolloutRecord], None] | None) -> None:
        self.records: list[RolloutRecord] = []
        self.progress = progress

    def write(self, record: RolloutRecord) -> None:
        self.records.append(record)
        if self.progress is not None:
            self.progress(record)


def run_process(
    targets: int = 8,
    group_size: int = 4,
    *,
    output: str | Path = "artifacts",
    progress: Callable[[RolloutRecord], None] | None = None,
    backends: Backends | None = None,
    **settings: object,
) -> ProcessRun:
    """Roll out one group for each of some targets, categories taking turns.

    Args:
        targets: How many groups.
        group_size: Answers a group.
        output: Folder for the records, clips and groups; files of an earlier run are replaced.
        progress: Told of each record as it is made.
        backends: Ready backends instead of the preset's.
        **settings: Fields of ``AudioForgeEnvConfig``, such as ``preset``, ``environment_seed``, ``policy``.

    Raises:
        EnvironmentFailureError: If too many groups fail in a row.
        ValueError: If a setting is unknown.
    """
    folder = Path(output)
    groups_path = folder / "groups" / "groups.jsonl"
    with suppress(FileNotFoundError):
        groups_path.unlink()  # Atropos would write beside it, under another name
    collector = _Collector(progress)
    env = _environment(folder, groups_path, group_size, backends, settings)
    env.schedule = Schedule(taking_turns(env.schedule.targets)[:targets], seed=env.config.environment_seed)
    env.n_groups_to_process, env.group_size_to_process = targets, group_size
    env.sinks.append(_sink(collector))
    with warnings.catch_warnings():
        # There is no trainer in process mode whose maximum length could matter.
        warnings.filterwarnings("ignore", message="Trainer requested to ignore max length")
        asyncio.run(env.process_manager())
    return ProcessRun(
        tuple(collector.records), folder / ROLLOUTS_FILE, groups_path, env.metric_calculations(collector.records)
    )


def _sink(collector: _Collector) -> RolloutSink:
    return collector


def _environment(
    folder: Path, groups_path: Path, group_size: int, backends: Backends | None, settings: dict[str, object]
) -> AudioForgeEnv:
    own = {
        "group_size": group_size,
        "data_path_to_save_groups": str(groups_path),
        "ensure_scores_are_not_same": False,
        "rollouts_path": str(folder / ROLLOUTS_FILE),
        "save_audio": True,
    }
    config = default_config()
    fields = config.model_dump() | own | settings
    unknown = sorted(set(fields) - set(type(config).model_fields))
    if unknown:
        raise ValueError(f"unknown setting {unknown[0]!r}: see AudioForgeEnvConfig for those there are.")
    return AudioForgeEnv(type(config)(**fields), [default_server()], backends=backends)
