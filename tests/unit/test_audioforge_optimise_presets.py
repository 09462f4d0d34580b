from dataclasses import replace

import pytest

from audioforge.optimise.budget import Budget
from audioforge.optimise.optimiser import Plan, optimise
from audioforge.optimise.page import write_optimisation
from audioforge.optimise.presets import recommended_preset, write_preset
from audioforge.optimise.search_space import search_space
from audioforge.optimise.storage import OptimiseError
from audioforge.parameter_presets import load_presets
from tests.optimise_stand_ins import DEFAULT, LevelGenerator, make_studio, make_subject


@pytest.fixture(scope="module")
def found():
    subject, generator = make_subject(), LevelGenerator()
    space = search_space(generator.parameters, subject.template, subject.targets)
    plan = Plan(Budget(120), DEFAULT, provenance={"preset": "<stand-in>"})
    return optimise(subject, space, make_studio(generator), plan)


def test_a_recommendation_is_written_as_a_preset_that_loads(found, tmp_path):
    write_preset(recommended_preset(found, "level", "best"), tmp_path / "presets.json")
    (preset,) = load_presets(tmp_path / "presets.json")
    assert (preset.generator, preset.objective, preset.category) == ("level", "best", "drums")
    assert (preset.sampler, preset.origin) == ("good", "searched")
    assert "120 clips" in preset.note
    assert found.recommended.settings.form in preset.note


def test_a_preset_takes_the_place_of_the_one_for_its_purpose(found, tmp_path):
    path, preset = tmp_path / "presets.json", recommended_preset(found, "level", "best")
    write_preset(preset, path)
    write_preset(replace(preset, objective="draft"), path)
    write_preset(replace(preset, steps=3), path)
    assert [(own.objective, own.steps) for own in load_presets(path)] == [("best", 3), ("draft", preset.steps)]


def test_what_is_not_shown_to_be_better_becomes_no_preset(found):
    with pytest.raises(OptimiseError, match="not shown to beat the default"):
        recommended_preset(replace(found, difference=replace(found.difference, low=-0.1)), "level", "best")
    with pytest.raises(OptimiseError, match="draft, balanced, best"):
        recommended_preset(found, "level", "finest")


def test_the_page_stands_alone_and_escapes_what_it_shows(found, tmp_path):
    html = write_optimisation(found, tmp_path).read_text()
    assert "Better than the default" in html
    assert "&lt;stand-in&gt;" in html
    assert "http://" not in html
    assert "https://" not in html
    assert html.count("<svg") == 8
    assert "NaN" not in (tmp_path / "recommendation.json").read_text()
    assert len((tmp_path / "trials.jsonl").read_text().splitlines()) == len(found.trials)
