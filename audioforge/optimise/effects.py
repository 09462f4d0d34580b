"""Parameter effectiveness: how much of the reward's spread each parameter explains, and the reward by its values.

Importance is Optuna's PED-ANOVA over the trials. Effects are means over the trials with an interval; both describe
where the search has looked, which after its random start is mostly where the reward is high. An effect is a
difference of means, not a cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from audioforge.optimise.measured import Measured, measured
from audioforge.optimise.search import Trial
from audioforge.optimise.search_space import PARAMETERS

if TYPE_CHECKING:
    import optuna

BINS = 4
_NUMERIC = ("steps", "cfg_scale")
LEAST_TRIALS = 8


@dataclass(frozen=True)
class Effect:
    """Reward by the values of one parameter.

    Attributes:
        parameter: Its name.
        importance: Share of the explained spread in [0, 1]; ``None`` where it can't be told.
        levels: Value or range → mean over trials, in order.
        points: Value and mean reward of every trial, for numeric parameters; empty for others.
    """

    parameter: str
    importance: float | None
    levels: tuple[tuple[str, Measured], ...]
    points: tuple[tuple[float, float], ...]


def parameter_effects(trials: Sequence[Trial], *, seed: int = 0) -> tuple[Effect, ...]:
    """One effect a parameter, the most important first.

    Args:
        trials: Of one search; those without a value are left out.
        seed: Of the intervals and the importance.
    """
    scored = [trial for trial in trials if trial.value is not None]
    shares = importances(scored)
    effects = [_effect(name, scored, shares.get(name), seed) for name in PARAMETERS]
    return tuple(sorted(effects, key=lambda own: -(own.importance or 0.0)))


def importances(trials: Sequence[Trial]) -> dict[str, float]:
    """Parameter → share of the explained spread; empty with few trials, or no spread."""
    values = [trial.value for trial in trials if trial.value is not None]
    if len(values) < LEAST_TRIALS or np.ptp(values) == 0:
        return {}
    import optuna

    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    return dict(optuna.importance.get_param_importances(_study(trials), evaluator=evaluator))


def _study(trials: Sequence[Trial]) -> "optuna.Study":
    """The trials as a study without constraints, which importance would trip over."""
    import optuna

    spaces = {name: _distribution(name, [getattr(own.settings, name) for own in trials]) for name in PARAMETERS}
    study = optuna.create_study(direction="maximize")
    for trial in trials:
        params = {name: getattr(trial.settings, name) for name in PARAMETERS}
        study.add_trial(optuna.create_trial(params=params, distributions=spaces, value=trial.value))
    return study


def _distribution(name: str, values: Sequence[object]) -> "optuna.distributions.BaseDistribution":
    import optuna

    if name not in _NUMERIC:
        return optuna.distributions.CategoricalDistribution(sorted({str(value) for value in values}))
    numbers = [float(str(value)) for value in values]
    if name == "steps":
        return optuna.distributions.IntDistribution(int(min(numbers)), int(max(numbers)), log=True)
    return optuna.distributions.FloatDistribution(min(numbers), max(numbers))


def _effect(name: str, trials: Sequence[Trial], importance: float | None, seed: int) -> Effect:
    values = [getattr(trial.settings, name) for trial in trials]
    rewards = [trial.value for trial in trials if trial.value is not None]
    if name not in _NUMERIC:
        labels = [str(value) for value in values]
        order = sorted(set(labels))
        return Effect(name, importance, _levels(order, labels, rewards, seed), ())
    order, labels = _ranges([float(value) for value in values])
    points = tuple((float(value), reward) for value, reward in zip(values, rewards, strict=True))
    return Effect(name, importance, _levels(order, labels, rewards, seed), points)


def _levels(
    order: Sequence[str], labels: Sequence[str], rewards: Sequence[float], seed: int
) -> tuple[tuple[str, Measured], ...]:
    """Each trial is a unit of its own."""
    found = []
    for label in order:
        own = [(str(n), reward) for n, (at, reward) in enumerate(zip(labels, rewards, strict=True)) if at == label]
        found.append((label, measured(own, seed=seed)))
    return tuple(found)


def _ranges(values: Sequence[float]) -> tuple[list[str], list[str]]:
    """Ranges with about as many values each, in order; and each value's."""
    if not values:
        return [], []
    edges = sorted(set(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1], method="lower").tolist()))
    places = np.searchsorted(edges, values, side="left").tolist()
    held = {place: [value for value, at in zip(values, places, strict=True) if at == place] for place in set(places)}
    names = {place: _range(min(own), max(own)) for place, own in held.items()}
    return [names[place] for place in sorted(names)], [names[place] for place in places]


def _range(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
