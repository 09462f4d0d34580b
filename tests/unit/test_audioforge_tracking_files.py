import json

from audioforge.rollouts import read_rollouts
from audioforge.tracking import Limits, open_logger
from reward_models.audio import AudioBatch
from tests.rollout_makers import malformed, scored
from tests.stand_ins import tone


def lines(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def log(folder, tmp_path, limits=None, steps=(0,)) -> None:
    records = [scored(tmp_path, "0-0", 0.25), scored(tmp_path, "0-1", 0.75), malformed(tmp_path, "0-2")]
    audio = AudioBatch.from_arrays([tone(0.25), tone(0.75)], 16_000)
    with open_logger("files", folder, limits=limits) as logger:
        for step in steps:
            logger.group(step, records, audio, (0, 1), {"reward": 1 / 3, "broken": float("nan")})


def test_a_group_leaves_numbers_histograms_failures_and_parameters(tmp_path):
    log(tmp_path / "track", tmp_path)
    (entry,) = lines(tmp_path / "track" / "metrics.jsonl")
    assert entry["step"] == 0
    assert entry["metrics"] == {"reward": 1 / 3, "broken": None}
    assert entry["failures"] == {"no_json": 1}
    assert entry["histograms"]["total"][5] == entry["histograms"]["total"][15] == 1
    assert entry["parameters"]["steps"] == [[8, 0.25], [8, 0.75]]


def test_clips_are_kept_with_pictures_and_their_records_name_them(tmp_path):
    log(tmp_path / "track", tmp_path)
    records = read_rollouts(tmp_path / "track" / "rollouts.jsonl")
    assert [record.audio for record in records] == ["clips/0-0.flac", "clips/0-1.flac", None]
    heard = AudioBatch.load([tmp_path / "track" / "clips" / "0-1.flac"])
    assert heard.sample_rate == 16_000
    assert abs(float(heard.waveform.abs().max()) - 0.75) < 0.01
    assert (tmp_path / "track" / "clips" / "0-1.png").read_bytes()[:4] == b"\x89PNG"


def test_the_folder_stays_within_its_limit_also_over_restarts(tmp_path, caplog):
    limits = Limits(megabytes=0.1)
    for step in range(6):
        log(tmp_path / "track", tmp_path, limits, steps=(step,))
    kept = sum(path.stat().st_size for path in (tmp_path / "track" / "clips").iterdir())
    assert 0 < kept <= 100_000
    assert "the limit for sound and pictures" in caplog.text
    assert len(lines(tmp_path / "track" / "metrics.jsonl")) == 6


def test_a_limit_is_told_of_once(tmp_path, caplog):
    log(tmp_path / "track", tmp_path, Limits(megabytes=0), steps=range(3))
    assert sum("sound and pictures" in record.message for record in caplog.records) == 1
    assert sum("tables and numbers" in record.message for record in caplog.records) == 1
    assert not list((tmp_path / "track" / "clips").iterdir())


def test_only_the_latest_rollouts_are_counted(tmp_path):
    log(tmp_path / "track", tmp_path, Limits(window=2), steps=range(3))
    assert sum(lines(tmp_path / "track" / "metrics.jsonl")[-1]["histograms"]["total"]) == 1
