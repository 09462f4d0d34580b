from dataclasses import replace

import pytest

from audioforge.generators.base import ParameterSpace
from audioforge.optimise.budget import Budget
from audioforge.optimise.search_space import search_space
from audioforge.optimise.settings import AS_ASKED, Settings
from audioforge.optimise.subject import category_subject, target_subject
from audioforge.proposals import evaluations
from audioforge.targets import load_targets
from audioforge.templates import load_templates
from tests.env_stand_ins import make_target
from tests.optimise_stand_ins import DEFAULT

SPACE = ParameterSpace(("euler",), (4, 50), (1.0, 15.0), (1.0, 3.0), prompt_tokens=3)
DRUMS = load_templates().categories["drums"]


def test_a_proposal_is_as_long_as_asked_and_its_words_are_those_the_generator_reads():
    proposal = Settings("{description}, {tones}", "vocals", 8, 2.0, "euler").proposal(make_target(), DRUMS, SPACE, 0)
    assert proposal.prompt == "120 BPM techno"
    assert proposal.seconds == 3.0
    SPACE.check(proposal)


def test_forms_with_a_tempo_are_offered_only_where_every_target_has_one():
    tempo = make_target()
    without = replace(tempo, parameters=replace(tempo.parameters, target_bpm=None))
    assert any("{bpm}" in form for form in search_space(SPACE, DRUMS, [tempo]).forms)
    forms = search_space(SPACE, DRUMS, [tempo, without]).forms
    assert forms[0] == AS_ASKED
    assert not any("{bpm}" in form for form in forms)


def test_the_space_stays_within_the_generator():
    space = search_space(SPACE, DRUMS, [make_target()], most_steps=10)
    assert space.steps == (4, 10)
    assert space.cfg_scale == (1.0, 10.0)
    assert not space.holds(replace(DEFAULT, steps=2))
    with pytest.raises(ValueError, match="at least 4 steps"):
        search_space(SPACE, DRUMS, [make_target()], most_steps=2)


def test_guidance_costs_each_step_twice():
    assert [evaluations(8, *how) for how in ((1.0, "euler"), (3.0, "euler"), (3.0, "rk4"))] == [8, 16, 64]
    assert Budget(100, "evaluations").cost(replace(DEFAULT, cfg_scale=3.0), 2) == 32


def test_a_budget_is_spent_in_three_parts():
    budget = Budget(101)
    assert budget.search + budget.shortlist + budget.measure == 101
    with pytest.raises(ValueError, match="clips or evaluations"):
        Budget(10, "hours")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least 1"):
        Budget(0)


def test_a_category_is_searched_on_training_targets_alone():
    held_out = {target.id for target in load_targets(split="held_out")}
    assert not held_out & {target.id for target in category_subject("sfx").targets}


def test_an_unknown_target_names_some_that_look_alike():
    with pytest.raises(ValueError, match=r"no target 'drums-nothing'; there is drums-"):
        target_subject("drums-nothing")
