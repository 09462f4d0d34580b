import pytest
from typer.testing import CliRunner

from audioforge.cli.main import app
from audioforge.cli.outputs import require_folder


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
