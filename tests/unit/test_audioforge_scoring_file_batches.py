from collections.abc import Sequence
from pathlib import Path

import pytest

from audioforge.clips import Clips
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.weights import RewardWeights
from audioforge.scoring.calls import length_bucket
from audioforge.scoring.file_batches import file_batches, judge_files
from reward_models.audio import AudioBatch
from tests.stand_ins import PeakReward, tone


def put(folder: Path, name: str, seconds: float, rate: int = 8_000, channels: int = 1) -> Path:
    AudioBatch.from_arrays([tone(0.3, seconds, rate).expand(channels, -1)], rate).save([folder / name])
    return folder / name


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    (tmp_path / "broken.wav").write_text("no audio")
    return [
        put(tmp_path, "short.wav", 1),
        put(tmp_path, "long.wav", 40),
        put(tmp_path, "other_rate.wav", 1, rate=16_000),
        tmp_path / "broken.wav",
        put(tmp_path, "stereo.wav", 1, channels=2),
        put(tmp_path, "also_short.wav", 2),
    ]


def test_a_batch_holds_files_of_one_rate_one_number_of_channels_and_like_length(files):
    assert sorted(file_batches(files)) == [[0, 5], [1], [2], [3], [4]]
    assert sorted(file_batches(files, size=1)) == [[0], [1], [2], [3], [4], [5]]


def test_long_files_share_a_batch_only_while_it_fits_into_memory(files, monkeypatch):
    monkeypatch.setattr("audioforge.scoring.file_batches.MOST_SAMPLES", 3 * 8_000)
    assert sorted(file_batches([files[0]] * 7)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert sorted(file_batches([files[1], files[1]])) == [[0], [1]]


def test_length_buckets_double():
    assert [length_bucket(seconds) for seconds in (0, 7.9, 8, 15.9, 16, 31, 32, 3600)] == [0, 0, 1, 1, 2, 2, 3, 9]


def test_files_are_judged_batch_by_batch_and_answered_in_the_order_given(files, monkeypatch):
    seen, done = [], []

    def judge(reward: CombinedReward, clips: Clips):
        seen.append((clips.audio.sample_rate, clips.names))
        return whole(reward, clips)

    whole = CombinedReward.judge
    monkeypatch.setattr(CombinedReward, "judge", judge)
    reward = CombinedReward([PeakReward("peak")], weights=RewardWeights("t", {"peak": 1}))
    scores = judge_files(reward, files, ["a"] * 6, [None] * 6, done.append)
    assert (8_000, ("short.wav", "also_short.wav")) in seen
    assert (16_000, ("other_rate.wav",)) in seen
    assert [own.status[0].ok for own in scores] == [True, True, True, False, True, True]
    assert sum(done) == 6
    assert _totals(scores) == pytest.approx([0.3, 0.3, 0.3, 0.3, 0.3], abs=0.01)


def _totals(scores: Sequence) -> list[float]:
    return [float(own.total[0]) for own in scores if own.status[0].ok]
