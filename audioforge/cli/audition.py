"""``audioforge audition``: people rate clips, blind, on a local page; or what their ratings say."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def audition(  # noqa: PLR0913 - its options
    clips: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders, audio files, rollouts or manifests (csv, json, jsonl).", show_default=False),
    ] = None,
    out: Annotated[Path, typer.Option(help="Table of ratings to write or go on with.")] = Path("ratings.csv"),
    compare: Annotated[bool, typer.Option("--compare", help="Ask which of two clips of a request is better.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the order; each rater has their own.")] = 0,
    question: Annotated[str, typer.Option(help="What to ask instead of how good it sounds.")] = "",
    host: Annotated[str, typer.Option(help="Address to listen on; this machine alone by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on.")] = 8200,
    report: Annotated[Path | None, typer.Option(help="Don't ask; say what this table shows.")] = None,
    preset: Annotated[
        str, typer.Option(help="Whose rewards the report compares: embedded, laion, or a JSON file of your own.")
    ] = "embedded",
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Rate clips blind from 1 to 5, or compare pairs, in the browser; --report says how raters and rewards agree."""
    if report is not None:
        from audioforge.cli.audition_report import print_report

        print_report(report, clips or [], preset=preset, seed=seed, as_json=json)
        return
    if not clips:
        raise ValueError("give clips to listen to: folders, audio files, rollouts (jsonl) or manifests.")
    from audioforge.cli.audition_server import serve_audition

    mode: Literal["rate", "compare"] = "compare" if compare else "rate"
    serve_audition(clips, out, mode=mode, seed=seed, question=question, address=(host, port))
