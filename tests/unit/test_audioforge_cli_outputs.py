import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from audioforge.cli.main import app, run
from audioforge.output_folders import require_folder
from audioforge.rollouts import write_rollouts
from tests.rollout_makers import malformed
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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's full device")
def test_a_full_disk_is_told_in_words(tmp_path, monkeypatch, capsys):
    write_rollouts(tmp_path / "r.jsonl", [malformed(tmp_path, "0-0")])
    (tmp_path / "page.html").symlink_to("/dev/full")
    monkeypatch.setattr(
        "sys.argv", ["audioforge", "dashboard", str(tmp_path / "r.jsonl"), "--out", str(tmp_path / "page.html")]
    )
    with pytest.raises(SystemExit) as caught:
        run()
    assert caught.value.code == 2
    assert capsys.readouterr().err == "audioforge: No space left on device.\n"


def test_a_reader_that_stops_early_is_no_error(tmp_path):
    call = f"{shlex.quote(sys.executable)} -m audioforge.cli.main embedders | head -n 1; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", call], capture_output=True, text=True)
    assert ended.stdout.splitlines()[-1] in {"0", "1"}
    assert ended.stderr == ""
