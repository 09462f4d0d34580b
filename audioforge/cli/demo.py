"""``audioforge demo``: the environment's process mode on a preset, a page to listen to, and a table."""

import itertools
import time
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from transformers.utils.logging import disable_progress_bar

from audioforge.env.process import ROLLOUTS_FILE, run_process
from audioforge.output_folders import require_folder
from audioforge.reports.rollouts_page import write_rollouts_page
from audioforge.reports.rollouts_summary import best_and_worst, component_names, summarise
from audioforge.rewards.weights import RewardWeights
from audioforge.rollouts import RolloutRecord
from audioforge.scoring.explanation import explain
from audioforge.scoring.presets import find_preset, preset_weights

PAGE_FILE = "audioforge_rollouts.html"
AUDIO_FOLDER, GROUPS_FOLDER = "audio", "groups"
"""Where ``run_process`` puts clips and what a trainer would be sent."""


def run_demo(out: Path, *, targets: int, group_size: int, seed: int, preset: str, overwrite: bool = False) -> int:
    """Runs the demo and prints what came out.

    Args:
        out: Folder; what an earlier run left in it is kept in a numbered folder inside it.
        targets: How many requests.
        group_size: Answers a request.
        seed: Of the rollouts.
        preset: What proposes, renders and judges.
        overwrite: Replace an earlier run instead.

    Returns:
        Exit code 0.

    Raises:
        ValueError: If the preset or a model isn't here.
    """
    require_folder(out)
    started = time.monotonic()
    backends = find_preset(preset)
    weights = preset_weights(backends)
    kept = None if overwrite else set_aside(out)
    if kept is not None:
        typer.echo(f"The earlier run in {out} is kept in {kept} (--overwrite replaces it instead).")
    typer.echo(f"preset {preset}: {backends.summary}.")
    typer.echo(f"{targets} requests, {group_size} answers each; the first takes longest, while the models load.")
    counter = _Progress(targets * group_size)
    disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers' own, for weights read in a millisecond
    run = run_process(
        targets,
        group_size,
        output=out,
        progress=counter,
        preset=preset,
        environment_seed=seed,
    )
    page = out / PAGE_FILE
    write_rollouts_page(run.rollouts_path, page, weights=weights)
    _print_table(run.records)
    _print_extremes(run.records, weights)
    typer.echo(f"{time.monotonic() - started:.0f} s. Rollouts: {run.rollouts_path}. Listen to them: {page}")
    return 0


def set_aside(out: Path) -> Path | None:
    """Moves an earlier run's files into a numbered folder beside them, where its page and clips still find each other.

    Returns:
        That folder; None if there was no earlier run.
    """
    if not (out / ROLLOUTS_FILE).exists():
        return None
    number = next(number for number in itertools.count(1) if not (out / f"earlier-{number}").exists())
    place = out / f"earlier-{number}"
    place.mkdir()
    for name in (ROLLOUTS_FILE, PAGE_FILE, AUDIO_FOLDER, GROUPS_FOLDER):
        if (out / name).exists():
            (out / name).rename(place / name)
    return place


class _Progress:
    def __init__(self, expected: int) -> None:
        self.expected = expected
        self.seen = 0

    def __call__(self, record: RolloutRecord) -> None:
        self.seen += 1
        total = f"{record.total:.2f}" if record.total is not None else f"{record.parse_failure or record.status.code}"
        prompt = record.proposal.prompt if record.proposal is not None else record.completion
        typer.echo(f"[{self.seen:>3}/{self.expected}] {total:>4}  {_short(record.request, 44)} ← {_short(prompt, 60)}")


def _short(text: str, width: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"


def _print_table(records: tuple[RolloutRecord, ...]) -> None:
    names = component_names(records)
    table = Table("category", "answers", "scored", "mean", "best", *names, box=None, pad_edge=False)
    for row in summarise(records):
        means = [_cell(row.components.get(name)) for name in names]
        counts = (str(row.rollouts), str(row.scored))
        table.add_row(row.category, *counts, _cell(row.mean_total), _cell(row.best_total), *means)
    Console(width=None if Console().is_terminal else 160).print(table)


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _print_extremes(records: tuple[RolloutRecord, ...], weights: RewardWeights) -> None:
    found = best_and_worst(records)
    if found is None:
        typer.echo("No clip was scored.")
        return
    for label, record in zip(("best", "worst"), found, strict=True):
        why = explain(record.components, record.status, weights, record.category)
        typer.echo(f"{label} {record.total:.2f} ({record.audio}): {record.request!r} {why}.")
