"""A user's own clips as references, without a manifest: where a file lies says what it is.

``drums/kicks/a.wav`` is a drum sound of the kind ``kicks``. Files of equal content count once. Every fourth clip, in
the order of the contents' hashes, is set apart for calibration. Takes of one recording on both sides make that a little
too kind to others of the session; a manifest's ``group`` prevents it (``audioforge.reference_clips``).
"""

import hashlib
from pathlib import Path

import soundfile

from audioforge.audio_files import audio_files
from audioforge.data_files import DataError
from audioforge.reference_clips import ReferenceClip
from audioforge.targets import CATEGORIES

CALIBRATION_EVERY = 4
FEWEST = 20
"""Clips of a category, so that five are left to calibrate with."""


def read_reference_folder(folder: Path, category: str) -> tuple[ReferenceClip, ...]:
    """The clips of one category; none where it has no subfolder.

    Raises:
        DataError: If no subfolder is named after a category, or this one holds too few clips or a broken one.
    """
    if not any((folder / name).is_dir() for name in CATEGORIES):
        names = ", ".join(CATEGORIES)
        raise DataError(
            f"{folder} holds neither a manifest.json nor a folder of a category: put the clips into folders named "
            f"{names}, as many of them as you have."
        )
    if not (folder / category).is_dir():
        return ()
    files = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in audio_files(folder / category)}
    if len(files) < FEWEST:
        raise DataError(f"{folder / category} holds {len(files)} different clips: give at least {FEWEST}.")
    return tuple(_clip(folder, category, digest, files[digest], place) for place, digest in enumerate(sorted(files)))


def _clip(folder: Path, category: str, digest: str, path: Path, place: int) -> ReferenceClip:
    file = path.relative_to(folder)
    kind = file.parts[1] if len(file.parts) > 2 else category
    return ReferenceClip(
        path=path,
        file=file.as_posix(),
        category=category,
        label=kind,
        caption=kind,
        origin="recording",
        seconds=_seconds(path),
        licence="",
        author="",
        source=str(folder),
        sha256=digest,
        split="calibration" if place % CALIBRATION_EVERY == 0 else "reference",
        group=digest,
    )


def _seconds(path: Path) -> float:
    try:
        return float(soundfile.info(path).duration)
    except (soundfile.LibsndfileError, OSError) as error:
        raise DataError(f"{path} can't be read as audio ({error}): mend it or take it out.") from error
