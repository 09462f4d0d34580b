import shutil
from pathlib import Path

import pytest

from reward_models.checkpoints import CheckpointError
from reward_models.embedders.clap import checkpoint_files
from reward_models.embedders.clap.checkpoint_files import checkpoint_folder, tokenizer_folder

FILES = ("config.json", "preprocessor_config.json", "tokenizer.json", "model.safetensors")


def fill(folder: Path, names: tuple[str, ...]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("{}")
    return folder


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty hub cache, offline."""
    cache = tmp_path / "hub"
    monkeypatch.setattr(checkpoint_files.constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(checkpoint_files.constants, "HF_HUB_OFFLINE", True)
    return cache


def cache_repository(cache: Path, repository: str, names: tuple[str, ...]) -> Path:
    root = cache / f"models--{repository.replace('/', '--')}"
    revision = "0" * 40
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").write_text(revision)
    return fill(root / "snapshots" / revision, names)


def test_a_whole_folder_is_taken(tmp_path):
    assert checkpoint_folder(str(fill(tmp_path / "clap", FILES))) == tmp_path / "clap"


@pytest.mark.parametrize("absent", FILES)
def test_a_file_that_a_folder_lacks_is_named(tmp_path, absent):
    folder = fill(tmp_path / "clap", tuple(name for name in FILES if name != absent))
    with pytest.raises(CheckpointError, match=rf"lacks {absent}.*'mini'"):
        checkpoint_folder(str(folder))


def test_a_pickle_of_weights_will_do(tmp_path):
    folder = fill(tmp_path / "clap", (*FILES[:3], "pytorch_model.bin"))
    assert checkpoint_folder(str(folder)) == folder


def test_a_cached_checkpoint_needs_no_network(cache):
    folder = cache_repository(cache, "laion/clap-htsat-unfused", FILES)
    assert checkpoint_folder("laion/clap-htsat-unfused") == folder


def test_offline_without_weights_names_the_files_the_command_and_the_embedded_preset(cache):
    with pytest.raises(
        CheckpointError,
        match=r"config\.json, .*model\.safetensors missing.*HF_HUB_OFFLINE.*hf download laion/clap-htsat.*'mini'",
    ):
        checkpoint_folder("laion/clap-htsat-unfused")


def test_a_cache_without_weights_names_only_the_weights(cache):
    cache_repository(cache, "laion/clap-htsat-unfused", FILES[:3])
    with pytest.raises(CheckpointError, match=r"is not here: model\.safetensors missing"):
        checkpoint_folder("laion/clap-htsat-unfused")


def test_a_hub_that_does_not_answer_is_asked_once(cache, monkeypatch):
    monkeypatch.setattr(checkpoint_files.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(checkpoint_files.constants, "ENDPOINT", "http://127.0.0.1:9")
    downloads = []
    monkeypatch.setattr(checkpoint_files, "_download", lambda *arguments: downloads.append(arguments))
    with pytest.raises(CheckpointError, match=r"127\.0\.0\.1:9 does not answer"):
        checkpoint_folder("laion/clap-htsat-unfused")
    assert downloads == []


def test_weights_in_safetensors_are_fetched_without_the_pickle(cache, monkeypatch, tmp_path):
    monkeypatch.setattr(checkpoint_files, "why_unreachable", lambda: "")
    fetched = []

    def download(name, patterns):
        fetched.extend(patterns)
        return fill(tmp_path / "fetched", FILES)

    monkeypatch.setattr(checkpoint_files, "_download", download)
    assert checkpoint_folder("laion/clap-htsat-unfused") == tmp_path / "fetched"
    assert "model*.safetensors" in fetched
    assert "pytorch_model.bin" not in fetched


def test_a_hub_repository_that_is_no_clap_checkpoint_is_refused(cache, monkeypatch, tmp_path):
    monkeypatch.setattr(checkpoint_files, "why_unreachable", lambda: "")
    monkeypatch.setattr(checkpoint_files, "_download", lambda *_: fill(tmp_path / "fetched", FILES[2:]))
    with pytest.raises(CheckpointError, match=r"has no config\.json, preprocessor_config\.json"):
        checkpoint_folder("someone/else")


def test_a_name_that_the_hub_does_not_know_is_refused(cache, monkeypatch):
    monkeypatch.setattr(checkpoint_files, "why_unreachable", lambda: "")

    def absent(*_arguments, **_options):
        raise OSError("404")

    monkeypatch.setattr(checkpoint_files, "snapshot_download", absent)
    with pytest.raises(CheckpointError, match=r"laion/clop could not be fetched.*laion/clap-htsat-unfused"):
        checkpoint_folder("laion/clop")


def test_a_tokenizer_beside_the_weights_comes_before_the_cache(cache, tmp_path):
    cached = cache_repository(cache, "roberta-base", ("tokenizer.json",))
    assert tokenizer_folder(fill(tmp_path / "clap", ("tokenizer.json",)), "roberta-base") == tmp_path / "clap"
    shutil.rmtree(tmp_path / "clap")
    assert tokenizer_folder(tmp_path, "roberta-base") == cached


def test_a_tokenizer_that_is_nowhere_is_named(cache, tmp_path):
    with pytest.raises(CheckpointError, match=r"tokenizer roberta-base is not here.*HF_HUB_OFFLINE"):
        tokenizer_folder(tmp_path, "roberta-base")
