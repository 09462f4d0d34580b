"""Serves the audition page until interrupted."""

from collections.abc import Sequence
from pathlib import Path

import soundfile
import typer

from audioforge.audition.answer_table import choices_table, ratings_table
from audioforge.audition.clip_list import AuditionClip, AuditionError, list_clips
from audioforge.audition.session import Audition, Mode
from audioforge.cli.local_server import address_of, is_loopback, serve_until_interrupted
from audioforge.output_folders import require_folder
from audioforge.ports import bind_port


def serve_audition(
    sources: Sequence[Path], out: Path, *, mode: Mode, seed: int, question: str, address: tuple[str, int]
) -> None:
    """Serves until interrupted.

    Raises:
        ValueError: If no clip can be played, the table is another's, the port is taken, or the extra isn't installed.
    """
    require_folder(out.parent)
    audition = make_audition(sources, out, mode=mode, seed=seed, question=question)
    try:
        import pyloudnorm  # noqa: F401 - asked for here, since the first clip is too late to find it missing
        import uvicorn  # noqa: F401

        from audioforge.audition.app import LOOPBACK_NAMES, make_app
    except ImportError as error:
        raise ValueError(f"auditions need their extra ({error}): pip install 'audioforge[audition]'.") from error
    host, port = address
    listener = bind_port(host, port)
    if not is_loopback(host):
        typer.echo(f"audioforge: anyone who reaches {host}:{port} can listen and rate under any name.", err=True)
    count = len(audition.clips) if mode == "rate" else len(audition.pairs)
    noun = "clips to rate" if mode == "rate" else "pairs to compare"
    app = make_app(audition, hosts=LOOPBACK_NAMES if is_loopback(host) else ["*"])
    where = f"Open {address_of(listener, host)} — Ctrl-C stops, and nothing is lost."
    serve_until_interrupted(app, listener, f"{count} {noun}; answers go to {out}. {where}")


def make_audition(sources: Sequence[Path], out: Path, *, mode: Mode, seed: int, question: str = "") -> Audition:
    """The audition of some sources; what can't be opened is named and left out.

    Raises:
        AuditionError: If nothing is left, nothing can be paired, or ``out`` has other columns.
    """
    clips = [clip for clip in list_clips(sources) if _opens(clip)]
    if not clips:
        raise AuditionError(
            "none of the clips can be played: give audio files (wav, flac, ogg, mp3) with sound in them."
        )
    table = ratings_table(out) if mode == "rate" else choices_table(out)
    audition = Audition(clips, table, mode, seed, question)
    audition.trials("check")  # reads the table and makes the pairs: what is wrong is said before the page is open
    return audition


def _opens(clip: AuditionClip) -> bool:
    try:
        problem = (
            "" if soundfile.info(clip.path).frames else "it holds no sound (0 samples): render it again, or drop it."
        )
    except (soundfile.SoundFileError, OSError) as error:
        problem = f"{error} Convert it to wav, flac, ogg or mp3, or drop it."
    if problem:
        typer.echo(f"audioforge: left out {clip.path}: {problem}", err=True)
    return not problem
