"""The real sounds that stand for each category: ``data/evaluation_references``.

``manifest.json`` there lists every clip with label, caption, origin, licence and author. ``origin`` is honest about
what is heard: ``recording`` (a file that somebody recorded or designed, used as it is), ``render`` (a soundfont
played by our patterns and phrases) or ``synthesis`` (computed from noise and oscillators). ``split`` sets
``calibration`` clips apart, so that a reference set can be calibrated on clips it does not hold; clips that share a
recording share a ``group`` and a split.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from audioforge.choices import check_choice
from audioforge.data_entries import Entry, list_entries, refuse_duplicates
from audioforge.data_files import DataError, data_path, read_json
from audioforge.targets import CATEGORIES

ORIGINS = ("recording", "render", "synthesis")
REFERENCE_SPLITS = ("reference", "calibration")
SECONDS = (0.02, 10.05)

_KEYS = (
    "file", "category", "label", "caption", "origin", "seconds",
    "licence", "author", "source", "sha256", "split", "group",
)  # fmt: skip


@dataclass(frozen=True)
class ReferenceClip:
    """One clip of the manifest.

    Attributes:
        path: Where its audio is.
        file: Its path inside the folder, e.g. ``drums/house_124.ogg``.
        category: One of the four.
        label: Short name of the sound, e.g. ``house drum loop``.
        caption: A sentence that describes it.
        origin: ``recording``, ``render`` or ``synthesis``.
        seconds: Length in seconds.
        licence: SPDX name.
        author: Whom to credit.
        source: Where it was taken from.
        sha256: Of the file, in hex.
        split: ``reference`` or ``calibration``.
        group: Clips of one group share material, and hence a split.
    """

    path: Path
    file: str
    category: str
    label: str
    caption: str
    origin: str
    seconds: float
    licence: str
    author: str
    source: str
    sha256: str
    split: str
    group: str


def load_reference_clips(
    folder: Path | None = None, *, category: str | None = None, split: str | None = None, verify: bool = False
) -> tuple[ReferenceClip, ...]:
    """Read and check the manifest of a reference folder.

    Args:
        folder: A folder of the same form; the packaged one by default.
        category: Only this category.
        split: ``"reference"`` or ``"calibration"``; both by default.
        verify: Also compare each file's sha256.

    Returns:
        In the manifest's order.

    Raises:
        DataError: Naming file, entry and mend, if anything in the *whole* manifest is wrong.
        ValueError: If ``split`` or ``category`` is unknown.
    """
    check_choice("category", category, CATEGORIES)
    check_choice("split", split, REFERENCE_SPLITS)
    folder = folder or data_path("evaluation_references")
    manifest = folder / "manifest.json"
    entries = list_entries(read_json(manifest), f"{folder.name}/manifest.json", key="file")
    clips = tuple(_read_clip(entry, folder, verify=verify) for entry in entries)
    refuse_duplicates(entries, "file")
    _refuse_split_groups(clips, str(manifest))
    return tuple(clip for clip in clips if category in (None, clip.category) and split in (None, clip.split))


def _read_clip(entry: Entry, folder: Path, *, verify: bool) -> ReferenceClip:
    entry.expect_keys(_KEYS)
    path = folder / entry.text("file")
    if not path.is_file():
        entry.fail(f"{path} is missing: restore the file, or drop the entry.")
    digest = entry.text("sha256")
    if verify and hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        entry.fail(
            "the file is not the one listed (sha256 differs): restore it, or rebuild with training/build_references.py."
        )
    return ReferenceClip(
        path=path,
        file=entry.text("file"),
        category=entry.choice("category", CATEGORIES),
        label=entry.text("label"),
        caption=entry.text("caption"),
        origin=entry.choice("origin", ORIGINS),
        seconds=entry.number("seconds", *SECONDS),
        licence=entry.text("licence"),
        author=entry.text("author"),
        source=entry.text("source"),
        sha256=digest,
        split=entry.choice("split", REFERENCE_SPLITS),
        group=entry.text("group"),
    )


def _refuse_split_groups(clips: tuple[ReferenceClip, ...], manifest: str) -> None:
    split_of: dict[str, str] = {}
    for clip in clips:
        if split_of.setdefault(clip.group, clip.split) != clip.split:
            raise DataError(
                f'{manifest}, "{clip.file}": group "{clip.group}" is in both splits: move all of it to one.'
            )
