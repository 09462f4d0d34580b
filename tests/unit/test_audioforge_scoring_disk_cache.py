import multiprocessing
import sqlite3
from dataclasses import replace

import pytest
import torch

from audioforge.data_files import DataError
from audioforge.rewards import CombinedReward
from audioforge.rewards.base import RewardResult
from audioforge.rewards.scores import Scores
from audioforge.rewards.weights import RewardWeights
from audioforge.scoring import Scorer, disk_cache
from audioforge.scoring.disk_cache import DiskScores
from audioforge.scoring.model_fingerprint import probe_clips
from audioforge.scoring.stored_scores import scores_from_bytes, scores_to_bytes
from audioforge.status import OK, ClipStatus, Status
from tests.stand_ins import PeakReward, tone


def made(value: float, clips: int = 1) -> Scores:
    column = torch.full((clips,), value)
    return Scores(column, {}, (OK,) * clips, torch.ones(clips), {"combination": "t"})


def engine(reward: PeakReward, path, version: str = "t") -> Scorer:
    return Scorer(CombinedReward([reward], weights=RewardWeights(version, {"peak": 1})), cache_file=path)


def test_scores_survive_as_bytes_to_the_last_bit():
    raw = torch.tensor([1 / 3, float("nan"), float("-inf")])
    status = (OK, ClipStatus(Status.SILENT, "clip 1 is silent"), OK)
    own = RewardResult("peak", raw, raw.clamp(0, 1), status, {"version": "1"}, raw * 0.1)
    scores = Scores(raw, {"peak": own, "bare": RewardResult("bare", raw, raw, status)}, status, raw, {"a": "b"})
    back = scores_from_bytes(scores_to_bytes(scores))
    for mine, theirs in ((scores.total, back.total), (own.raw, back.components["peak"].raw)):
        assert torch.equal(mine.view(torch.int32), theirs.view(torch.int32))
    assert torch.equal(own.uncertainty.view(torch.int32), back.components["peak"].uncertainty.view(torch.int32))
    assert back.components["bare"].uncertainty is None
    assert (back.status, back.provenance, back.components["peak"].provenance) == (status, {"a": "b"}, {"version": "1"})


@pytest.mark.parametrize("data", [b"", b"no", scores_to_bytes(made(0.5))[:-3]])
def test_other_bytes_are_no_scores(data):
    with pytest.raises(ValueError, match="no stored scores"):
        scores_from_bytes(data)


def test_scores_outlive_the_scorer_and_carry_its_models(tmp_path):
    path = tmp_path / "cache" / "scores.sqlite"
    first, second, other = PeakReward(), PeakReward(), PeakReward()
    with engine(first, path) as one:
        before = one.score([tone(0.3), tone(0.0)], sample_rate=16_000)
    with engine(second, path) as two:
        after = two.score([tone(0.3), tone(0.0)], sample_rate=16_000)
    with engine(other, path, version="other weights") as three:
        three.score([tone(0.3), tone(0.0)], sample_rate=16_000)
    assert torch.equal(before.total.nan_to_num(-1), after.total.nan_to_num(-1))
    assert (after.status, after.provenance) == (before.status, before.provenance)
    probe = len(probe_clips())  # the clips that tell a reward's fingerprint
    assert (first.batches, second.batches, other.batches) == ([probe, 2], [probe], [probe, 2])
    assert (two.stats.cache_hits, two.stats.disk_hits) == (1, 1)


def test_a_failed_answer_is_not_stored(tmp_path):
    path = tmp_path / "scores.sqlite"
    with engine(PeakReward(fails=lambda clip: bool(clip.abs().max() > 0.7)), path) as one:
        one.score([tone(0.9)], sample_rate=16_000)
    with engine(PeakReward(), path) as two:
        assert two.score([tone(0.9)], sample_rate=16_000).status[0].ok


def test_the_file_keeps_the_most_recently_used_clips(tmp_path, monkeypatch):
    monkeypatch.setattr(disk_cache, "PRUNE_EVERY", 1)
    clock = iter(range(1, 100))
    monkeypatch.setattr(disk_cache.time, "time", lambda: next(clock))
    cache = DiskScores(tmp_path / "scores.sqlite", max_clips=5)
    cache.put("a", made(0.1, 2))
    cache.put("b", made(0.2, 2))
    cache.get("a")
    cache.put("c", made(0.3, 2))
    assert [cache.get(key) is not None for key in "abc"] == [True, False, True]
    cache.close()


def test_a_file_that_is_no_cache_is_refused_and_one_that_breaks_later_is_a_miss(tmp_path):
    (tmp_path / "notes.txt").write_text("no database " * 100)
    with pytest.raises(DataError, match=r"notes\.txt can't hold scores .* delete it, or name another"):
        DiskScores(tmp_path / "notes.txt")
    cache = DiskScores(tmp_path / "scores.sqlite")
    cache.put("a", made(0.1))
    with sqlite3.connect(tmp_path / "scores.sqlite") as file:
        file.execute("UPDATE scores SET answer = ?", (b"garbled",))
    file.close()
    assert (cache.get("a"), cache.errors) == (None, 1)
    cache.close()
    assert (cache.get("a"), cache.errors) == (None, 2)
    cache.put("b", made(0.1))
    assert cache.errors == 3


def test_an_answer_that_is_no_json_is_counted_and_not_stored(tmp_path):
    cache = DiskScores(tmp_path / "scores.sqlite")
    cache.put("a", replace(made(0.1), provenance={"weights": torch.zeros(2)}))
    assert (cache.get("a"), cache.errors) == (None, 1)
    cache.close()


def _put_many(path, worker: int) -> None:
    cache = DiskScores(path)
    for step in range(40):
        cache.put(f"{worker}/{step}", made(step / 40))
        cache.put("shared", made(worker / 4))
        cache.get(f"{(worker + 1) % 3}/{step}")
    cache.close()
    raise SystemExit(cache.errors)


def test_processes_share_the_file(tmp_path):
    path = tmp_path / "scores.sqlite"
    DiskScores(path).close()
    fresh = multiprocessing.get_context("forkserver")
    fresh.set_forkserver_preload(["tests.unit.test_audioforge_scoring_disk_cache"])
    workers = [fresh.Process(target=_put_many, args=(path, worker)) for worker in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    cache = DiskScores(path)
    totals = [float(cache.get(f"{worker}/{step}").total[0]) for worker in range(3) for step in range(40)]
    assert totals == pytest.approx([step / 40 for _ in range(3) for step in range(40)])
    cache.close()
