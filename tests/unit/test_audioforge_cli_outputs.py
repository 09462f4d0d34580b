import pytest
from typer.testing import CliRunner

from audioforge.cli.main import app
from audioforge.cli.outputs import require_folder
from tests.unit.test_audioforge_audition_clip_list import put_tone


def test_a_folder_is_made_and_one_that_can_not_be_is_named(tmp_path):
    require_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"can't write to .*file.*--out"):
        require_folder(tmp_path / "file" / "below")


def test_the_dashboard_never_writes_over_the_run_it_reads(tmp_path):
    run = tmp_path / "rollouts.jsonl"
    run.write_text("precious")
    result = CliRunner().invoke(app, ["dashboard", str(run), "--out", str(run)])
    assert isinstance(result.exception, ValueError)
    assert "ends in .html" in str(result.exception)
    assert run.read_text() == "precious"


def test_a_benchmark_finds_out_before_the_work_that_its_references_or_its_folder_are_no_use(tmp_path, monkeypatch):
    monkeypatch.setattr("audioforge.cli.benchmark.Judges.load", lambda *a, **k: pytest.fail("loaded a model"))
    put_tone(tmp_path / "own" / "kick.wav")
    (tmp_path / "requests.csv").write_text("id,request\nkick,a kick\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    call = ["benchmark", "--system", f"own={tmp_path / 'own'}", "--requests", str(tmp_path / "requests.csv")]
    for more, message in (
        (["--out", str(tmp_path / "r"), "--reference", str(tmp_path / "empty")], "no clips there"),
        (["--out", str(tmp_path / "file")], "choose another --out"),
    ):
        result = CliRunner().invoke(app, [*call, *more])
        assert isinstance(result.exception, ValueError)
        assert message in str(result.exception)
