"""``audioforge score``: clips and a request in, a table or JSON out."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from audioforge.cli.progress import progress_bar
from audioforge.component_score import finite_or_none
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.scores import Scores
from audioforge.scoring.category_guess import category_guesser
from audioforge.scoring.explanation import explain
from audioforge.scoring.file_batches import judge_files
from audioforge.scoring.presets import build_reward, find_preset


class _Row(NamedTuple):
    path: Path
    request: str
    category: str | None
    scores: Scores


def score_files(
    paths: Sequence[Path], requests: Sequence[str], *, category: str | None, preset: str, device: str, as_json: bool
) -> int:
    """Scores files and prints the result.

    Returns:
        Exit code: 0 if every clip was scored, else 1.

    Raises:
        ValueError: If counts differ, or the preset's models aren't here.
    """
    if len(requests) not in (1, len(paths)):
        raise ValueError(f"give one --request, or one per clip: got {len(requests)} for {len(paths)} clips.")
    if not all(request.strip() for request in requests):
        raise ValueError("a --request is empty: say in words what was asked for.")
    asked = list(requests) * len(paths) if len(requests) == 1 else list(requests)
    reward = build_reward(preset, device=device)
    guess = category_guesser(reward)
    categories = [category] * len(paths) if category or guess is None else guess(asked)
    with progress_bar("clips", len(paths)) as advance:
        judged = judge_files(reward, paths, asked, categories, advance)
    rows = [_Row(*own) for own in zip(paths, asked, categories, judged, strict=True)]
    if as_json:
        typer.echo(json.dumps(_to_json(rows, preset), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _print_table(rows, reward)
        typer.echo(f"preset {preset}: {find_preset(preset).summary}.")
        if category is None:
            open_ones = "" if all(categories) else ", where it has a word that is known here"
            typer.echo(f"The category was guessed from the request{open_ones}; --category sets it.")
    return 0 if all(row.scores.status[0].ok for row in rows) else 1


def _to_json(rows: Sequence[_Row], preset: str) -> dict[str, object]:
    clips = [
        {"clip": str(own.path), "request": own.request, "category": own.category, **own.scores.to_json(0)}
        for own in rows
    ]
    return {"preset": preset, "provenance": _provenance(rows), "clips": clips}


def _provenance(rows: Sequence[_Row]) -> dict[str, str]:
    """Of all batches together: each names the reference sets of its own categories."""
    found: dict[str, dict[str, None]] = {}
    for own in rows:
        for key, value in own.scores.provenance.items():
            found.setdefault(key, {}).setdefault(value)
    return {key: next(iter(own)) if len(own) == 1 else _joined(own) for key, own in found.items()}


def _joined(values: Iterable[str]) -> str:
    return " ".join(sorted({word for value in values for word in value.split()} - {"none"}))


def _print_table(rows: Sequence[_Row], reward: CombinedReward) -> None:
    table = Table("clip", "category", "total", *(own.name for own in reward.components), box=None, pad_edge=False)
    # Files of two systems often share their names.
    names = [own.path.name or str(own.path) for own in rows]
    names = names if len(set(names)) == len(names) else [str(own.path) for own in rows]
    for name, own in zip(names, rows, strict=True):
        cells = [_cell(part.score) for part in own.scores.component_scores(0).values()]
        table.add_row(escape(name), own.category or "–", _cell(finite_or_none(float(own.scores.total[0]))), *cells)
    Console(width=None if Console().is_terminal else 160).print(table)
    for name, own in zip(names, rows, strict=True):
        why = explain(own.scores.component_scores(0), own.scores.status[0], reward.weights, own.category)
        typer.echo(f"{name}: {why}")


def _cell(score: float | None) -> str:
    return "–" if score is None else f"{score:.2f}"
