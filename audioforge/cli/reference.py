"""``audioforge reference build|show``: make an embedder's reference sets, and say what they are made of."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from audioforge.cli.examples import example

app = typer.Typer(help="Build reference sets, and show what they hold.", no_args_is_help=True)

EmbedderOption = Annotated[str, typer.Option(help="mini, aisfx, musicnn, a LAION-CLAP id, or a folder.")]


@app.command(epilog=example("reference build"))
def build(
    embedder: EmbedderOption = "mini",
    clips: Annotated[
        Path | None,
        typer.Option(
            help="Folder with subfolders drums, instruments, sfx, ambient (those you have), or with a manifest.json; "
            "the shipped references if absent."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; the user's cache if absent.")] = None,
    device: Annotated[str, typer.Option(help="Torch device, such as cpu or cuda.")] = "cpu",
) -> None:
    """Embed every category's reference clips and keep what rewards and metrics need of them."""
    from audioforge.reference_building import build_reference_sets
    from audioforge.reference_sets import own_references_folder
    from reward_models.embedders.registry import load_embedder

    loaded = load_embedder(embedder, device=device)
    folder = out or own_references_folder(loaded.name)
    build_reference_sets(loaded, folder, clips=clips, on_built=lambda built: typer.echo(built.summary))
    typer.echo(f"written to {folder}")


@app.command(epilog=example("reference show"))
def show(
    embedder: EmbedderOption = "mini",
    folder: Annotated[Path | None, typer.Option(help="Folder of the sets; else the user's own, then shipped.")] = None,
    labels: Annotated[int, typer.Option(min=0, help="How many kinds of sound to list a category.")] = 8,
) -> None:
    """Show the make-up of an embedder's reference sets: kinds of sound, origins, seconds; lopsided ones warn."""
    from audioforge.reference_sets import reference_folders
    from audioforge.targets import CATEGORIES
    from reward_models.reference import ReferenceSet

    places = [folder] if folder is not None else reference_folders(embedder)
    if not any((place / f"{category}.json").is_file() for place in places for category in CATEGORIES):
        where = f"in {folder}" if folder is not None else f"of an embedder {embedder!r}"
        raise ValueError(f"there are no reference sets {where}: build them with `audioforge reference build`.")
    table = Table("category", "kind of sound", "origin", "clips", "held out", "seconds", box=None, pad_edge=False)
    for category in CATEGORIES:
        place = next((one for one in places if (one / f"{category}.json").is_file()), places[-1])
        own = ReferenceSet.load(place, category)
        typer.echo(own.summary)
        for row in own.makeup[:labels]:
            counts = (str(row.clips), str(row.held_out), f"{row.seconds:.1f}")
            table.add_row(category, row.label, row.origin, *counts)
    if labels:
        Console(width=None if Console().is_terminal else 120).print(table)
