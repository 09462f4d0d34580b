from dataclasses import replace

import pytest

from audioforge.optimise.budget import Budget
from audioforge.optimise.optimiser import Optimisation, Plan, optimise
from audioforge.optimise.search_space import search_space
from audioforge.optimise.storage import OptimiseError, open_study
from tests.optimise_stand_ins import DEFAULT, LevelGenerator, LevelJudge, make_studio, make_subject


def run(generator=None, judge=None, storage=None, subject=None, **options) -> Optimisation:
    subject, generator = subject or make_subject(), generator or LevelGenerator()
    space = search_space(generator.parameters, subject.template, subject.targets)
    plan = Plan(**({"budget": Budget(120), "default": DEFAULT, "startup": 6} | options))
    return optimise(subject, space, make_studio(generator, judge), plan, storage=storage)


def test_the_search_finds_what_is_better_and_measures_it_on_seeds_of_its_own():
    generator = LevelGenerator()
    found = run(generator)
    assert found.recommended.settings.sampler == "good"
    assert found.recommended.settings.steps > DEFAULT.steps
    assert found.is_better
    chosen_on = {own.seed for trial in found.trials for own in trial.outcomes}
    chosen_on |= {own.seed for candidate in found.shortlist for own in candidate.outcomes}
    assert not chosen_on & {own.seed for own in found.recommended.outcomes}


def test_the_best_trial_is_luckier_than_what_is_reported():
    found = run(LevelGenerator(samplers=("euler",), noise=1.0), clips=1, budget=Budget(200))
    assert max(trial.value for trial in found.trials) > found.recommended.total.mean


def test_many_are_looked_at_again_and_the_best_of_them_for_longer():
    found = run(budget=Budget(400))
    lengths = [len(candidate.outcomes) for candidate in found.shortlist]
    assert lengths == [22] * 4 + [6] * 5
    assert found.shortlist[0].settings == DEFAULT
    early = [sum(own.total for own in candidate.outcomes[:6]) for candidate in found.shortlist]
    assert max(early[4:]) <= min(early[1:4])
    assert found.recommended.settings in [candidate.settings for candidate in found.shortlist[:4]]
    kept, out = found.shortlist[1], found.shortlist[-1]
    assert [own.seed for own in kept.outcomes[:6]] == [own.seed for own in out.outcomes]


@pytest.mark.parametrize("unit", ["clips", "evaluations"])
def test_no_more_is_rendered_than_the_budget_allows(unit):
    generator, budget = LevelGenerator(), Budget(130 if unit == "clips" else 2000, unit)
    found = run(generator, budget=budget)
    costs = [1 if unit == "clips" else p.steps * (1 if p.cfg_scale == 1 else 2) for p, _ in generator.seen]
    assert found.spent == sum(costs) <= budget.limit


def test_all_settings_are_compared_on_the_same_targets_and_seeds():
    trials = run(subject=make_subject(5), budget=Budget(200)).trials
    assert len({tuple((own.target_id, own.seed) for own in trial.outcomes) for trial in trials}) == 1
    assert len({own.target_id for own in trials[0].outcomes}) == 5


def test_the_same_seed_gives_the_same_search():
    assert run().trials == run().trials
    assert run().trials != run(seed=1).trials


def test_what_the_targets_say_suits_a_published_model_is_tried_after_the_default():
    trials = run(LevelGenerator(samplers=("euler", "pingpong")), default=replace(DEFAULT, steps=5)).trials
    assert trials[0].settings == replace(DEFAULT, steps=5)
    assert trials[1].settings == replace(DEFAULT, steps=8, cfg_scale=1.0, sampler="pingpong")


def test_a_search_killed_before_its_first_trial_was_asked_for_tries_the_default_once(tmp_path, monkeypatch):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr("optuna.Study.ask", interrupt)
        with pytest.raises(KeyboardInterrupt):
            run(storage=tmp_path / "search.log")
    assert run(storage=tmp_path / "search.log").trials == run().trials


