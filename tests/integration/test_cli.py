"""The command line on the shipped models: real files in, tables, JSON and exit codes out."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from audioforge.cli.main import app, run
from audioforge.reference_clips import load_reference_clips
from audioforge.rollouts import read_rollouts
from reward_models import load_embedder

RATE = 44_100


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    time = np.arange(2 * RATE) / RATE
    tone = (0.4 * np.sin(2 * np.pi * 220 * time) * np.exp(-3 * time)).astype(np.float32)
    broken = tone.copy()
    broken[100] = math.nan
    soundfile.write(folder / "good.wav", tone, RATE)
    soundfile.write(folder / "nan.wav", broken, RATE, subtype="FLOAT")
    soundfile.write(folder / "silent.wav", 0 * tone, RATE)
    soundfile.write(folder / "one.wav", tone[:1], RATE)
    soundfile.write(folder / "slow.wav", tone[::5], 8_000)
    soundfile.write(folder / "surround.wav", np.stack([tone] * 6, 1), RATE)
    soundfile.write(folder / "minute.wav", np.tile(tone, 30), RATE)
    (folder / "empty.wav").touch()
    (folder / "corrupt.wav").write_bytes(b"RIFF....")
    return folder


def scored(*words: str) -> tuple[int, dict]:
    result = CliRunner().invoke(app, ["score", *words, "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_every_hostile_file_has_a_status_beside_the_scores_of_the_good_ones(clips: Path):
    names = ["good", "slow", "surround", "minute", "nan", "silent", "one", "empty", "corrupt", "missing"]
    code, answer = scored(*(str(clips / f"{name}.wav") for name in names), str(clips), "--request", "a bass note")
    assert code == 1
    assert [row["status"]["code"] for row in answer["clips"]] == [
        *["ok"] * 4, "non_finite", "silent", "too_short", *["unreadable"] * 4
    ]  # fmt: skip
    assert all((row["total"] is None) == (row["status"]["code"] != "ok") for row in answer["clips"])
    assert all(0 <= row["total"] <= 1 for row in answer["clips"][:4])


def test_the_right_request_beats_wrong_ones_on_shipped_recordings():
    """A sanity check on clips that the models may have heard; the figures on unheard ones are in the cards."""
    recordings = [clip for clip in load_reference_clips(split="calibration") if clip.origin == "recording"][::4]
    paths = [str(clip.path) for clip in recordings]
    requests = [clip.caption for clip in recordings]
    wrong = [*requests[3:], *requests[:3]]
    flags = [[word for request in asked for word in ("--request", request)] for asked in (requests, wrong)]
    right, other = (
        [row["components"]["clap_alignment"]["score"] for row in scored(*paths, *own)[1]["clips"]] for own in flags
    )
    assert np.mean(np.array(right) > np.array(other)) > 0.8


def test_a_request_that_no_model_reads_whole_is_refused_as_a_status(clips: Path):
    code, answer = scored(str(clips / "good.wav"), "--request", "word " * 2_000)
    assert code == 1
    assert "has 10000 characters" in answer["clips"][0]["status"]["reason"]


def test_the_answer_says_what_judged(clips: Path):
    _, answer = scored(str(clips / "good.wav"), "--request", "a bass note", "--category", "instruments")
    assert answer["provenance"]["clap_alignment.embedder"] == "mini"
    assert {"clap_alignment.fingerprint", "clap_alignment.calibration"} <= set(answer["provenance"])
    assert answer["clips"][0]["category"] == "instruments"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--request", "a", "--request", "b"], "give one --request, or one per clip: got 2 for 1 clips"),
        (["--request", " "], "a --request is empty: say in words what was asked for"),
        (["--request", "a", "--preset", "nope"], "no preset named 'nope': give one of embedded, laion"),
    ],
)
def test_a_call_that_cannot_be_carried_out_exits_with_two(clips: Path, monkeypatch, capsys, words, message):
    monkeypatch.setattr("sys.argv", ["audioforge", "score", str(clips / "good.wav"), *words])
    with pytest.raises(SystemExit) as caught:
        run()
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_embedders_are_listed_with_what_is_here():
    result = CliRunner().invoke(app, ["embedders"])
    assert result.exit_code == 0
    mini = next(line for line in result.stdout.splitlines() if line.startswith("mini"))
    assert "yes" in mini
    assert "laion/clap-htsat-unfused" in result.stdout


@pytest.mark.slow
def test_the_demo_leaves_rollouts_and_a_page(tmp_path: Path):
    result = CliRunner().invoke(app, ["demo", "--out", str(tmp_path), "--targets", "2", "--group-size", "3"])
    assert result.exit_code == 0, result.output
    records = read_rollouts(tmp_path / "audioforge_rollouts.jsonl")
    assert len(records) == 6
    assert all((record.total is None) == (not record.status.ok) for record in records)
    page = (tmp_path / "audioforge_rollouts.html").read_text()
    assert page.count("<article") == 6
    assert "Listen to them" in result.output


@pytest.mark.parametrize("name", ["mini", "aisfx", "musicnn", "fidelity"])
def test_the_listed_rate_and_dimension_are_the_embedders_own(name: str):
    line = next(own for own in CliRunner().invoke(app, ["embedders"]).stdout.splitlines() if own.startswith(name))
    embedder = load_embedder(name)
    assert f"{embedder.sample_rate} Hz" in line
    assert f" {embedder.dim} " in line
