"""``audioforge score-archive``: an archive in, ``scores.parquet``, ``failed.csv`` and ``summary.json`` out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from audioforge.cli.progress import progress_bar
from audioforge.scoring.presets import build_reward

try:
    from audioforge.scale.archive import ArchiveClip, read_archive
    from audioforge.scale.ray_pool import RayPool
    from audioforge.scale.run import ArchiveRun, LocalWorker, Worker, run_archive
    from audioforge.scale.shard import Shard
    from audioforge.scoring.model_fingerprint import model_fingerprint
except ImportError as error:
    raise ValueError(f"scoring an archive needs its extra ({error}): pip install 'audioforge[archive]'.") from error


@dataclass(frozen=True)
class ArchiveOptions:
    """What the command was asked for; ``workers`` 0 is this process."""

    request: str | None
    category: str | None
    preset: str
    device: str
    shard_clips: int
    workers: int
    cpus: float
    gpus: float


def score_archive_to(archive: Path, out: Path, options: ArchiveOptions) -> int:
    """Scores an archive and says what came of it.

    Returns:
        Exit code: 0 if every clip was scored, else 1.

    Raises:
        ValueError: If the archive can't be read, or Ray or the preset's models aren't here.
    """
    clips = read_archive(archive, request=options.request, category=options.category)
    _check_requests(archive, clips)
    reward = build_reward(options.preset, device=options.device)
    model = model_fingerprint(reward)
    worker: Worker = LocalWorker(reward, out)
    if options.workers:
        worker = RayPool(options.preset, out, workers=options.workers, cpus=options.cpus, gpus=options.gpus)
    run = run_archive(clips, out, _shown(worker), model=model, shard_clips=options.shard_clips)
    _report(run, out)
    return 1 if run.failed else 0


def _check_requests(archive: Path, clips: Sequence[ArchiveClip]) -> None:
    """Says before the work what can't be scored for want of a request; refuses where that is everything."""
    without = sum(not (clip.request or "").strip() for clip in clips)
    if without == len(clips):
        raise ValueError(
            f"none of the {len(clips)} clips of {archive} has a request: give --request, or a table with the columns "
            "file and request."
        )
    if without:
        typer.echo(f"{without} of {len(clips)} clips have no request and get no score; --request fills in.", err=True)


def _shown(worker: Worker) -> Worker:
    def work(shards: Sequence[Shard], model: str) -> Iterator[int]:
        with progress_bar("clips", sum(len(shard.clips) for shard in shards), kept=True) as advance:
            for count in worker(shards, model):
                advance(count)
                yield count

    return work


def _report(run: ArchiveRun, out: Path) -> None:
    earlier = run.clips - run.scored_now
    typer.echo(f"{run.clips} clips ({earlier} of them judged before): {run.table}")
    for status, count in run.status.items():
        typer.echo(f"  {status}: {count}")
    if run.failed:
        typer.echo(f"  without a score: {run.failed}, listed in {out / 'failed.csv'}")
