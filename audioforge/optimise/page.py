"""A search as one self-contained HTML page, and as JSON files beside it."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from audioforge.optimise.charts import levels, scatter
from audioforge.optimise.effects import Effect, parameter_effects
from audioforge.optimise.measured import Measured
from audioforge.optimise.optimiser import Optimisation
from audioforge.optimise.stages import Candidate

PAGE, RECOMMENDATION, TRIALS = "optimise.html", "recommendation.json", "trials.jsonl"


@dataclass(frozen=True)
class _Panel:
    parameter: str
    importance: float | None
    charts: tuple[str, ...]


def write_optimisation(found: Optimisation, folder: Path) -> Path:
    """Write page, recommendation and trials.

    Returns:
        The page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    effects = parameter_effects(found.trials, seed=found.plan.seed)
    document = json.dumps(recommendation_json(found, effects), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / RECOMMENDATION).write_text(document + "\n", encoding="utf-8")
    with (folder / TRIALS).open("w", encoding="utf-8") as lines:
        for trial in found.trials:
            row = {"number": trial.number, "value": trial.value, "failed": trial.failed}
            outcomes = [own.to_json() for own in trial.outcomes]
            lines.write(json.dumps(row | {"settings": trial.settings.to_json(), "outcomes": outcomes}) + "\n")
    (folder / PAGE).write_text(render_page(found, effects), encoding="utf-8")
    return folder / PAGE


def recommendation_json(found: Optimisation, effects: tuple[Effect, ...]) -> dict[str, object]:
    """What was found as plain JSON values; unknown numbers are ``None``."""
    budget = found.plan.budget
    return {
        "subject": found.subject.name,
        "category": found.subject.category,
        "budget": {"limit": budget.limit, "unit": budget.unit, "spent": found.spent},
        "seed": found.plan.seed,
        "provenance": dict(found.plan.provenance or {}),
        "trials": len(found.trials),
        "failed_clips": sum(trial.failed for trial in found.trials),
        "is_better": found.is_better,
        "recommended": _candidate_json(found.recommended),
        "default": _candidate_json(found.default),
        "difference": _plain(asdict(found.difference)),
        "shortlist": [_candidate_json(own) for own in found.shortlist],
        "importance": {effect.parameter: effect.importance for effect in effects},
        "effects": {
            effect.parameter: {label: _plain(asdict(own)) for label, own in effect.levels} for effect in effects
        },
    }


def render_page(found: Optimisation, effects: tuple[Effect, ...]) -> str:
    """The page's HTML: a pure function of what was found."""
    environment = Environment(
        loader=PackageLoader("audioforge.optimise"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("optimise.html.j2").render(
        found=found,
        progress=_progress(found),
        panels=[_panel(effect) for effect in effects],
        failed=sum(trial.failed for trial in found.trials),
        reasons=sorted({own.status for trial in found.trials for own in trial.outcomes if own.total is None})[:5],
        components=_component_rows(found.recommended, found.default),
    )


def _progress(found: Optimisation) -> str:
    points = [(float(own.number), own.value) for own in found.trials if own.value is not None]
    best = list(accumulate((value for _, value in points), max))
    line = [(x, top) for (x, _), top in zip(points, best, strict=True)]
    return scatter(points, across="trial", line=line, title="mean reward of every trial, and the best so far")


def _panel(effect: Effect) -> _Panel:
    charts = [levels(effect.levels, title=f"reward by {effect.parameter}")]
    if effect.points:
        charts.append(scatter(effect.points, across=effect.parameter, title=f"reward against {effect.parameter}"))
    return _Panel(effect.parameter, effect.importance, tuple(charts))


def _component_rows(first: Candidate, second: Candidate) -> list[tuple[str, float, float]]:
    names = dict.fromkeys(name for own in (*first.outcomes, *second.outcomes) for name in own.components)
    return [(name, _component_mean(first, name), _component_mean(second, name)) for name in names]


def _component_mean(candidate: Candidate, name: str) -> float:
    values = [own.components[name] for own in candidate.outcomes if name in own.components]
    return math.fsum(values) / len(values) if values else math.nan


def _candidate_json(candidate: Candidate) -> dict[str, object]:
    measured: Measured = candidate.total
    return {"settings": candidate.settings.to_json(), "total": _plain(asdict(measured))}


def _plain(numbers: Mapping[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in numbers.items()}
