import json

import pytest

from audioforge.generators.stable_audio import prompt_reader
from audioforge.generators.stable_audio.prompt_reader import with_local_readers
from reward_models.checkpoints import CheckpointError


def _config(name="t5-base"):
    reader = {"id": "prompt", "type": "t5", "config": {"t5_model_name": name, "max_length": 64}}
    number = {"id": "seconds_total", "type": "number", "config": {"min_val": 0, "max_val": 256}}
    return {"model": {"conditioning": {"configs": [reader, number]}}}


def _name(config):
    return config["model"]["conditioning"]["configs"][0]["config"]["t5_model_name"]


@pytest.fixture(autouse=True)
def nothing_cached(monkeypatch):
    monkeypatch.setattr(prompt_reader, "try_to_load_from_cache", lambda repository, file: None)


def test_a_folder_beside_the_settings_comes_first_and_the_settings_stay(tmp_path):
    (tmp_path / "t5-base").mkdir()
    config = _config()
    assert _name(with_local_readers(config, tmp_path)) == str(tmp_path / "t5-base")
    assert config == _config()


def test_the_hubs_cache_is_asked_under_both_names(tmp_path, monkeypatch):
    cached = {"google-t5/t5-base": str(tmp_path / "snapshot" / "config.json")}
    monkeypatch.setattr(prompt_reader, "try_to_load_from_cache", lambda repository, file: cached.get(repository))
    assert _name(with_local_readers(_config(), tmp_path)) == str(tmp_path / "snapshot")


def test_a_missing_text_tower_is_named_at_once_without_a_network(tmp_path, monkeypatch):
    monkeypatch.setattr(prompt_reader, "why_unreachable", lambda: "the hub does not answer")
    with pytest.raises(CheckpointError, match=r"text tower t5-base is not here.*hf download t5-base"):
        with_local_readers(_config(), tmp_path)


def test_with_a_network_the_library_fetches_it_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(prompt_reader, "why_unreachable", lambda: "")
    assert _name(with_local_readers(_config(), tmp_path)) == "t5-base"


def test_settings_without_a_t5_are_left_as_they_are(tmp_path):
    config = {"model": {"diffusion": {}}}
    assert with_local_readers(config, tmp_path) == config


def test_a_folder_that_is_no_t5_is_refused(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"dim": 3}))
    with pytest.raises(CheckpointError, match="names no width of a T5"):
        prompt_reader._width(tmp_path)
