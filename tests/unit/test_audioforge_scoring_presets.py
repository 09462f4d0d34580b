import json

import pytest

from audioforge.generators import load_generator
from audioforge.scoring.presets import PRESETS, find_preset


def _written(tmp_path, table):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(table))
    return str(path)


def test_a_file_changes_what_it_names_and_keeps_the_rest_of_its_base(tmp_path):
    preset = find_preset(_written(tmp_path, {"base": "laion", "embedder": "/models/clap"}))
    assert preset.name == "mine"
    assert preset.embedder == "/models/clap"
    assert "/models/clap" in preset.summary
    assert preset.generator == PRESETS["laion"].generator


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"embedder": "mini"}, '"base" must be one of embedded, laion'),
        ({"base": "laion", "embeder": "x"}, "unknown embeder; known are embedder"),
        ({"base": "laion", "embedder": 3}, "expected an object of texts"),
        ([], "expected an object of texts"),
    ],
)
def test_a_file_that_makes_no_sense_says_so(tmp_path, table, message):
    with pytest.raises(ValueError, match=message) as caught:
        find_preset(_written(tmp_path, table))
    assert "mine.json" in str(caught.value)


def test_a_missing_file_and_an_unknown_name_are_told_apart(tmp_path):
    with pytest.raises(ValueError, match="can't be read"):
        find_preset(str(tmp_path / "absent.json"))
    with pytest.raises(ValueError, match="no preset named 'best': give one of embedded, laion"):
        find_preset("best")


def test_a_generators_model_follows_its_name(tmp_path):
    with pytest.raises(ValueError, match=r"needs model_config\.json"):
        load_generator(f"stable-audio-open-small={tmp_path}")
    with pytest.raises(ValueError, match="'sketch' has no models"):
        load_generator("sketch=/models")
    with pytest.raises(ValueError, match="No generator is called 'nothing'; there is musicgen, sketch"):
        load_generator("nothing=/models")
