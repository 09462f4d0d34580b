"""``audioforge``: the commands, and the one place where errors become exit codes.

Exit codes: 0 done; 1 done, but some clips could not be scored; 2 the call can't be carried out (the message says why).
Heavy modules are imported inside the commands, so that ``audioforge --help`` answers at once.
"""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from audioforge.choices import wrong_choice
from audioforge.cli import reference
from audioforge.cli.audition import audition
from audioforge.cli.compare_rollouts import compare_rollouts
from audioforge.cli.dashboard import dashboard
from audioforge.cli.examples import EXIT_CODES, example
from audioforge.targets import CATEGORIES

app = typer.Typer(
    help="Learned-embedding rewards for text-to-audio: how good is this clip for this request?",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

# Headings of the list of commands: what somebody wants to do, in the order in which most people want it.
JUDGE, COMPARE, TRAIN, SETUP = "Judge clips", "Compare systems", "Train and search", "Judges of your own"


def _known_category(value: str | None) -> str | None:
    if value is not None and value not in CATEGORIES:
        raise typer.BadParameter(f"{wrong_choice('category', value, CATEGORIES)}.")
    return value


def _category_option(help_text: str) -> Any:  # noqa: ANN401 - typer types its own options so
    """The option ``--category``; what is none of the four is refused before any model loads."""
    return typer.Option(help=f"{help_text}: {', '.join(CATEGORIES)}.", metavar="<name>", callback=_known_category)


PresetOption = Annotated[str, typer.Option(help="Which backends judge: embedded, laion, or a JSON file of your own.")]
DeviceOption = Annotated[str, typer.Option(help="Torch device, such as cpu or cuda.")]


@app.command(rich_help_panel=JUDGE, epilog=example("score"))
def score(
    clips: Annotated[list[Path], typer.Argument(help="Audio files (wav, flac, ogg, mp3).", show_default=False)],
    request: Annotated[list[str], typer.Option(help="What was asked for; give one, or one per clip.")],
    category: Annotated[str | None, _category_option("Kind of sound, guessed from the request if absent")] = None,
    preset: PresetOption = "embedded",
    device: DeviceOption = "cpu",
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Score clips against a request, with every component of the score. For thousands of clips: score-archive."""
    from audioforge.cli.score import score_files

    raise typer.Exit(score_files(clips, request, category=category, preset=preset, device=device, as_json=json))


@app.command(rich_help_panel=JUDGE, epilog=example("score-archive"))
def score_archive(  # noqa: PLR0913 - its options
    archive: Annotated[Path, typer.Argument(help="Folder, or a table (parquet, csv, jsonl) with a column file.")],
    out: Annotated[Path, typer.Option(help="Folder for the parts and scores.parquet; a run goes on where it was.")],
    request: Annotated[str | None, typer.Option(help="For clips without a request of their own.")] = None,
    category: Annotated[str | None, _category_option("For clips without one, else guessed from the request")] = None,
    preset: PresetOption = "embedded",
    device: DeviceOption = "cpu",
    shard_clips: Annotated[int, typer.Option(min=1, help="Clips scored as one batch.")] = 64,
    ray: Annotated[bool, typer.Option("--ray", help="Score with a pool of Ray actors (extra scale).")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Ray actors at once.")] = 2,
    cpus: Annotated[float, typer.Option(min=0, help="Cores a Ray actor reserves.")] = 1,
    gpus: Annotated[float, typer.Option(min=0, help="GPUs a Ray actor reserves.")] = 0,
) -> None:
    """Score a whole archive into Parquet, resumable, on this machine or on a Ray cluster."""
    from audioforge.cli.score_archive import ArchiveOptions, score_archive_to

    options = ArchiveOptions(request, category, preset, device, shard_clips, workers if ray else 0, cpus, gpus)
    raise typer.Exit(score_archive_to(archive, out, options))


@app.command(rich_help_panel=JUDGE, epilog=example("service"))
def service(  # noqa: PLR0913 - its options
    host: Annotated[str, typer.Option(help="Address to listen on; this machine alone by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on.")] = 8100,
    preset: PresetOption = "embedded",
    device: DeviceOption = "cpu",
    token_env: Annotated[str | None, typer.Option(help="Environment variable with the bearer token.")] = None,
    max_seconds: Annotated[float, typer.Option(help="Longest clip.")] = 60,
    max_bytes: Annotated[int, typer.Option(help="Largest body of a request.")] = 20_000_000,
    max_clips: Annotated[int, typer.Option(help="Most clips in a request.")] = 64,
    score_cache: Annotated[Path | None, typer.Option(help="SQLite file of scores that outlives the process.")] = None,
) -> None:
    """Serve scores over HTTP until interrupted: POST /v1/score, /healthz, /readyz, /metrics."""
    from audioforge.cli.service import read_token, serve
    from audioforge.service.settings import ServiceSettings

    token = read_token(token_env)
    limits = ServiceSettings(max_seconds=max_seconds, max_bytes=max_bytes, max_clips=max_clips, token=token)
    serve(limits, host=host, port=port, preset=preset, device=device, score_cache=score_cache)


@app.command(rich_help_panel=COMPARE, epilog=example("benchmark"))
def benchmark(  # noqa: PLR0913 - its options
    system: Annotated[
        list[str], typer.Option(help="NAME=FOLDER, NAME=MANIFEST, or a manifest that names its systems; repeat it.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the report; a run that was cut off goes on where it was.")],
    requests: Annotated[Path | None, typer.Option(help="Rows of id, request, category: JSON, JSONL or CSV.")] = None,
    preset: PresetOption = "embedded",
    reference: Annotated[
        Path | None, typer.Option(help="Folder of clips to compare sets with; shipped ones if absent.")
    ] = None,
    device: DeviceOption = "cpu",
    embed_clips: Annotated[int, typer.Option(min=0, help="Most clips inside the page itself.")] = 48,
    link: Annotated[bool, typer.Option(help="Let the other clips play from where they are.")] = True,
    title: Annotated[str, typer.Option(help="Heading of the report.")] = "AudioForge benchmark",
    cache: Annotated[Path | None, typer.Option(help="File of judged clips that reports may share.")] = None,
) -> None:
    """Compare systems by their clips: a page to listen to, JSON, and Markdown."""
    from audioforge.cli.benchmark import BenchmarkOptions, run_benchmark

    options = BenchmarkOptions(requests, preset, reference, device, link, embed_clips, title, cache)
    raise typer.Exit(run_benchmark(system, out, options))


@app.command(rich_help_panel=COMPARE, epilog=example("compare"))
def compare(
    first: Annotated[Path, typer.Argument(help="Folder of a benchmark, or its report.json.", show_default=False)],
    second: Annotated[Path, typer.Argument(help="Another.", show_default=False)],
    allow_different: Annotated[bool, typer.Option(help="Compare although other models judged.")] = False,
) -> None:
    """Say what changed between two benchmarks, paired where they share requests."""
    from audioforge.cli.compare import compare_files

    raise typer.Exit(compare_files(first, second, allow_different=allow_different))


app.command(rich_help_panel=COMPARE, epilog=example("audition"))(audition)


@app.command(rich_help_panel=TRAIN, epilog=example("demo"))
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the rollouts and the page.")] = Path("artifacts"),
    targets: Annotated[int, typer.Option(min=1, help="How many requests.")] = 8,
    group_size: Annotated[int, typer.Option(min=2, help="Answers per request.")] = 4,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same rollouts.")] = 0,
    preset: PresetOption = "embedded",
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="Replace an earlier run in the folder; it is kept in earlier-N by default."),
    ] = False,
) -> None:
    """Run the environment once (a policy proposes, a generator renders, rewards judge); write a page to listen to."""
    from audioforge.cli.demo import run_demo

    code = run_demo(out, targets=targets, group_size=group_size, seed=seed, preset=preset, overwrite=overwrite)
    raise typer.Exit(code)


@app.command(rich_help_panel=TRAIN, epilog=example("optimise"))
def optimise(  # noqa: PLR0913 - its options
    out: Annotated[Path, typer.Option(help="Folder for the page, the recommendation and the trials.")],
    target: Annotated[str | None, typer.Option(help="Id of one target of target_styles.json.")] = None,
    category: Annotated[str | None, _category_option("All training targets of a category instead")] = None,
    budget: Annotated[
        int, typer.Option(min=1, help="Most that may be spent, the final measurement included; from 40 clips on.")
    ] = 400,
    unit: Annotated[str, typer.Option(help="What the budget counts: clips, or evaluations of the network.")] = "clips",
    preset: PresetOption = "embedded",
    storage: Annotated[Path | None, typer.Option(help="File to go on from: a journal, or SQLite (.db).")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same search.")] = 0,
    clips: Annotated[int | None, typer.Option(min=1, help="Clips a trial; 4 for a target, 8 for a category.")] = None,
    most_steps: Annotated[int, typer.Option(min=1, help="Most sampling steps to try.")] = 32,
    write_preset: Annotated[
        tuple[str, Path] | None, typer.Option(help="Objective (draft, balanced, best) and file to write it to.")
    ] = None,
    from_preset: Annotated[
        tuple[str, Path] | None, typer.Option(help="Objective and file of the default; the shipped balanced one.")
    ] = None,
    device: DeviceOption = "cpu",
) -> None:
    """Search prompt forms and generation parameters under the reward; recommend settings measured on new seeds."""
    from audioforge.cli.optimise import OptimiseOptions, run_optimise

    options = OptimiseOptions(
        target, category, budget, unit, preset, storage, out, seed, clips, most_steps, write_preset, from_preset, device
    )
    raise typer.Exit(run_optimise(options))


app.command(rich_help_panel=TRAIN, epilog=example("dashboard"))(dashboard)
app.command(rich_help_panel=TRAIN, epilog=example("compare-rollouts"))(compare_rollouts)


@app.command(rich_help_panel=SETUP, epilog=example("embedders"))
def embedders() -> None:
    """List the embedders: rate, dimension, licence, size, whether it is here, and what it is good for."""
    from audioforge.cli.embedders import list_embedders

    list_embedders()


@app.command(rich_help_panel=SETUP, epilog=example("calibrate"))
def calibrate(
    embedder: Annotated[str, typer.Argument(help="mini, a LAION-CLAP id, or a folder.", show_default=False)],
    clips: Annotated[
        Path | None, typer.Option(help="Rows of file, caption: JSON, JSONL or CSV; shipped clips if absent.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; the user's cache if absent.")] = None,
    device: DeviceOption = "cpu",
) -> None:
    """Fit the map from an embedder's cosine to the probability of a match."""
    from audioforge.cli.calibrate import calibrate_embedder

    calibrate_embedder(embedder, clips, device=device, out=out)


app.add_typer(reference.app, name="reference", rich_help_panel=SETUP)


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    """Learned-embedding rewards for text-to-audio: how good is this clip for this request?"""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"audioforge {installed('audioforge')}")
        raise typer.Exit


def run() -> None:
    """Entry point of the ``audioforge`` script."""
    try:
        app()
    except (ValueError, OSError) as error:  # every error of ours is a ValueError whose message says what to do
        typer.echo(f"audioforge: {_words_of(error)}", err=True)
        sys.exit(2)


def _words_of(error: ValueError | OSError) -> str:
    """The system's own errors without their number, with the file where they name one."""
    if not isinstance(error, OSError) or error.strerror is None:
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else f"{error.strerror}."


if __name__ == "__main__":
    run()
