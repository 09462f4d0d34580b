"""``audioforge score``: clips and a request in, a table or JSON out."""

import json
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from audioforge.clips import Clips, gather_clips
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.scores import Scores
from audioforge.scoring.category_guess import category_guesser
from audioforge.scoring.explanation import explain
from audioforge.scoring.presets import build_reward, find_preset


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
    asked = list(requests) * len(paths) if len(requests) == 1 else list(requests)
    reward = build_reward(preset, device=device)
    guess = category_guesser(reward)
    categories = [category] * len(paths) if category or guess is None else guess(asked)
    clips = gather_clips(list(paths), asked, categories=categories)
    scores = reward.judge(clips)
    if as_json:
        typer.echo(json.dumps(_to_json(paths, clips, scores, preset), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _print_table(paths, clips, scores, reward)
        typer.echo(f"preset {preset}: {find_preset(preset).summary}.")
        if category is None:
            open_ones = "" if all(clips.categories) else ", where it has a word that is known here"
            typer.echo(f"The category was guessed from the request{open_ones}; --category sets it.")
    return 0 if all(status.ok for status in scores.status) else 1


def _to_json(paths: Sequence[Path], clips: Clips, scores: Scores, preset: str) -> dict[str, object]:
    rows = [
        {"clip": str(path), "request": clips.requests[i], "category": clips.categories[i], **scores.to_json(i)}
        for i, path in enumerate(paths)
    ]
    return {"preset": preset, "provenance": dict(scores.provenance), "clips": rows}


def _print_table(paths: Sequence[Path], clips: Clips, scores: Scores, reward: CombinedReward) -> None:
    table = Table("clip", "category", "total", *scores.components, box=None, pad_edge=False)
    # Files of two systems often share their names.
    names = [path.name for path in paths]
    names = names if len(set(names)) == len(names) else [str(path) for path in paths]
    for index in range(len(paths)):
        row = scores.component_scores(index)
        cells = ["–" if own.score is None else f"{own.score:.2f}" for own in row.values()]
        total = float(scores.total[index])
        table.add_row(names[index], clips.categories[index] or "–", f"{total:.2f}" if total == total else "–", *cells)
    console = Console(width=None if Console().is_terminal else 160)
    console.print(table)
    for index in range(len(paths)):
        why = explain(scores.component_scores(index), scores.status[index], reward.weights, clips.categories[index])
        typer.echo(f"{names[index]}: {why}")
