"""``audioforge audition --report``: how raters agree, and how each reward agrees with them."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from audioforge.audition.agreement import Estimate
from audioforge.audition.answer_table import choices_table, ratings_table, relative_name
from audioforge.audition.clip_list import AuditionClip, AuditionError, list_clips
from audioforge.audition.findings import Findings, find_in_choices, find_in_ratings, is_choices, judge_clips
from audioforge.cli.progress import progress_bar
from audioforge.scoring.presets import build_reward


def print_report(table: Path, sources: Sequence[Path], *, preset: str, seed: int, as_json: bool) -> None:
    """Prints what a table shows.

    Raises:
        ValueError: If the table can't be read or holds nothing, a clip is gone, or the preset's models aren't here.
    """
    findings = find(table, list_clips(sources), preset=preset, seed=seed)
    if as_json:
        typer.echo(json.dumps(_to_json(findings), indent=2, ensure_ascii=False, allow_nan=False))
        return
    raters = ", ".join(f"{name} ({count})" for name, count in sorted(findings.raters.items()))
    typer.echo(f"{findings.answers} {findings.kind} of {findings.clips} clips by {len(findings.raters)}: {raters}.")
    _print_raters(findings)
    _print_wins(findings)
    _print_rewards(findings)


def find(table: Path, known: Sequence[AuditionClip], *, preset: str, seed: int) -> Findings:
    """Judges the clips of a table and compares.

    Raises:
        ValueError: As ``print_report``.
    """
    choices = is_choices(table)
    rows = (choices_table(table) if choices else ratings_table(table)).rows()
    if not rows:
        raise AuditionError(f"{table} holds no answers yet.")
    names = [row[key] for row in rows for key in (("first", "second") if choices else ("clip",))]
    with progress_bar("clips", len(set(names))) as advance:
        scores, unscored = judge_clips(table, names, known, build_reward(preset), advance)
    if not choices:
        return find_in_ratings(table, scores, unscored, seed=seed)
    system_of = {relative_name(clip.path, table): clip.system for clip in known}
    return find_in_choices(table, scores, unscored, system_of, seed=seed)


def _print_raters(findings: Findings) -> None:
    if findings.agreement is None:
        return
    alpha, spearman, pairs = findings.agreement
    if alpha.n < 1 or math.isnan(alpha.value):
        typer.echo(f"Raters' agreement can't be told: {alpha.n} clips have two raters.")
        return
    typer.echo(f"Raters agree: Krippendorff's alpha {_text(alpha)} over {alpha.n} clips with two raters or more.")
    if pairs:
        typer.echo(f"Median Spearman of two raters: {spearman:.2f} ({pairs} pairs of raters).")


def _print_wins(findings: Findings) -> None:
    for system, (won, lost, tied) in findings.wins.items():
        typer.echo(f"{system}: won {won}, lost {lost}, tied {tied}.")


def _print_rewards(findings: Findings) -> None:
    unit = "Spearman with the raters" if findings.kind == "ratings" else "share of choices it shares (chance 0.5)"
    table = Table("reward", unit, "n", box=None, pad_edge=False)
    for name, estimate in findings.rewards.items():
        table.add_row(name, _text(estimate), str(estimate.n))
    Console(width=None if Console().is_terminal else 120).print(table)
    for name, reason in list(findings.unscored.items())[:5]:
        typer.echo(f"{name} has no total: {reason}")


def _text(estimate: Estimate) -> str:
    if math.isnan(estimate.value):
        return "–"
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"


def _to_json(findings: Findings) -> dict[str, object]:
    plain: dict[str, object] = {**vars(findings), "raters": dict(findings.raters)}
    plain["rewards"] = {name: _estimate_json(own) for name, own in findings.rewards.items()}
    if findings.agreement is not None:
        alpha, spearman, pairs = findings.agreement
        plain["agreement"] = {"alpha": _estimate_json(alpha), "spearman": _finite(spearman), "pairs": pairs}
    return plain


def _estimate_json(estimate: Estimate) -> dict[str, float | None]:
    return {name: _finite(value) for name, value in estimate._asdict().items()}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
