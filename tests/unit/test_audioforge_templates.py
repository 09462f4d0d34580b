import copy
import json

import pytest

from audioforge.data_files import DataError, data_path
from audioforge.generators.base import ParameterSpace
from audioforge.proposal_parsing import parse_proposal
from audioforge.targets import CATEGORIES, load_targets
from audioforge.templates import load_templates

DOCUMENT = json.loads(data_path("prompt_templates.json").read_text(encoding="utf-8"))
STABLE_AUDIO = ParameterSpace(("pingpong", "euler"), (1, 100), (0.0, 10.0), (0.5, 11.0), prompt_tokens=64)


@pytest.fixture
def load_changed(tmp_path):
    def load(change):
        document = copy.deepcopy(DOCUMENT)
        change(document)
        (tmp_path / "templates.json").write_text(json.dumps(document))
        return load_templates(tmp_path / "templates.json")

    return load


def test_every_target_is_rendered_whole_by_its_category():
    templates = load_templates()
    for target in load_targets():
        for seed in range(4):
            text = templates.render(target, seed)
            assert "{" not in text
            assert "None" not in text


def test_a_seed_gives_the_same_prompt_and_seeds_differ():
    templates, target = load_templates(), load_targets(category="ambient")[0]
    assert templates.render(target, 3) == templates.render(target, 3)
    assert len({templates.render(target, seed) for seed in range(20)}) > 3


def test_a_proposal_takes_the_targets_length_and_is_legal():
    templates = load_templates()
    for target in load_targets():
        proposal = templates.propose(target, 0)
        assert proposal.seconds == target.parameters.seconds_total
        STABLE_AUDIO.check(proposal)


def test_examples_are_answers_the_parser_takes():
    templates = load_templates()
    for category in CATEGORIES:
        for example in templates.few_shot(category, seed=0, shots=99):
            assert parse_proposal(example.answer, STABLE_AUDIO) == example.proposal


def test_examples_show_no_target():
    asked = {target.target_description.lower() for target in load_targets()}
    for template in load_templates().categories.values():
        assert not asked & {example.request.lower() for example in template.examples}


def test_few_shot_draws_as_many_as_asked_for():
    templates = load_templates()
    assert len(templates.few_shot("drums", seed=1, shots=3)) == 3
    assert templates.few_shot("drums", seed=1, shots=3) == templates.few_shot("drums", seed=1, shots=3)


def test_the_system_message_tells_the_generators_legal_values():
    text = load_templates().system_message(STABLE_AUDIO, "drums")
    assert '"pingpong", "euler"' in text
    assert "the first 64" in text
    assert "0.5 to 11" in text
    assert load_templates().categories["drums"].advice in text
    unlimited = ParameterSpace(("a",), (1, 2), (0.0, 1.0), (1.0, 2.0))
    assert "reads all of its tokens" in load_templates().system_message(unlimited, "sfx")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.pop("system_prompt"), r'templates\.json, top level: missing "system_prompt"'),
        (lambda d: d["categories"].pop("sfx"), '"categories": missing "sfx"'),
        (lambda d: d["categories"].update(vocals={}), '"categories": unknown key "vocals"'),
        (lambda d: d.update(system_prompt="{model}"), r"unknown field \{model\}: known are samplers"),
        (
            lambda d: d["categories"]["sfx"].update(formats=["{mood}"]),
            r'"sfx": "formats" uses the unknown field \{mood\}',
        ),
        (lambda d: d["categories"]["sfx"].update(formats=["{bpm} BPM"]), "add one for targets without a tempo"),
        (lambda d: d["categories"]["sfx"].update(formats=["{description"]), "unbalanced braces"),
        (
            lambda d: d["categories"]["sfx"]["examples"][1]["answer"].update(steps="8"),
            '"examples", entry 1, "answer": "steps" must be a whole number',
        ),
        (lambda d: d["categories"]["sfx"]["recommended"].update(seconds=99), '"recommended": "seconds" must lie in'),
    ],
)
def test_a_wrong_file_is_refused_with_place_and_mend(load_changed, change, message):
    with pytest.raises(DataError, match=message):
        load_changed(change)


def test_a_list_is_no_template_file(tmp_path):
    (tmp_path / "templates.json").write_text("[]")
    with pytest.raises(DataError, match="must hold a JSON object, got list"):
        load_templates(tmp_path / "templates.json")
