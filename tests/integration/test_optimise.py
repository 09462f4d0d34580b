"""The command on the embedded preset: a small search, killed by nothing, gone on with, and written back."""

import json

import pytest
from typer.testing import CliRunner

from audioforge.cli.main import app
from audioforge.optimise.settings import Settings
from audioforge.optimise.storage import OptimiseError
from audioforge.parameter_presets import ParameterPreset, save_presets

SMALL = ["optimise", "--target", "sfx-laser-zap", "--budget", "40"]


def test_a_search_leaves_a_page_and_a_recommendation_and_is_gone_on_with(tmp_path):
    call = [*SMALL, "--out", str(tmp_path / "out"), "--storage", str(tmp_path / "search.log")]
    first = CliRunner().invoke(app, call)
    assert first.exit_code == 0, first.output
    found = json.loads((tmp_path / "out" / "recommendation.json").read_text())
    assert found["budget"] == {"limit": 40, "unit": "clips", "spent": 40}
    assert found["trials"] == 5
    assert "<svg" in (tmp_path / "out" / "optimise.html").read_text()
    again = CliRunner().invoke(app, call)
    assert "20 clips to search with (about 5 trials of 4 clips), 12 to choose, 8 to measure" in first.output
    assert "too little to learn from" in first.output
    assert "--budget 160 or more" in first.output
    assert "[  0]" in first.output
    assert "[  0]" not in again.output
    assert json.loads((tmp_path / "out" / "recommendation.json").read_text()) == found


def test_a_preset_that_was_written_is_what_the_next_search_starts_from(tmp_path, monkeypatch):
    def stop(subject, space, studio, plan, **_):
        raise OptimiseError(f"would start from {plan.default}")

    monkeypatch.setattr("audioforge.cli.optimise.optimise", stop)
    preset = ParameterPreset("sketch", "best", "sfx", 23, 0.75, "dpmpp", 1.0, "hum, hiss", "searched", "by a search")
    save_presets([preset], tmp_path / "presets.json")
    call = [*SMALL, "--out", str(tmp_path), "--from-preset", "best", str(tmp_path / "presets.json")]
    result = CliRunner().invoke(app, call)
    started = Settings("{description}", "hum, hiss", 23, 0.75, "dpmpp")
    assert str(result.exception) == f"would start from {started}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--category", "sfx"], "one of --target and --category"),
        (["--unit", "hours"], "clips or evaluations"),
        (["--write-preset", "finest", "presets.json"], "draft, balanced, best"),
        (["--from-preset", "finest", "presets.json"], "draft, balanced, best"),
    ],
)
def test_options_that_do_not_fit_are_refused_before_anything_is_rendered(tmp_path, options, message):
    result = CliRunner().invoke(app, [*SMALL, "--out", str(tmp_path), *options])
    assert isinstance(result.exception, OptimiseError)
    assert message in str(result.exception)
