import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from audioforge.cli.main import app
from tests.unit.test_audioforge_audition_clip_list import put_tone


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        put_tone(tmp_path / "clips" / f"{name}.wav")
    return tmp_path / "clips"


def test_an_archive_in_which_nothing_has_a_request_is_refused_before_any_model_loads(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("audioforge.cli.score_archive.build_reward", lambda *a, **k: pytest.fail("loaded a model"))
    for more in ([], ["--request", " "]):
        result = CliRunner().invoke(app, ["score-archive", str(folder), "--out", str(tmp_path / "out"), *more])
        assert isinstance(result.exception, ValueError)
        assert "none of the 2 clips" in str(result.exception)
        assert "give --request, or a table with the columns file and request" in str(result.exception)


def test_clips_without_a_request_among_others_are_counted_before_the_work(folder, tmp_path):
    rows = [{"file": "a.wav", "request": "a sine tone"}, {"file": "b.wav", "request": None}]
    (folder / "table.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = CliRunner().invoke(app, ["score-archive", str(folder / "table.jsonl"), "--out", str(tmp_path / "out")])
    assert "1 of 2 clips have no request and get no score; --request fills in." in result.output
    assert "no_request: 1" in result.output
    assert result.exit_code == 1
