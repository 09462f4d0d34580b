"""Which files of a folder are clips: told by their names, opened later by whoever judges them."""

from pathlib import Path

AUDIO_SUFFIXES = (".wav", ".flac", ".ogg", ".opus", ".mp3")
_SIDECAR = "._"  # what macOS puts beside a file on other systems' disks: named as the file, without its audio


def is_audio_name(path: Path) -> bool:
    """Whether the name ends like that of an audio file, in capitals or not."""
    return path.suffix.lower() in AUDIO_SUFFIXES


def audio_files(folder: Path) -> list[Path]:
    """Every audio file in a folder and below it, sorted."""
    found = (path for path in folder.rglob("*") if is_audio_name(path) and not path.name.startswith(_SIDECAR))
    return sorted(path for path in found if path.is_file())
