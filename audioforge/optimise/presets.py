"""Writing what a search recommends back as a preset, in the form of ``data/parameter_presets.json``."""

from pathlib import Path
from statistics import median

from audioforge.optimise.optimiser import Optimisation
from audioforge.optimise.storage import OptimiseError
from audioforge.parameter_presets import OBJECTIVES, ParameterPreset, load_presets, save_presets


def recommended_preset(found: Optimisation, generator: str, objective: str) -> ParameterPreset:
    """The recommendation as a row of the file; its note says what it rests on.

    Args:
        found: What the search found.
        generator: Name of the generator.
        objective: ``draft``, ``balanced`` or ``best``.

    Raises:
        OptimiseError: If the objective is unknown, or the recommendation is not shown to beat the default.
    """
    check_objective(objective)
    if not found.is_better:
        raise OptimiseError(
            f"no preset was written: on new seeds the search's choice is not shown to beat the default (difference "
            f"{found.difference}). Give a larger --budget, or keep the default."
        )
    settings = found.recommended.settings
    return ParameterPreset(
        generator=generator,
        objective=objective,
        category=found.subject.category,
        steps=settings.steps,
        cfg_scale=settings.cfg_scale,
        sampler=settings.sampler,
        seconds=median(target.parameters.seconds_total for target in found.subject.targets),
        negative_prompt=settings.negative_prompt,
        origin="searched",
        note=_note(found),
    )


def check_objective(name: str) -> None:
    """Refuse names that a preset can't have.

    Raises:
        OptimiseError: If it is none of ``OBJECTIVES``.
    """
    if name not in OBJECTIVES:
        raise OptimiseError(f"a preset is named {', '.join(OBJECTIVES)}, not {name!r}.")


def write_preset(preset: ParameterPreset, path: Path) -> None:
    """Put a preset into a file, in the place of one for the same purpose; a new file holds it alone.

    Raises:
        DataError: If the file is there and holds no presets.
    """
    known = list(load_presets(path)) if path.exists() else []
    purpose = (preset.generator, preset.objective, preset.category)
    places = [n for n, own in enumerate(known) if (own.generator, own.objective, own.category) == purpose]
    if places:
        known[places[0]] = preset
    else:
        known.append(preset)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_presets(known, path)


def _note(found: Optimisation) -> str:
    budget = found.plan.budget
    return (
        f"searched on {found.subject.name} with {budget.limit} {budget.unit}, seed {found.plan.seed}: reward "
        f"{found.recommended.total} on new seeds, {found.difference} over the default; "
        f"prompt form {found.recommended.settings.form!r}"
    )
