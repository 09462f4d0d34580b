"""Archives without a cluster: what counts as an archive, what is done again, what is listed as failed."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile
import torch
from typer.testing import CliRunner

from audioforge.clips import Clips
from audioforge.rewards.base import Reward, RewardResult, masked
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.weights import RewardWeights
from audioforge.scale import ray_pool
from audioforge.scale.archive import ArchiveError, read_archive
from audioforge.scale.run import LocalWorker, run_archive
from audioforge.scale.shard import Shard, cut_shards
from audioforge.scoring.model_fingerprint import model_fingerprint


class _Loudness(Reward):
    name = "loudness"

    def score(self, clips: Clips) -> RewardResult:
        peak = clips.audio.waveform.abs().amax((1, 2))
        return RewardResult(self.name, peak, masked(peak, clips.status), clips.status, {"version": "1"})


@pytest.fixture
def reward() -> CombinedReward:
    return CombinedReward([_Loudness()], weights=RewardWeights("t", {"loudness": 1}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "archive" / "deep"
    inside.mkdir(parents=True)
    for index in range(5):
        _write(inside / f"{index}.wav", 0.1 * (index + 1))
    (inside / "broken.wav").write_bytes(b"no audio")
    (inside / "notes.txt").write_text("not a clip")
    return tmp_path / "archive"


def _write(path: Path, peak: float) -> None:
    soundfile.write(path, peak * np.sin(np.arange(8_000) / 5), 8_000)


def test_a_folder_is_read_in_the_order_of_its_ids(folder):
    clips = read_archive(folder, request="a tone")
    names = ("0.wav", "1.wav", "2.wav", "3.wav", "4.wav", "broken.wav")
    assert [own.id for own in clips] == [f"deep/{name}" for name in names]
    assert {own.request for own in clips} == {"a tone"}


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl", "parquet"])
def test_tables_of_every_kind_say_the_same(tmp_path, suffix):
    import pyarrow as pa

    rows = [{"file": "b.wav", "request": "a bell"}, {"file": "a.wav", "request": "rain"}]
    path = tmp_path / f"table.{suffix}"
    if suffix == "csv":
        path.write_text("file,request\nb.wav,a bell\na.wav,rain\n")
    elif suffix == "json":
        path.write_text(json.dumps(rows))
    elif suffix == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    clips = read_archive(path, request="unused", category="sfx")
    found = [(own.id, own.request, own.category) for own in clips]
    assert found == [("a.wav", "rain", "sfx"), ("b.wav", "a bell", "sfx")]
    assert clips[0].file == str(tmp_path / "a.wav")


def test_names_that_look_like_numbers_stay_names(tmp_path):
    (tmp_path / "table.csv").write_text("id,file,request\n0,a.wav,808\n007,b.wav,\n")
    assert [(own.id, own.request) for own in read_archive(tmp_path / "table.csv")] == [("0", "808"), ("007", None)]
    (tmp_path / "table.jsonl").write_text('{"id": 0, "file": "a.wav"}\n')
    assert [own.id for own in read_archive(tmp_path / "table.jsonl")] == ["0"]


def test_json_that_is_no_list_of_rows_is_refused(tmp_path):
    (tmp_path / "table.json").write_text('{"file": "a.wav"}')
    with pytest.raises(ArchiveError, match="expected a list of objects"):
        read_archive(tmp_path / "table.json")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("path\na.wav\n", 'no column "file"'),
        ("id,file\nx,a.wav\nx,b.wav\n", "ids repeat"),
        ("file,request\n,rain\n", "row 0: no file"),
        ("", "no clips there"),
        ("file\n", "no clips there"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused_by_name(tmp_path, content, message):
    path = tmp_path / "table.csv"
    path.write_text(content)
    with pytest.raises(ArchiveError, match=message) as caught:
        read_archive(path)
    assert "table.csv" in str(caught.value)


def test_every_clip_is_a_row_and_failed_ones_are_listed(folder, tmp_path, reward):
    run = _run(folder, tmp_path, reward)
    table = pq.read_table(run.table).to_pylist()
    assert run.status == {"ok": 5, "unreadable": 1}
    assert run.failed == 1
    assert [row["loudness"] for row in table[:5]] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5], abs=1e-3)
    assert table[5]["total"] is None
    with (tmp_path / "out" / "failed.csv").open() as file:
        assert [row["id"] for row in csv.DictReader(file)] == ["deep/broken.wav"]


def test_only_what_is_new_or_changed_is_scored_again(folder, tmp_path, reward):
    assert _run(folder, tmp_path, reward).scored_now == 6
    assert _run(folder, tmp_path, reward).scored_now == 0
    _write(folder / "deep" / "0.wav", 0.9)
    _write(folder / "new.wav", 0.7)
    again = _run(folder, tmp_path, reward)
    assert again.scored_now == 2
    table = {row["id"]: row["loudness"] for row in pq.read_table(again.table).to_pylist()}
    assert len(table) == 7
    assert table["deep/0.wav"] == pytest.approx(0.9, abs=1e-3)


def test_other_models_score_everything_again(folder, tmp_path, reward):
    _run(folder, tmp_path, reward)
    clips = read_archive(folder, request="a tone", category="sfx")
    out = tmp_path / "out"
    assert run_archive(clips, out, LocalWorker(reward, out), model="another").scored_now == 6


def test_a_clip_on_which_a_backend_failed_is_scored_again_and_the_answer_counts(folder, tmp_path, reward):
    class Hiccup(_Loudness):
        def score(self, clips: Clips) -> RewardResult:
            if any(name == "3.wav" for name in clips.names):
                raise RuntimeError("out of luck")
            return super().score(clips)

    clips = read_archive(folder, request="a tone", category="sfx")
    out = tmp_path / "out"
    broken = CombinedReward([Hiccup()], weights=reward.weights)
    first = run_archive(clips, out, LocalWorker(broken, out), model="m", shard_clips=4)
    assert first.status == {"failed": 1, "ok": 4, "unreadable": 1}
    again = run_archive(clips, out, LocalWorker(reward, out), model="m", shard_clips=4)
    assert (again.scored_now, again.status) == (1, {"ok": 5, "unreadable": 1})


def test_a_clip_s_score_does_not_depend_on_the_rate_and_length_of_its_neighbours(folder, tmp_path, reward):
    class Heard(_Loudness):
        def __init__(self):
            self.shapes = []

        def score(self, clips: Clips) -> RewardResult:
            self.shapes.append((clips.audio.sample_rate, tuple(clips.audio.waveform.shape)))
            return super().score(clips)

    soundfile.write(folder / "deep" / "2b.wav", np.full(96_000 * 20, 0.1) * np.sin(np.arange(96_000 * 20)), 96_000)
    heard = Heard()
    clips = read_archive(folder, request="a tone", category="sfx")
    worker = LocalWorker(CombinedReward([heard], weights=reward.weights), tmp_path / "out")
    run = run_archive(clips, tmp_path / "out", worker, model="m")
    assert [own for own in heard.shapes if own[1][2]] == [(8_000, (5, 1, 8_000)), (96_000, (1, 1, 1_920_000))]
    assert pq.read_table(run.table)["id"].to_pylist() == [own.id for own in clips]


def test_an_interrupted_run_goes_on_where_it_was(folder, tmp_path, reward):
    clips = read_archive(folder, request="a tone", category="sfx")
    out = tmp_path / "out"

    def dying(shards: Sequence[Shard], model: str):
        yield next(iter(LocalWorker(reward, out)(shards, model)))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_archive(clips, out, dying, model="m", shard_clips=2)
    assert run_archive(clips, out, LocalWorker(reward, out), model="m", shard_clips=2).scored_now == 4


def test_clips_that_a_worker_left_out_are_no_silent_success(folder, tmp_path):
    clips = read_archive(folder, request="a tone", category="sfx")
    with pytest.raises(ArchiveError, match="run again"):
        run_archive(clips, tmp_path / "out", lambda shards, model: [], model="m")


def test_shards_change_no_scores(folder, tmp_path, reward):
    one = _run(folder, tmp_path / "a", reward, shard_clips=1)
    all_at_once = _run(folder, tmp_path / "b", reward, shard_clips=64)
    left, right = (torch.tensor(pq.read_table(run.table)["loudness"].to_pylist()[:5]) for run in (one, all_at_once))
    assert torch.allclose(left, right, atol=1e-5)


def test_the_command_scores_a_folder_and_says_what_failed(folder, tmp_path):
    from audioforge.cli.main import app

    call = ["score-archive", str(folder), "--request", "a sine tone", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 1
    assert "unreadable: 1" in result.output
    row = pq.read_table(tmp_path / "out" / "scores.parquet").to_pylist()[0]
    assert row["category_guessed"]
    assert 0 <= row["total"] <= 1


def test_a_worker_with_other_models_than_the_run_s_refuses_its_shard(folder, tmp_path, reward, monkeypatch):
    monkeypatch.setattr(ray_pool, "build_reward", lambda preset, device: reward)
    worker = ray_pool.ShardScorer("embedded", str(tmp_path), "cpu")
    [shard] = cut_shards(read_archive(folder, request="a tone", category="sfx")[:2], ["a", "b"], 2)
    with pytest.raises(ValueError, match="are not those of the run"):
        worker({"shard": shard, "model": "another"})
    assert worker({"shard": shard, "model": model_fingerprint(reward)}) == {"clips": 2}


def _run(folder: Path, out: Path, reward: CombinedReward, shard_clips: int = 2):
    clips = read_archive(folder, request="a tone", category="sfx")
    worker = LocalWorker(reward, out / "out")
    return run_archive(clips, out / "out", worker, model=model_fingerprint(reward), shard_clips=shard_clips)
