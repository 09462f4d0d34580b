import dataclasses
import json

import pytest

from audioforge.data_files import DataError, data_path
from audioforge.generators import GENERATORS, load_generator
from audioforge.parameter_presets import OBJECTIVES, find_preset, load_presets, save_presets
from audioforge.targets import CATEGORIES

PRESETS = load_presets()
FIRST = json.loads(data_path("parameter_presets.json").read_text(encoding="utf-8"))[0]


@pytest.mark.parametrize("generator", sorted(GENERATORS))
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_generator_has_a_preset_for_every_objective(generator, objective):
    for category in (*CATEGORIES, "any"):
        assert find_preset(PRESETS, generator, objective=objective, category=category).generator == generator


def test_the_published_model_is_used_as_published():
    preset = find_preset(PRESETS, "stable-audio-open-small")
    assert (preset.steps, preset.cfg_scale, preset.sampler, preset.origin) == (8, 1.0, "pingpong", "published")


def test_a_category_goes_before_any():
    assert find_preset(PRESETS, "sketch", category="sfx").category == "sfx"
    assert find_preset(PRESETS, "sketch", objective="draft", category="sfx").category == "any"


def test_the_sketch_can_render_all_of_its_presets():
    parameters = load_generator("sketch").parameters
    for preset in PRESETS:
        if preset.generator == "sketch":
            parameters.check(preset.proposal("a kick drum"))


def test_a_draft_costs_less_than_the_best():
    for generator in ("sketch", "stable-audio-open-small"):
        steps = [find_preset(PRESETS, generator, objective=objective).steps for objective in OBJECTIVES]
        assert steps == sorted(set(steps))


def test_a_proposal_carries_the_settings_and_another_length_if_given():
    preset = find_preset(PRESETS, "sketch", category="drums")
    assert preset.proposal("a kick").seconds == preset.seconds
    proposal = preset.proposal("a kick", seconds=1.5)
    assert (proposal.prompt, proposal.seconds, proposal.steps) == ("a kick", 1.5, preset.steps)


def test_what_is_not_there_is_told_with_what_is():
    with pytest.raises(DataError, match=r"no preset for flute/balanced \(any\): there are musicgen/balanced"):
        find_preset(PRESETS, "flute")


def test_saved_presets_are_read_back(tmp_path):
    searched = dataclasses.replace(PRESETS[0], generator="mine", origin="searched", note="from a search")
    save_presets([searched], tmp_path / "presets.json")
    assert load_presets(tmp_path / "presets.json") == (searched,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"objective": "fast"}, r'presets\.json, entry 0 .*"objective" must be one of "draft"'),
        ({"category": "vocals"}, '"category" must be one of'),
        ({"steps": 0}, '"steps" must lie in 1 to 250'),
        ({"cfg_scale": "1"}, '"cfg_scale" must be a finite number'),
        ({"speed": 1}, 'unknown key "speed"'),
    ],
)
def test_a_wrong_entry_is_refused_with_place_and_mend(tmp_path, change, message):
    (tmp_path / "presets.json").write_text(json.dumps([FIRST | change]))
    with pytest.raises(DataError, match=message):
        load_presets(tmp_path / "presets.json")


def test_two_presets_for_one_purpose_are_refused(tmp_path):
    (tmp_path / "presets.json").write_text(json.dumps([FIRST, FIRST]))
    with pytest.raises(DataError, match=r"there is a preset for .* already: drop one"):
        load_presets(tmp_path / "presets.json")
