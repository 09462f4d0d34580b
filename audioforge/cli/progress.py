"""A bar for long work: on a terminal's stderr while it lasts, so that it never mixes with what a command prints."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def progress_bar(noun: str, total: int, *, kept: bool = False) -> Iterator[Callable[[int], None]]:
    """Shows how much is done and how long the rest takes.

    Args:
        noun: What is counted.
        total: How many there are.
        kept: What is done is kept on disk; whoever interrupts is told that the next run goes on.

    Yields:
        To be told how many more are done.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task(noun, total=total)
            yield lambda count: progress.advance(task, count)
    except KeyboardInterrupt:
        if kept:
            typer.echo("Stopped. The same command goes on where it was.", err=True)
        raise
