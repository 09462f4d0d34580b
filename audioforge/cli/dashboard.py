"""``audioforge dashboard``: a page about one run of the environment, or several side by side."""

from pathlib import Path
from typing import Annotated

import typer

from audioforge.cli.local_server import address_of, is_loopback, serve_until_interrupted
from audioforge.output_folders import require_folder
from audioforge.ports import bind_port


def dashboard(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs, or rollouts files.", show_default=False)],
    out: Annotated[Path, typer.Option(help="HTML file to write.")] = Path("dashboard.html"),
    follow: Annotated[
        bool, typer.Option("--follow", help="Serve a page that follows the runs' files instead.")
    ] = False,
    host: Annotated[str, typer.Option(help="Address to listen on; this machine alone by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on.")] = 8300,
) -> None:
    """Rewards over time, the held-out judge beside them, failures, parameters, prompts and clips of runs."""
    from audioforge.dashboard.page import render_dashboard
    from audioforge.dashboard.runs import read_runs

    if out.suffix != ".html":
        raise ValueError(f"--out is {out}: the dashboard is a page, so give a file that ends in .html.")
    found = read_runs(runs)
    if follow:
        _serve(runs, host, port)
        return
    require_folder(out.parent)
    out.write_text(render_dashboard(found), encoding="utf-8")
    answers = ", ".join(f"{run.name} ({len(run.records)} answers, {len(run.evaluations)} evaluations)" for run in found)
    typer.echo(f"{answers}. Look at {out}")


def _serve(runs: list[Path], host: str, port: int) -> None:
    try:
        import uvicorn  # noqa: F401 - asked for here, before the port is taken

        from audioforge.dashboard.app import LOOPBACK_NAMES, make_dashboard_app
    except ImportError as error:
        raise ValueError(f"--follow needs an extra ({error}): pip install 'audioforge[service]'.") from error
    listener = bind_port(host, port)
    if not is_loopback(host):
        typer.echo(f"audioforge: anyone who reaches {host}:{port} can see these runs.", err=True)
    app = make_dashboard_app(runs, hosts=LOOPBACK_NAMES if is_loopback(host) else ["*"])
    serve_until_interrupted(app, listener, f"Open {address_of(listener, host)} — Ctrl-C stops.")
