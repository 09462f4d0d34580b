"""``audioforge compare``: two ``report.json`` in, what changed in words out."""

from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from audioforge.benchmark.comparing import ReportComparison, compare_reports, read_report
from audioforge.reports.benchmark_report import SECOND, TOTAL
from audioforge.reports.benchmark_text import verdict
from audioforge.reports.page_shell import DASH, number, signed


def compare_files(first: Path, second: Path, *, allow_different: bool) -> int:
    """Prints the comparison.

    Returns:
        Exit code 0.

    Raises:
        ValueError: If a file is no report, or other models judged and that isn't allowed.
    """
    found = compare_reports(read_report(first), read_report(second), allow_different=allow_different)
    typer.echo(f"A is {first}, B is {second}; differences are B minus A on the requests that both answered.")
    for own in found.differences:
        typer.echo(f"Judged differently, so read with care: {own}.")
    for own in found.notes:
        typer.echo(own)
    Console(width=None if Console().is_terminal else 160).print(_table(found))
    for row in found.rows:
        if row.measure in (TOTAL, SECOND):
            labels = ("A", "B") if row.first == row.second else (f"{row.first} (A)", f"{row.second} (B)")
            names = row.first if row.first == row.second else " and ".join(labels)
            typer.echo(f"{names}, {row.measure}: {verdict(row, labels).rstrip('.')}.")
    return 0


def _table(found: ReportComparison) -> Table:
    table = Table("A", "B", "measure", "mean A", "mean B", "difference", "95 %", "p", "requests", box=None)
    for row, (left, right) in zip(found.rows, found.means, strict=True):
        spread = DASH if row.low is None else f"{signed(row.low)} to {signed(row.high)}"
        numbers = (number(left, 3), number(right, 3), signed(row.difference), spread, number(row.p_adjusted, 3))
        table.add_row(row.first, row.second, row.measure, *numbers, str(row.requests))
    return table
