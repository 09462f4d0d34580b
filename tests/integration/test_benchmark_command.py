"""``audioforge benchmark`` with the embedded preset's real models."""

import json
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from audioforge.cli.main import app
from reward_models.audio import AudioBatch
from tests.reference_stand_ins import CENTRES, hum


@pytest.fixture
def systems(tmp_path: Path) -> list[str]:
    rows = [
        {"id": f"k{i}", "request": f"a {category} sound", "category": category} for i, category in enumerate(CENTRES)
    ]
    (tmp_path / "requests.csv").write_text(
        "id,request,category\n" + "\n".join(f"{own['id']},{own['request']},{own['category']}" for own in rows),
        encoding="utf-8",
    )
    for place, name in enumerate(("plain", "noisy")):
        (tmp_path / name).mkdir()
        for i, category in enumerate(CENTRES):
            clip = hum(category, i) + place * 0.2 * torch.randn(4800, generator=torch.Generator().manual_seed(i))
            AudioBatch.from_arrays([clip], 8_000).save([tmp_path / name / f"k{i}.wav"])
    (tmp_path / "noisy" / "k2.wav").unlink()
    return ["--system", f"plain={tmp_path / 'plain'}", "--system", f"noisy={tmp_path / 'noisy'}"]


def test_folders_become_a_page_json_and_markdown_the_same_each_time(tmp_path: Path, systems: list[str]):
    call = ["benchmark", *systems, "--requests", str(tmp_path / "requests.csv"), "--title", "Two systems", "--out"]
    answers = [CliRunner().invoke(app, [*call, str(tmp_path / name)]) for name in ("one", "two")]
    assert {own.exit_code for own in answers} == {1}  # a request has no clip
    assert "1 without a partner, such as k2 of noisy: no clip for this request." in answers[0].output
    first, second = ((tmp_path / name / "report.json").read_bytes() for name in ("one", "two"))
    assert first == second
    report = json.loads(first)
    assert {own["status"] for own in report["clips"]} == {"ok"}
    assert report["manifest"]["references"]["mini"].keys() == CENTRES.keys()
    assert "Two systems" in (tmp_path / "one" / "report.html").read_text(encoding="utf-8")
    assert "| noisy | k2 | no clip for this request |" in (tmp_path / "one" / "report.md").read_text(encoding="utf-8")


def test_bad_input_is_told_in_a_line(tmp_path: Path, systems: list[str], capsys: pytest.CaptureFixture[str]):
    answer = CliRunner().invoke(app, ["benchmark", *systems, "--out", str(tmp_path / "out")])
    assert answer.exit_code != 0
    assert "needs --requests" in str(answer.exception)
