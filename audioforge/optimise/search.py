"""The search: Optuna proposes settings, the studio renders and judges them, until its share of the budget is spent.

The sampler is made anew for every trial from the seed and the number of trials done, so what is tried depends on what
is in the study alone: a search that was killed and resumed finds what one in a single go would have found. All
settings are rendered for the same targets and seeds, so that they are compared on the same noise.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audioforge.optimise.budget import Budget
from audioforge.optimise.search_space import PARAMETERS, SearchSpace
from audioforge.optimise.settings import Settings
from audioforge.optimise.studio import Outcome, Studio
from audioforge.optimise.subject import Casting, stable_seed

if TYPE_CHECKING:
    import optuna

STARTUP_TRIALS = 10
_SETTINGS, _OUTCOMES, _FAILED = "settings", "outcomes", "failed_clips"


@dataclass(frozen=True)
class Trial:
    """Settings that were tried.

    Attributes:
        number: Place in the search, from 0.
        settings: What was tried.
        outcomes: One a clip.
    """

    number: int
    settings: Settings
    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> int:
        """Clips without a score."""
        return sum(own.total is None for own in self.outcomes)

    @property
    def value(self) -> float | None:
        """Mean reward over the clips that have one; ``None`` if none has."""
        totals = [own.total for own in self.outcomes if own.total is not None]
        return sum(totals) / len(totals) if totals else None


@dataclass(frozen=True)
class Search:
    """What is searched, how, and for how much.

    Attributes:
        space: What may be tried.
        casting: Targets and seeds.
        budget: Its ``search`` share is spent.
        clips: Rendered for every trial.
        default: Tried first.
        starts: Tried next, those that lie in the space: what is known to be worth a try.
        startup: Trials drawn at random before the sampler learns.
    """

    space: SearchSpace
    casting: Casting
    budget: Budget
    clips: int
    default: Settings
    startup: int = STARTUP_TRIALS
    starts: tuple[Settings, ...] = ()

    def run(self, study: "optuna.Study", studio: Studio, progress: Callable[[Trial], None]) -> list[Trial]:
        """Go on until the share is spent.

        Returns:
            Every trial of the study, in order.
        """
        _settle_interrupted(study)
        spent = sum(self.budget.cost(own.settings, len(own.outcomes)) for own in trials_of(study))
        while spent < self.budget.search:
            number = len(trials_of(study))
            asked = self._ask(study, number)
            settings = self.space.suggest(asked)
            cost = self.budget.cost(settings, self.clips)
            if spent + cost > self.budget.search:
                _give_up(study, asked)
                break
            outcomes = studio.measure(self.casting.takes(settings, "search", self.clips))
            trial = Trial(number, settings, tuple(outcomes))
            _tell(study, asked, trial)
            progress(trial)
            spent += cost
        return trials_of(study)

    def _ask(self, study: "optuna.Study", number: int) -> "optuna.Trial":
        import optuna

        seed = stable_seed(self.casting.seed, self.casting.subject.name, "trial", number)
        study.sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=self.startup, constant_liar=False)
        first = [own for own in dict.fromkeys((self.default, *self.starts)) if self.space.holds(own)]
        if number < len(first) and not study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.WAITING,)):
            study.enqueue_trial({name: getattr(first[number], name) for name in PARAMETERS})
        return study.ask()


def trials_of(study: "optuna.Study") -> list[Trial]:
    """Every finished trial, in order; interrupted ones are left out."""
    return list(_trials(study))


def _trials(study: "optuna.Study") -> Iterator[Trial]:
    number = 0
    for frozen in study.get_trials(deepcopy=False):
        if frozen.state.is_finished() and _OUTCOMES in frozen.user_attrs:
            yield _trial(number, frozen.user_attrs)
            number += 1


def _trial(number: int, stored: dict[str, Any]) -> Trial:
    outcomes = tuple(Outcome(**own) for own in stored[_OUTCOMES])
    return Trial(number, Settings(**stored[_SETTINGS]), outcomes)


def _tell(study: "optuna.Study", asked: "optuna.Trial", trial: Trial) -> None:
    """A trial with a failed clip is infeasible: kept out of every recommendation, however its other clips sound."""
    asked.set_constraint(_FAILED, float(trial.failed))
    asked.set_user_attr(_SETTINGS, trial.settings.to_json())
    asked.set_user_attr(_OUTCOMES, [own.to_json() for own in trial.outcomes])
    _finish(study, asked.number, trial)


def _finish(study: "optuna.Study", number: int, trial: Trial) -> None:
    import optuna

    if trial.value is None:
        study.tell(number, state=optuna.trial.TrialState.FAIL)
    else:
        study.tell(number, trial.value)


def _give_up(study: "optuna.Study", asked: "optuna.Trial") -> None:
    import optuna

    study.tell(asked, state=optuna.trial.TrialState.FAIL)


def _settle_interrupted(study: "optuna.Study") -> None:
    """Trials of a killed process: finished if their clips are there, else given up, to be asked for again."""
    import optuna

    for frozen in study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
        if _OUTCOMES in frozen.user_attrs:
            _finish(study, frozen.number, _trial(0, frozen.user_attrs))
        else:
            study.tell(frozen.number, state=optuna.trial.TrialState.FAIL)
