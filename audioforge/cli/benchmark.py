"""``audioforge benchmark``: clips of one or many systems in, ``report.html``, ``report.json`` and ``report.md`` out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from audioforge.benchmark.clip_cache import ClipCache
from audioforge.benchmark.entries import Pairing
from audioforge.benchmark.judges import Judges
from audioforge.benchmark.judging import judge_clips
from audioforge.benchmark.manifests import read_benchmark
from audioforge.benchmark.references import References, folder_references, reference_files, shipped_references
from audioforge.benchmark.run import report_of
from audioforge.cli.progress import progress_bar
from audioforge.output_folders import require_folder
from audioforge.reports.benchmark_media import MediaOptions, media_of
from audioforge.reports.benchmark_page import render_benchmark_page
from audioforge.reports.benchmark_report import TOTAL, BenchmarkReport
from audioforge.reports.benchmark_text import headline, render_markdown
from audioforge.reports.charts import check_charts
from audioforge.scoring.presets import find_preset

CACHE_FILE = "judged.sqlite"
MOST_PAIRS = 6
"""Comparisons said on the terminal; the report holds all."""


@dataclass(frozen=True)
class BenchmarkOptions:
    """What the command was asked for; without a ``cache`` of its own a report keeps one beside it."""

    requests: Path | None
    preset: str
    reference: Path | None
    device: str
    link_others: bool
    embed_clips: int
    title: str
    cache: Path | None = None


def run_benchmark(systems: Sequence[str], out: Path, options: BenchmarkOptions) -> int:
    """Judges, writes the report's three files, and says where they are.

    Returns:
        Exit code: 0 if every request of every system has a scored clip, else 1.

    Raises:
        ValueError: If the input can't be read, or the preset's models aren't here.
    """
    pairing = read_benchmark(systems, options.requests)
    find_preset(options.preset)
    check_charts()
    if options.reference is not None:
        reference_files(options.reference)  # a folder without clips is told before the work
    require_folder(out)
    judges = Judges.load(options.preset, options.device)
    with (
        ClipCache(options.cache or out / CACHE_FILE) as cache,
        progress_bar("clips", len(pairing.clips), kept=True) as advance,
    ):
        clips = judge_clips(pairing.clips, judges, cache, on_judged=advance)
    report = report_of(clips, pairing, judges, _references(options.reference, judges))
    paths = {(own.system, own.request.id, own.seed): own.path for own in pairing.clips}
    media = media_of(
        report,
        {own.row.key: paths[own.row.system, own.row.id, own.row.seed] for own in clips},
        {own.row.key: own.peaks for own in clips},
        MediaOptions(options.embed_clips, options.link_others, out),
    )
    (out / "report.json").write_text(report.to_json(), encoding="utf-8")
    (out / "report.md").write_text(render_markdown(report, options.title), encoding="utf-8")
    (out / "report.html").write_text(render_benchmark_page(report, media, title=options.title), encoding="utf-8")
    _say(report, pairing, out)
    return 0 if not report.mismatches and all(own.total is not None for own in report.clips) else 1


def _references(folder: Path | None, judges: Judges) -> list[References]:
    if folder is None:
        return [shipped_references(own) for own in judges.embedders]
    with progress_bar("references", len(reference_files(folder))) as advance:
        return folder_references(folder, judges.embedders, advance)


def _say(report: BenchmarkReport, pairing: Pairing, out: Path) -> None:
    width = max(len(name) for name in report.systems)
    for name in report.systems:
        own = report.standing(name, TOTAL)
        mean = "–" if own.mean is None else f"{own.mean:.3f}"
        spread = "" if own.low is None else f" [{own.low:.3f}, {own.high:.3f}]"
        typer.echo(f"{name:<{width}}  {mean}{spread}  {own.clips} of {own.clips_given} clips scored")
    for line in headline(report)[:MOST_PAIRS]:
        typer.echo(line)
    if pairing.mismatches:
        first = pairing.mismatches[0]
        typer.echo(
            f"{len(pairing.mismatches)} without a partner, such as {first.name} of {first.system}: {first.problem}."
        )
    typer.echo(f"Open {out / 'report.html'}; the numbers are in report.json and report.md beside it.")
