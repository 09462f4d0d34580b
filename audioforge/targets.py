"""The sounds to ask for: ``data/target_styles.json``.

A target is one request with what is known about it: category, tempo, length, tone words, how hard it is, and a
reference clip of the same kind (an example of the style, not the only right answer). ``split`` says whether a
policy may train on it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from audioforge.choices import check_choice
from audioforge.data_entries import Entry, list_entries, refuse_duplicates
from audioforge.data_files import data_path, read_json

Category = Literal["drums", "instruments", "sfx", "ambient"]
CATEGORIES: tuple[Category, ...] = ("drums", "instruments", "sfx", "ambient")
SPLITS = ("train", "held_out")
DIFFICULTIES = ("easy", "medium", "hard")

# Bounds of a sensible request, wider than any one generator's: Stable Audio Open Small renders up to 11 s.
SECONDS = (0.5, 11.0)
BPM = (40, 240)
STEPS = (1, 250)
CFG_SCALE = (0.0, 25.0)

_KEYS = (
    "id", "category", "subcategory", "target_description", "reference_file", "parameters", "baseline_prompt",
    "difficulty", "metadata", "split",
)  # fmt: skip


@dataclass(frozen=True)
class TargetParameters:
    """What a request asks for in numbers and words.

    Attributes:
        seconds_total: Length in seconds.
        target_bpm: Tempo in beats a minute; ``None`` where there is no beat.
        tone_characteristics: Adjectives, e.g. ``("punchy", "tight")``.
    """

    seconds_total: float
    target_bpm: int | None
    tone_characteristics: tuple[str, ...]


@dataclass(frozen=True)
class TargetMetadata:
    """Settings that suit the published model, as a starting point for a search.

    Attributes:
        suitable_sampler: Name of a sampler.
        recommended_steps: Sampling steps.
        typical_cfg_scale: Guidance scale; 1 means none.
    """

    suitable_sampler: str
    recommended_steps: int
    typical_cfg_scale: float


@dataclass(frozen=True)
class Target:
    """One request. Fields as in the file; ``split`` is ``"train"`` or ``"held_out"``."""

    id: str
    category: Category
    subcategory: str
    target_description: str
    reference_file: str
    parameters: TargetParameters
    baseline_prompt: str
    difficulty: str
    metadata: TargetMetadata
    split: str

    @property
    def reference_path(self) -> Path:
        """Where the reference clip is."""
        return data_path("evaluation_references", self.reference_file)


def load_targets(
    path: Path | None = None, *, split: str | None = None, category: str | None = None
) -> tuple[Target, ...]:
    """Read and check the targets.

    Args:
        path: A file of the same form; the packaged one by default.
        split: ``"train"`` or ``"held_out"``; both by default.
        category: Only this category.

    Returns:
        In the file's order.

    Raises:
        DataError: Naming file, entry and mend, if anything in the *whole* file is wrong.
        ValueError: If ``split`` or ``category`` is unknown.
    """
    check_choice("split", split, SPLITS)
    check_choice("category", category, CATEGORIES)
    path = path or data_path("target_styles.json")
    entries = list_entries(read_json(path), path.name, key="id")
    targets = tuple(_read_target(entry) for entry in entries)
    refuse_duplicates(entries, "id")
    return tuple(target for target in targets if split in (None, target.split) and category in (None, target.category))


def _read_target(entry: Entry) -> Target:
    entry.expect_keys(_KEYS)
    return Target(
        id=entry.text("id"),
        category=_read_category(entry),
        subcategory=entry.text("subcategory"),
        target_description=entry.text("target_description"),
        reference_file=_read_reference_file(entry),
        parameters=_read_parameters(entry.entry("parameters")),
        baseline_prompt=entry.text("baseline_prompt"),
        difficulty=entry.choice("difficulty", DIFFICULTIES),
        metadata=_read_metadata(entry.entry("metadata")),
        split=entry.choice("split", SPLITS),
    )


def _read_category(entry: Entry) -> Category:
    name = entry.choice("category", CATEGORIES)
    return next(category for category in CATEGORIES if category == name)


def _read_reference_file(entry: Entry) -> str:
    name = entry.text("reference_file")
    if not (data_path("evaluation_references") / name).is_file():
        entry.fail(f'"reference_file" {name} is not in evaluation_references: name a file of its manifest.json.')
    return name


def _read_parameters(entry: Entry) -> TargetParameters:
    entry.expect_keys(("seconds_total", "target_bpm", "tone_characteristics"))
    tempo = None if entry.fields["target_bpm"] is None else entry.whole("target_bpm", *BPM)
    return TargetParameters(entry.number("seconds_total", *SECONDS), tempo, entry.texts("tone_characteristics"))


def _read_metadata(entry: Entry) -> TargetMetadata:
    entry.expect_keys(("suitable_sampler", "recommended_steps", "typical_cfg_scale"))
    return TargetMetadata(
        entry.text("suitable_sampler"),
        entry.whole("recommended_steps", *STEPS),
        entry.number("typical_cfg_scale", *CFG_SCALE),
    )
