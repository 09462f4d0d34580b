"""The worked example of the page on the combined reward: a table and a preset of one's own, as they stand there."""

import json
import re
from pathlib import Path

import pytest
import soundfile
import torch
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from audioforge.adapters.judging import build_judge
from audioforge.cli.main import app
from audioforge.env.backends import build_backends
from audioforge.env.config import default_config
from audioforge.reference_clips import load_reference_clips

PAGE = Path(__file__).parents[2] / "docs" / "rewards" / "combined.md"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page's two files and the clip that its code judges."""
    folder = tmp_path_factory.mktemp("own")
    for own in MarkdownIt().parse(PAGE.read_text(encoding="utf-8")):
        named = re.search(r'file="([^"]+)"', own.info) if own.type == "fence" else None
        if named:
            (folder / named[1]).write_text(own.content, encoding="utf-8")
    loop = next(own for own in load_reference_clips(category="drums") if " BPM " in own.caption)
    soundfile.write(folder / "loop.wav", *soundfile.read(loop.path))
    return folder


def test_the_example_counts_the_technical_part_where_it_is_asked_for(place: Path, monkeypatch):
    monkeypatch.chdir(place)
    (code,) = [
        own.content
        for own in MarkdownIt().parse(PAGE.read_text(encoding="utf-8"))
        if own.type == "fence" and own.info == "python"
    ]
    names: dict[str, object] = {}
    exec(code, names)
    judged = names["judged"]
    assert [own.code for own in judged.components["technical_head"].status] == ["ok", "no_request"]
    assert [own.code for own in judged.status] == ["ok", "ok"]
    assert judged.total[1] > 0.1
    others = {"clap_alignment": 0.5, "style_consistency": 0.25, "quality_head": 0.25}
    log = sum(w * judged.components[name].score[1].clamp_min(1e-3).log() for name, w in others.items())
    torch.testing.assert_close(judged.total[1], log.exp() * judged.gates[1])


def test_the_preset_reaches_command_line_environment_and_adapters(place: Path):
    preset = str(place / "in-time.json")
    words = ["score", str(place / "loop.wav"), "--request", "120 BPM drum loop", "--category", "drums", "--json"]
    result = CliRunner().invoke(app, [*words, "--preset", preset])
    answer = json.loads(result.stdout)
    assert answer["provenance"]["combination"].startswith("geometric mean, weights drums-in-time-1")
    assert answer["clips"][0]["components"]["technical_head"]["status"]["code"] == "ok"
    assert "technical_head" in build_judge(preset).component_names
    backends = build_backends(default_config().model_copy(update={"preset": preset}))
    backends.close()
    assert backends.models != ""
