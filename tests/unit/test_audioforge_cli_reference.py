from typer.testing import CliRunner

from audioforge.cli.main import app
from tests.reference_stand_ins import SpectrumEmbedder, write_references


def test_sets_are_built_into_the_users_cache_and_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("reward_models.embedders.registry.load_embedder", lambda name, device: SpectrumEmbedder())
    folder = write_references(tmp_path / "clips", references=4, held_out=5)
    built = CliRunner().invoke(app, ["reference", "build", "--embedder", "spectrum", "--clips", str(folder)])
    assert built.exit_code == 0
    assert "drums: 4 reference and 5 held-out clips, 5 kinds, 5 s (9 synthesis)" in built.output
    shown = CliRunner().invoke(app, ["reference", "show", "--embedder", "spectrum", "--labels", "1"])
    assert shown.exit_code == 0
    assert "spectrum spectrum-1" in shown.output
    assert shown.output.count("hum 0") == 4


def test_what_ships_can_be_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    shown = CliRunner().invoke(app, ["reference", "show", "--labels", "2"])
    assert shown.exit_code == 0
    for category in ("drums", "instruments", "sfx", "ambient"):
        assert f"{category}: " in shown.output


def test_sets_that_nobody_made_are_missed_in_words(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for more, message in (
        (["--embedder", "nope"], "there are no reference sets of an embedder 'nope': build them"),
        (["--folder", str(tmp_path)], f"there are no reference sets in {tmp_path}: build them"),
    ):
        result = CliRunner().invoke(app, ["reference", "show", *more])
        assert isinstance(result.exception, ValueError)
        assert message in str(result.exception)
