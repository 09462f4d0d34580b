import logging
import threading

import pytest

from audioforge.status import OK
from audioforge.tracking import BackgroundLogger, Limits, NoLogger, TrackError, open_logger
from audioforge.tracking.entries import worth_keeping
from reward_models.audio import AudioBatch
from tests.rollout_makers import scored
from tests.stand_ins import tone


class ListSink:
    def __init__(self, fail_on=()) -> None:
        self.entries: list[tuple[str, int]] = []
        self.groups = []
        self.fail_on = fail_on
        self.closed = False

    def group(self, entry) -> None:
        if entry.step in self.fail_on:
            raise OSError("no space left on device")
        self.entries.append(("group", entry.step))
        self.groups.append(entry)

    def metrics(self, step, metrics) -> None:
        self.entries.append(("metrics", step))

    def comparison(self, step, found) -> None:
        self.entries.append(("comparison", step))

    def close(self) -> None:
        self.closed = True


class StuckSink(ListSink):
    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()

    def metrics(self, step, metrics) -> None:
        self.free.wait()
        super().metrics(step, metrics)


def batch(count: int) -> AudioBatch:
    return AudioBatch.from_arrays([tone(0.1 * (n + 1)) for n in range(count)], 16_000)


def test_entries_arrive_in_order_and_the_sink_is_closed(tmp_path):
    sink = ListSink()
    with BackgroundLogger(lambda: sink) as logger:
        logger.group(0, [scored(tmp_path, "0-0", 0.5)])
        logger.metrics(1, {"loss": 0.1})
    assert sink.entries == [("group", 0), ("metrics", 1)]
    assert sink.closed
    assert not logger.counts


def test_what_does_not_fit_is_dropped_and_counted_and_nobody_waits(caplog):
    sink = StuckSink()
    logger = BackgroundLogger(lambda: sink, Limits(queue=2))
    for step in range(10):
        logger.metrics(step, {})
    sink.free.set()
    logger.close()
    dropped = logger.counts["dropped"]
    assert 7 <= dropped <= 8  # one may have been taken by the writer
    assert len(sink.entries) == 10 - dropped
    assert sum("falls behind" in record.message for record in caplog.records) == 1
    assert f"{dropped} dropped" in caplog.text


def test_a_sink_that_fails_is_told_of_once_and_the_rest_goes_on(tmp_path, caplog):
    sink = ListSink(fail_on=(0, 1, 2))
    with BackgroundLogger(lambda: sink) as logger:
        for step in range(4):
            logger.group(step, [scored(tmp_path, f"{step}-0", 0.5)])
    assert sink.entries == [("group", 3)]
    assert logger.counts["failed (OSError)"] == 3
    assert sum("no space left" in record.message for record in caplog.records) == 1


def test_a_sink_that_cannot_be_made_does_not_reach_the_run(caplog):
    def make():
        raise ConnectionError("no server")

    with BackgroundLogger(make) as logger:
        logger.metrics(0, {"loss": 1.0})
    assert logger.counts["failed (ConnectionError)"] == 1
    assert "no server" in caplog.text


def test_a_stuck_sink_does_not_keep_the_run_from_ending(caplog):
    sink = StuckSink()
    logger = BackgroundLogger(lambda: sink, close_seconds=0.05)
    logger.metrics(0, {})
    with caplog.at_level(logging.WARNING):
        logger.close()
    assert "still writing" in caplog.text
    sink.free.set()


def test_what_cannot_be_logged_does_not_raise(tmp_path):
    sink = ListSink()
    with BackgroundLogger(lambda: sink) as logger:
        logger.group(0, [scored(tmp_path, "0-0", 0.5)], batch(2), (0, 7))
    assert sink.entries == []
    assert logger.counts["failed (IndexError)"] == 1


def test_best_and_worst_are_kept_first(tmp_path):
    records = [scored(tmp_path, f"0-{n}", level) for n, level in enumerate((0.4, 0.9, 0.1, 0.6))]
    audio, rows = worth_keeping(records, batch(4), (0, 1, 2, 3), 3)
    assert rows == (1, 2, 3)
    assert len(audio) == 3
    assert worth_keeping(records, batch(4), (0, 1, 2, 3), 0) == (None, ())


def test_sound_is_kept_of_every_so_many_groups(tmp_path):
    sink = ListSink()
    record = scored(tmp_path, "0-0", 0.5, status=OK)
    with BackgroundLogger(lambda: sink, Limits(every_steps=3)) as logger:
        for step in range(5):
            logger.group(step, [record], batch(1), (0,))
    assert [entry.audio is not None for entry in sink.groups] == [True, False, False, True, False]


def test_loggers_go_by_name(tmp_path):
    assert isinstance(open_logger("off"), NoLogger)
    with pytest.raises(TrackError, match="off, files, wandb, not 'mlflow'"):
        open_logger("mlflow", tmp_path)
    with pytest.raises(TrackError, match="needs a folder"):
        open_logger("files")
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="choose another folder to track to"):
        open_logger("files", tmp_path / "file" / "below")


def test_limits_below_what_works_are_refused():
    with pytest.raises(ValueError, match="queue is at least 1"):
        Limits(queue=0)
