import pytest
import torch

from benchmarks.black_box import Winner, row, votes_of
from reward_models.audio import AudioBatch
from tests.stand_ins import LoudnessEmbedder


def winner(total: float, first: float, vote: float) -> Winner:
    return Winner("patches", "rain", "ambient", first, total, {"quality_head": total}, {"aisfx": vote, "musicnn": 0.5})


def test_the_table_counts_who_is_above_the_bar_at_first_and_at_last():
    line = row("patches", [winner(0.7, 0.6, 0.2), winner(0.6, 0.3, 0.4), winner(0.4, 0.1, 0.0)], 0.5)
    assert line == "| patches | 0.60 | 33% → 67% | 0.57 | aisfx 0.20, musicnn 0.50 |"


def test_votes_are_asked_of_every_judge():
    judge, rate = LoudnessEmbedder(), LoudnessEmbedder().sample_rate
    clips = AudioBatch.from_arrays([0.5 * torch.ones(rate), 0.01 * torch.ones(rate)], rate)
    near = judge.embed_audio(clips)
    votes = votes_of(clips, [(judge, near), (judge, near)], ["sfx", "drums"])
    assert len(votes) == 2
    assert votes[0]["sfx"].tolist() == pytest.approx([0.5, 0.5])  # both neighbours are among the nearest
