"""A whole optimisation: search, shortlist, measure.

The best of many noisy trials is the luckiest (the winner's curse), so the search's own numbers are never reported.
A shortlist of its best is rendered again beside the default on new seeds, the better ones for longer; one is chosen,
and the chosen one and the default are rendered a third time, on seeds that no choice has seen: those numbers are
what is recommended with.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from audioforge.optimise.budget import MEASURE_SHARE, SEARCH_SHARE, SHORTLIST, SHORTLIST_SHARE, WIDE, Budget
from audioforge.optimise.measured import Measured, measured_difference
from audioforge.optimise.search import STARTUP_TRIALS, Search, Trial
from audioforge.optimise.search_space import SearchSpace
from audioforge.optimise.settings import Settings, suitable_settings
from audioforge.optimise.stages import Candidate, Stage, best_of, narrowed
from audioforge.optimise.storage import OptimiseError, open_study
from audioforge.optimise.studio import Studio
from audioforge.optimise.subject import Casting, Subject, targets_named

TARGET_CLIPS, CATEGORY_CLIPS = 4, 8
LEAST_MEASURED = 4


@dataclass(frozen=True)
class Plan:
    """How to search.

    Attributes:
        budget: For everything.
        default: What there is without a search.
        seed: Equal seeds give equal results.
        clips: A trial's; by default 4 for one target and 8 for a category.
        startup: Trials drawn at random first.
        provenance: What renders and judges; a study is only gone on with by the same.
    """

    budget: Budget
    default: Settings
    seed: int = 0
    clips: int | None = None
    startup: int = STARTUP_TRIALS
    provenance: Mapping[str, str] | None = None

    def clips_for(self, subject: Subject) -> int:
        """Clips a trial."""
        return self.clips or (TARGET_CLIPS if len(subject.targets) == 1 else CATEGORY_CLIPS)

    def trials_for(self, subject: Subject) -> int:
        """How many trials the budget buys if all cost what the default does."""
        return self.budget.search // self.budget.cost(self.default, self.clips_for(subject))

    def learns_from(self, subject: Subject) -> int:
        """The least budget with which the search learns from its trials, instead of drawing all of them at random."""
        trial = self.budget.cost(self.default, self.clips_for(subject))
        return math.ceil(round(2 * self.startup * trial / SEARCH_SHARE, 6))


@dataclass(frozen=True)
class Optimisation:
    """What was found.

    Attributes:
        subject: What was searched for.
        space: What might have been tried.
        plan: How it was searched.
        trials: Everything that was tried; their values are optimistic where they are high.
        shortlist: The search's best and the default, rendered again; those still in at the end have more clips.
        recommended: The chosen one, measured on seeds that no choice saw.
        default: What there was without a search, on the same seeds.
        difference: Recommended less default, in pairs.
        spent: Of the budget, in its unit.
    """

    subject: Subject
    space: SearchSpace
    plan: Plan
    trials: tuple[Trial, ...]
    shortlist: tuple[Candidate, ...]
    recommended: Candidate
    default: Candidate
    difference: Measured
    spent: int

    @property
    def is_better(self) -> bool:
        """Whether the interval of the difference lies above zero."""
        return self.difference.low > 0


def optimise(
    subject: Subject,
    space: SearchSpace,
    studio: Studio,
    plan: Plan,
    *,
    storage: Path | None = None,
    progress: Callable[[Trial], None] = lambda _: None,
) -> Optimisation:
    """Search, shortlist, measure.

    Args:
        subject: What is asked for.
        space: What may be tried.
        studio: Renders and judges.
        plan: Budget, default, seed.
        storage: File of the study, to go on with later; ``None`` keeps nothing.
        progress: Told of every trial.

    Raises:
        OptimiseError: If the budget is too small, every trial failed, or the storage is of another search.
    """
    casting = Casting(subject, studio.generator.parameters, plan.seed)
    starts = (suitable_settings(subject.targets),)
    search = Search(space, casting, plan.budget, plan.clips_for(subject), plan.default, plan.startup, starts)
    _check_budget(search)
    with open_study(storage, subject.name, _identity(subject, space, studio, plan)) as study:
        trials = search.run(study, studio, progress)
        stage = Stage(study, studio, casting, f"{len(trials)} trials of {plan.budget.limit} {plan.budget.unit}")
        candidates = [plan.default, *_best(trials, plan.default)]  # the first of equals is chosen
        shortlist = narrowed(stage, candidates, plan.budget)
        finalists = list(dict.fromkeys((best_of(shortlist).settings, plan.default)))
        final = stage.run("measure", finalists, plan.budget.clips_each(plan.budget.measure, finalists))
    rendered = [(own.settings, len(own.outcomes)) for own in trials]
    rendered += [(own.settings, len(own.outcomes)) for own in (*shortlist, *final)]
    return Optimisation(
        subject=subject,
        space=space,
        plan=plan,
        trials=tuple(trials),
        shortlist=tuple(shortlist),
        recommended=final[0],
        default=final[-1],
        difference=measured_difference(final[-1].outcomes, final[0].outcomes, seed=plan.seed),
        spent=sum(plan.budget.cost(settings, clips) for settings, clips in rendered),
    )


def _check_budget(search: Search) -> None:
    budget, default = search.budget, search.default
    trial = budget.cost(default, search.clips)
    final = budget.cost(default, LEAST_MEASURED)
    if (
        budget.search < trial
        or budget.measure < 2 * final
        or budget.shortlist < (SHORTLIST + 1) * budget.cost(default, 1)
    ):
        shortlist = (SHORTLIST + 1) * budget.cost(default, 1)
        least = max(trial / SEARCH_SHARE, shortlist / SHORTLIST_SHARE, 2 * final / MEASURE_SHARE)
        raise OptimiseError(
            f"a budget of {budget.limit} {budget.unit} is too small for trials of {search.clips} clips and a fair "
            f"measurement: give at least {math.ceil(round(least, 6))}, better twenty times that."
        )


def _best(trials: Sequence[Trial], default: Settings) -> list[Settings]:
    """The settings to look at again: best first, each once, none with a failed clip."""
    feasible = [own for own in trials if own.value is not None and not own.failed]
    if not feasible:
        reasons = sorted({out.status for own in trials for out in own.outcomes if out.total is None})
        raise OptimiseError(f"no settings gave only clips that could be judged: {'; '.join(reasons[:3])}.")
    ordered = sorted(feasible, key=lambda own: (-(own.value or 0.0), own.number))
    return [own for own in dict.fromkeys(trial.settings for trial in ordered) if own != default][:WIDE]


def _identity(subject: Subject, space: SearchSpace, studio: Studio, plan: Plan) -> dict[str, object]:
    return {
        "targets": targets_named(subject.targets),
        "space": dict(space.to_json()),
        "generator": studio.generator.fingerprint,
        "seed": plan.seed,
        "clips": plan.clips_for(subject),
        "startup": plan.startup,
        "default": plan.default.to_json(),
        **(plan.provenance or {}),
    }
