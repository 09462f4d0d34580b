"""The real wandb, offline: no network, no account."""

import pytest
import wandb

from audioforge.tracking import Limits, compare_rollouts, open_logger
from audioforge.tracking.entries import GroupEntry
from audioforge.tracking.wandb_sink import WandbSink
from reward_models.audio import AudioBatch
from tests.rollout_makers import malformed, scored
from tests.stand_ins import tone


class Run:
    def __init__(self) -> None:
        self.logged: list[dict] = []
        self.is_finished = False

    def define_metric(self, *names, **options) -> None:
        pass

    def log(self, content) -> None:
        self.logged.append(content)

    def finish(self) -> None:
        self.is_finished = True


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    monkeypatch.delenv("WANDB_MODE", raising=False)


def test_a_run_is_kept_offline_with_sounds_pictures_tables_and_a_comparison(tmp_path):
    records = [scored(tmp_path, "0-0", 0.25), malformed(tmp_path, "0-1")]
    audio = AudioBatch.from_arrays([tone(0.25)], 16_000)
    runs = [[scored(tmp_path, f"{n}-0", 0.3 + gain, target_id=f"t{n}") for n in range(8)] for gain in (0.0, 0.1)]
    with open_logger("wandb", tmp_path / "track") as logger:
        logger.group(0, records, audio, (0,), {"reward": 0.125})
        logger.comparison(0, compare_rollouts(*runs))
    assert not logger.counts
    assert wandb.run is None
    (run,) = (tmp_path / "track" / "wandb").glob("offline-run-*")
    media = {path.relative_to(run / "files" / "media").parts[0] for path in run.rglob("media/**/*") if path.is_file()}
    assert media == {"audio", "images", "table"}
    (log,) = run.glob("*.wandb")
    assert log.stat().st_size > 1000


def test_sounds_stay_within_the_limit_and_numbers_go_on(tmp_path, caplog):
    records = [scored(tmp_path, "0-0", 0.25), malformed(tmp_path, "0-1")]
    audio = AudioBatch.from_arrays([tone(0.25)], 16_000)
    run = Run()
    sink = WandbSink(tmp_path, Limits(megabytes=0.06), run)
    for step in range(4):
        sink.group(GroupEntry(step, tuple(records), audio, (0,), {"reward": 0.5}))
    assert [("audioforge/clips" in content) for content in run.logged] == [True, True, False, False]
    assert all(content["audioforge/reward"] == 0.5 for content in run.logged)
    assert run.logged[0]["audioforge/failures/no_json"] == 1.0
    assert sum("no more of them" in record.message for record in caplog.records) == 1


def test_a_run_that_is_open_is_used_and_left_open():
    run = Run()
    sink = WandbSink(None, Limits(), run)  # type: ignore[arg-type]
    sink.metrics(3, {"reward": 0.5, "broken": float("nan")})
    sink.close()
    assert run.logged == [{"audioforge/step": 3, "audioforge/reward": 0.5}]
    assert not run.is_finished