def test_a_plan_knows_how_many_trials_it_buys_and_how_many_it_takes_to_learn():
    plan = Plan(Budget(60), DEFAULT)
    assert plan.trials_for(make_subject(5)) == 3
    assert plan.learns_from(make_subject(5)) == 320
    assert Plan(Budget(plan.learns_from(make_subject(5))), DEFAULT).trials_for(make_subject(5)) == 2 * plan.startup
    dear = Plan(Budget(6400, "evaluations"), replace(DEFAULT, cfg_scale=3.0))
    assert dear.trials_for(make_subject()) == 6400 // 2 // (4 * 16)


@pytest.mark.parametrize("name", ["search.log", "search.db"])
def test_a_killed_search_goes_on_and_finds_what_one_in_a_single_go_finds(tmp_path, name):
    whole = run()
    with pytest.raises(KeyboardInterrupt):
        run(judge=LevelJudge(clips=34), storage=tmp_path / name)
    resumed_generator = LevelGenerator()
    resumed = run(resumed_generator, storage=tmp_path / name)
    assert resumed.trials == whole.trials
    assert resumed.recommended == whole.recommended
    assert len(resumed_generator.seen) == whole.spent - 32


def test_a_finished_search_renders_nothing_again(tmp_path):
    run(storage=tmp_path / "search.log")
    again = LevelGenerator()
    run(again, storage=tmp_path / "search.log")
    assert again.seen == []


def test_a_larger_budget_goes_on_with_the_trials_there_are(tmp_path):
    first = run(storage=tmp_path / "search.log")
    second = run(storage=tmp_path / "search.log", budget=Budget(200))
    assert second.trials[: len(first.trials)] == first.trials
    assert len(second.trials) > len(first.trials)


def test_settings_with_a_failed_clip_are_tried_but_never_recommended():
    found = run(LevelGenerator(samplers=("euler", "mute")), default=replace(DEFAULT, steps=1))
    mute = [trial for trial in found.trials if trial.settings.sampler == "mute"]
    assert mute
    assert all(trial.value is None and trial.failed == 4 for trial in mute)
    assert all(candidate.settings.sampler == "euler" for candidate in found.shortlist)


def test_settings_that_fail_on_some_seeds_are_not_recommended_however_good_the_rest_sounds():
    found = run(LevelGenerator(samplers=("euler", "patchy"), noise=0.0), clips=8, budget=Budget(200))
    patchy = [trial for trial in found.trials if trial.settings.sampler == "patchy"]
    assert any(0 < trial.failed < 8 and trial.value > found.recommended.total.mean for trial in patchy)
    assert {candidate.settings.sampler for candidate in found.shortlist} == {"euler"}


def test_a_generator_that_raises_is_a_failed_clip():
    trials = run(LevelGenerator(samplers=("euler", "broken"))).trials
    broken = [own for trial in trials if trial.settings.sampler == "broken" for own in trial.outcomes]
    assert broken
    assert {own.status for own in broken} == {"failed: rendering failed: RuntimeError: the sampler broke"}


def test_a_search_in_which_nothing_can_be_judged_says_why():
    with pytest.raises(OptimiseError, match="silent: no sound"):
        run(LevelGenerator(samplers=("mute",)), default=replace(DEFAULT, sampler="mute"))


def test_the_default_is_kept_where_nothing_beats_it():
    found = run(LevelGenerator(noise=0.0), default=replace(DEFAULT, steps=30, sampler="good"))
    assert found.recommended.settings == found.default.settings
    assert found.difference.mean == 0
    assert not found.is_better


def test_a_budget_too_small_to_measure_with_is_refused():
    with pytest.raises(OptimiseError, match="too small for trials of 4 clips and a fair measurement: give at least 40"):
        run(budget=Budget(20))


def test_a_storage_of_another_search_is_refused(tmp_path):
    run(storage=tmp_path / "search.log")
    with pytest.raises(OptimiseError, match=r"something else \(seed was 0, is 3"):
        run(storage=tmp_path / "search.log", seed=3)


def test_a_storage_in_use_is_refused(tmp_path):
    path = tmp_path / "search.log"
    with open_study(path, "drums", {}), pytest.raises(OptimiseError, match="in use"), open_study(path, "drums", {}):
        pass


def test_a_file_that_is_no_storage_is_refused(tmp_path):
    (tmp_path / "search.db").write_text("no database at all, but long enough to be taken for one" * 20)
    with pytest.raises(OptimiseError, match="no storage of a search"):
        run(storage=tmp_path / "search.db")
