"""Settings that suit a generator and a purpose: ``data/parameter_presets.json``.

``objective`` is ``draft`` (cheapest that is worth hearing), ``balanced`` (the default) or ``best`` (cost no
matter); a preset for one category goes before one for ``any``. ``origin`` says where the numbers come from:
``published`` (the model's own documentation), ``chosen`` (ours, not searched) or ``searched`` (written back by the
parameter optimiser).
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from audioforge.data_entries import Entry, list_entries
from audioforge.data_files import DataError, data_path, read_json
from audioforge.proposals import Proposal
from audioforge.targets import CATEGORIES, CFG_SCALE, SECONDS, STEPS

OBJECTIVES = ("draft", "balanced", "best")
ORIGINS = ("published", "chosen", "searched")
ANY = "any"

_KEYS = (
    "generator", "objective", "category", "steps", "cfg_scale",
    "sampler", "seconds", "negative_prompt", "origin", "note",
)  # fmt: skip


@dataclass(frozen=True)
class ParameterPreset:
    """One row of the file.

    Attributes:
        generator: Name of the generator, e.g. ``sketch``.
        objective: ``draft``, ``balanced`` or ``best``.
        category: One of the four, or ``any``.
        steps: Sampling steps.
        cfg_scale: Guidance scale; 1 means none.
        sampler: Name of a sampler.
        seconds: Length where the request names none.
        negative_prompt: What to keep out; empty for nothing.
        origin: ``published``, ``chosen`` or ``searched``.
        note: Why these numbers.
    """

    generator: str
    objective: str
    category: str
    steps: int
    cfg_scale: float
    sampler: str
    seconds: float
    negative_prompt: str
    origin: str
    note: str

    def proposal(self, prompt: str, seconds: float | None = None) -> Proposal:
        """A proposal with these settings, and another length if one is given."""
        return Proposal(
            prompt=prompt,
            negative_prompt=self.negative_prompt,
            steps=self.steps,
            cfg_scale=self.cfg_scale,
            sampler=self.sampler,
            seconds=self.seconds if seconds is None else seconds,
        )


def load_presets(path: Path | None = None) -> tuple[ParameterPreset, ...]:
    """Read and check the presets.

    Args:
        path: A file of the same form; the packaged one by default.

    Raises:
        DataError: Naming file, entry and mend.
    """
    path = path or data_path("parameter_presets.json")
    presets: dict[tuple[str, str, str], ParameterPreset] = {}
    for entry in list_entries(read_json(path), path.name, key="generator"):
        preset = _read_preset(entry)
        key = (preset.generator, preset.objective, preset.category)
        if key in presets:
            entry.fail(f"there is a preset for {', '.join(key)} already: drop one of the two.")
        presets[key] = preset
    return tuple(presets.values())


def find_preset(
    presets: Sequence[ParameterPreset], generator: str, *, objective: str = "balanced", category: str = ANY
) -> ParameterPreset:
    """The preset for a purpose; one for the category goes before one for any.

    Raises:
        DataError: If there is neither; the message lists what there is.
    """
    for wanted in (category, ANY):
        for preset in presets:
            if (preset.generator, preset.objective, preset.category) == (generator, objective, wanted):
                return preset
    known = sorted({f"{preset.generator}/{preset.objective}" for preset in presets})
    raise DataError(f"no preset for {generator}/{objective} ({category}): there are {', '.join(known) or 'none'}.")


def save_presets(presets: Sequence[ParameterPreset], path: Path) -> None:
    """Write presets in the file's form."""
    rows = ",\n".join("  " + json.dumps(asdict(preset), ensure_ascii=False) for preset in presets)
    path.write_text(f"[\n{rows}\n]\n", encoding="utf-8")


def _read_preset(entry: Entry) -> ParameterPreset:
    entry.expect_keys(_KEYS)
    return ParameterPreset(
        generator=entry.text("generator"),
        objective=entry.choice("objective", OBJECTIVES),
        category=entry.choice("category", (*CATEGORIES, ANY)),
        steps=entry.whole("steps", *STEPS),
        cfg_scale=entry.number("cfg_scale", *CFG_SCALE),
        sampler=entry.text("sampler"),
        seconds=entry.number("seconds", *SECONDS),
        negative_prompt=entry.text("negative_prompt", empty=True),
        origin=entry.choice("origin", ORIGINS),
        note=entry.text("note"),
    )
