"""``audioforge compare-rollouts``: two policies, or one with two settings, on the same targets and seeds."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from audioforge.rollouts import RolloutRecord
    from audioforge.tracking.comparison import RolloutComparison, ScoreDifference

_LEVEL = 0.05


def compare_rollouts(
    first: Annotated[Path, typer.Argument(help="Rollouts, or samples.jsonl of an evaluation.", show_default=False)],
    second: Annotated[Path, typer.Argument(help="Another, of the same targets and seeds.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    allow_different: Annotated[bool, typer.Option(help="Compare although other models judged.")] = False,
) -> None:
    """Say whether policy or settings B did better than A, paired by target and seed."""
    from audioforge.rollouts import read_rollouts
    from audioforge.tracking import compare_rollouts as compared

    ours, theirs = _some(first, read_rollouts(first)), _some(second, read_rollouts(second))
    found = compared(ours, theirs, names=(str(first), str(second)))
    if found.judged_differently and not allow_different:
        raise ValueError(
            f"{first} and {second} were judged differently, so their scores don't compare "
            f"({'; '.join(found.judged_differently)}). Roll out both again with one version, or say --allow-different."
        )
    if as_json:
        typer.echo(json.dumps(found.to_json(), indent=2))
    else:
        _print(found)


def _some(path: Path, records: "list[RolloutRecord]") -> "list[RolloutRecord]":
    if not records:
        raise ValueError(f"{path} holds no rollouts: was the run stopped before its first group?")
    return records


def _print(found: "RolloutComparison") -> None:
    from rich.console import Console

    typer.echo(f"A is {found.first}, B is {found.second}; differences are B minus A.")
    for difference in found.judged_differently:
        typer.echo(f"Judged differently, so read with care: {difference}.")
    rest = f", {found.unpaired} that only one has are left out" if found.unpaired else ""
    typer.echo(f"{found.pairs} pairs of target and seed{rest}; intervals and p are over targets.")
    Console(width=None if Console().is_terminal else 160).print(_table(found.scores))
    typer.echo(f"Answers that parsed: A {found.valid[0]:.0%}, B {found.valid[1]:.0%}.")
    for score in found.scores:
        if score.name in ("reward", "second_judge"):
            typer.echo(f"{score.name}: {_verdict(score)}.")


def _table(scores: "tuple[ScoreDifference, ...]") -> "Table":
    from rich.table import Table

    table = Table("score", "mean A", "mean B", "difference", "95 %", "p", "targets", box=None)
    for own in scores:
        spread = f"{own.low:+.3f} to {own.high:+.3f}"
        numbers = (f"{own.first:.3f}", f"{own.second:.3f}", f"{own.difference:+.3f}", spread, f"{own.p_value:.3f}")
        table.add_row(own.name, *numbers, str(own.targets))
    return table


def _verdict(score: "ScoreDifference") -> str:
    if score.p_value > _LEVEL:
        return "no difference shown"
    return "B above A" if score.difference > 0 else "A above B"
