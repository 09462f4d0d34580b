"""``audioforge optimise``: searches settings for a target or a category and says what it recommends."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from audioforge.generators import load_generator
from audioforge.optimise.budget import UNITS, Budget, Unit
from audioforge.optimise.optimiser import Optimisation, Plan, optimise
from audioforge.optimise.page import write_optimisation
from audioforge.optimise.presets import check_objective, recommended_preset, write_preset
from audioforge.optimise.search import Trial
from audioforge.optimise.search_space import search_space
from audioforge.optimise.settings import Settings, preset_settings
from audioforge.optimise.stages import Candidate
from audioforge.optimise.storage import OptimiseError, require_optuna
from audioforge.optimise.studio import Studio
from audioforge.optimise.subject import Subject, category_subject, target_subject
from audioforge.output_folders import require_folder
from audioforge.parameter_presets import find_preset as find_parameters
from audioforge.parameter_presets import load_presets
from audioforge.scoring.model_fingerprint import code_version, model_fingerprint
from audioforge.scoring.presets import build_reward, find_preset
from audioforge.scoring.scorer import Scorer


@dataclass(frozen=True)
class OptimiseOptions:
    """What the command was asked for; see its help."""

    target: str | None
    category: str | None
    budget: int
    unit: str
    preset: str
    storage: Path | None
    out: Path
    seed: int
    clips: int | None
    most_steps: int
    write_preset: tuple[str, Path] | None
    from_preset: tuple[str, Path] | None
    device: str


def run_optimise(options: OptimiseOptions) -> int:
    """Searches and prints.

    Returns:
        Exit code 0; 1 if a preset was to be written and nothing better than the default was found.

    Raises:
        ValueError: If the options don't fit together or something isn't here.
    """
    require_optuna()
    require_folder(options.out)
    for given in (options.write_preset, options.from_preset):
        if given is not None:
            check_objective(given[0])
    subject = _subject(options)
    preset = find_preset(options.preset)
    generator = load_generator(preset.generator, device=options.device)
    reward = build_reward(preset, device=options.device)
    default = _default(options, preset.generator, subject)
    plan = Plan(
        budget=Budget(options.budget, _unit(options.unit)),
        default=default,
        seed=options.seed,
        clips=options.clips,
        provenance={
            "preset": preset.name,
            "reward": model_fingerprint(reward),
            "version": code_version(),
            "generator name": generator.name,
        },
    )
    space = search_space(generator.parameters, subject.template, subject.targets, most_steps=options.most_steps)
    _announce(plan, subject, generator.name)
    with Scorer(reward) as scorer:
        studio = Studio(generator, scorer)
        found = optimise(subject, space, studio, plan, storage=options.storage, progress=_teller(plan.budget))
    page = write_optimisation(found, options.out)
    _print_recommendation(found)
    typer.echo(f"{found.spent} of {options.budget} {options.unit} spent. Look at {page}")
    return 0 if options.write_preset is None else _write(found, generator.name, options.write_preset)


def _announce(plan: Plan, subject: Subject, generator: str) -> None:
    """A search takes minutes before its first line."""
    budget, trials = plan.budget, plan.trials_for(subject)
    typer.echo(
        f"{subject.name}: {budget.search} {budget.unit} to search with (about {trials} trials of "
        f"{plan.clips_for(subject)} clips), {budget.shortlist} to choose, {budget.measure} to measure, rendered by "
        f"{generator}."
    )
    if trials <= plan.startup:
        typer.echo(
            f"That is too little to learn from: the first {plan.startup} trials are drawn at random. Give "
            f"--budget {plan.learns_from(subject)} or more."
        )


def _teller(budget: Budget) -> Callable[[Trial], None]:
    """Prints every trial, and after the first how long the whole budget would take at that speed."""
    started, is_first = time.monotonic(), True

    def tell(trial: Trial) -> None:
        nonlocal is_first
        _say(trial)
        if is_first:
            seconds = (time.monotonic() - started) / budget.cost(trial.settings, len(trial.outcomes)) * budget.limit
            typer.echo(f"      the whole budget takes about {max(1, round(seconds / 60))} min at this speed")
        is_first = False

    return tell


def _subject(options: OptimiseOptions) -> Subject:
    if (options.target is None) == (options.category is None):
        raise OptimiseError("give one of --target and --category.")
    return target_subject(options.target) if options.target else category_subject(str(options.category))


def _default(options: OptimiseOptions, generator: str, subject: Subject) -> Settings:
    """What the search starts from and is compared with."""
    objective, path = options.from_preset or ("balanced", None)
    found = find_parameters(load_presets(path), generator, objective=objective, category=subject.category)
    return preset_settings(found)


def _unit(name: str) -> Unit:
    for unit in UNITS:
        if unit == name:
            return unit
    raise OptimiseError(f"a budget counts {' or '.join(UNITS)}, not {name!r}.")


def _say(trial: Trial) -> None:
    value = "failed" if trial.value is None else f"{trial.value:.3f}"
    failed = f", {trial.failed} clips failed" if trial.failed else ""
    own = trial.settings
    typer.echo(
        f"[{trial.number:>3}] {value}{failed}  {own.steps} steps, cfg {own.cfg_scale:g}, {own.sampler}: {own.form}"
    )


def _print_recommendation(found: Optimisation) -> None:
    table = Table(
        "", "reward [95 %]", "clips", "steps", "cfg", "sampler", "prompt", "negative", box=None, pad_edge=False
    )
    rows = {"default": found.default, "recommended": found.recommended}
    for label, own in rows.items():
        table.add_row(*_cells(label, own))
    Console(width=None if Console().is_terminal else 160).print(table)
    if found.recommended.settings == found.default.settings:
        typer.echo("Keep the default: nothing on the shortlist beat it on new seeds.")
    else:
        verdict = "better than the default" if found.is_better else "not shown to be better than the default"
        typer.echo(f"Recommended settings are {verdict}: difference {found.difference} on new seeds.")


def _cells(label: str, own: Candidate) -> tuple[str, ...]:
    settings, clips = own.settings, f"{own.total.clips}" + (f" ({own.total.failed} failed)" if own.total.failed else "")
    numbers = (str(settings.steps), f"{settings.cfg_scale:g}", settings.sampler)
    return (label, str(own.total), clips, *numbers, settings.form, settings.negative_prompt or "–")


def _write(found: Optimisation, generator: str, wanted: tuple[str, Path]) -> int:
    objective, path = wanted
    try:
        preset = recommended_preset(found, generator, objective)
    except OptimiseError as error:
        typer.echo(str(error), err=True)
        return 1
    write_preset(preset, path)
    typer.echo(f"preset {generator}/{objective} ({preset.category}) written to {path}.")
    return 0
