import random

from audioforge.optimise.effects import importances, parameter_effects
from audioforge.optimise.search import Trial
from audioforge.optimise.settings import AS_ASKED, Settings
from audioforge.optimise.studio import Outcome


def trials(count: int = 40) -> list[Trial]:
    chance = random.Random(1)
    found = []
    for number in range(count):
        steps, sampler = chance.randint(1, 20), chance.choice(["a", "b"])
        total = steps / 25 + 0.01 * (sampler == "a")
        settings = Settings(AS_ASKED, "", steps, round(chance.uniform(0, 10), 2), sampler)
        found.append(Trial(number, settings, (Outcome("t", number, total, "ok", {}),)))
    return found


def test_the_parameter_that_decides_comes_first():
    effects = parameter_effects(trials())
    assert effects[0].parameter == "steps"
    assert effects[0].importance > 0.5


def test_means_rise_with_a_parameter_that_helps_and_ranges_are_in_order():
    steps = next(own for own in parameter_effects(trials()) if own.parameter == "steps")
    means = [own.mean for _, own in steps.levels]
    assert means == sorted(means)
    assert len(means) == 4
    assert sum(own.clips for _, own in steps.levels) == 40


def test_importance_is_unknown_with_few_trials_or_no_spread():
    assert importances(trials(4)) == {}
    same = [Trial(n, Settings(AS_ASKED, "", n + 1, 1.0, "a"), (Outcome("t", 0, 0.5, "ok", {}),)) for n in range(20)]
    assert importances(same) == {}
    assert all(effect.importance is None for effect in parameter_effects(same))


def test_trials_without_a_value_take_no_part():
    failed = Trial(0, Settings(AS_ASKED, "", 3, 1.0, "c"), (Outcome("t", 0, None, "silent", {}),))
    sampler = next(own for own in parameter_effects([failed, *trials()]) if own.parameter == "sampler")
    assert [label for label, _ in sampler.levels] == ["a", "b"]
