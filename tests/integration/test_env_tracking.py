"""A run of the environment, tracked: process mode with the shipped policy and stand-ins for generator and rewards."""

import json

import pytest

from audioforge.env.backends import Backends
from audioforge.env.process import run_process
from audioforge.rollouts import read_rollouts
from audioforge.tracking import TrackError
from tests.env_stand_ins import make_judge


def backends() -> Backends:
    return Backends(make_judge(), "tiny", lambda: None)


def test_a_tracked_run_leaves_numbers_sounds_and_pictures(tmp_path):
    track = tmp_path / "track"
    run = run_process(
        2, 4, output=tmp_path, backends=backends(), save_audio=False, track="files", track_folder=str(track)
    )
    entries = [json.loads(line) for line in (track / "metrics.jsonl").read_text().splitlines()]
    assert [entry["step"] for entry in entries] == [0, 1]
    records = read_rollouts(track / "rollouts.jsonl")
    assert [own.id for own in records] == [own.id for own in run.records]
    assert entries[0]["metrics"]["reward"] == pytest.approx(sum(own.reward for own in run.records[:4]) / 4)
    rendered = [own for own in records if own.proposal is not None]
    assert rendered
    assert all((track / own.audio).is_file() for own in rendered)
    assert all((track / own.audio).with_suffix(".png").is_file() for own in rendered)


def test_a_run_goes_on_when_its_folder_fills_up(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("audioforge.tracking.files.FileSink.group", full)
    run = run_process(1, 2, output=tmp_path, backends=backends(), track="files", track_folder=str(tmp_path / "track"))
    assert len(run.records) == 2


def test_an_unknown_way_of_tracking_is_refused(tmp_path):
    with pytest.raises(TrackError, match="off, files, wandb"):
        run_process(1, 2, output=tmp_path, backends=backends(), track="tensorboard")
