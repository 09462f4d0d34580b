import pytest
import torch

from audioforge.clips import Clips
from audioforge.rewards.base import Reward, RewardResult
from audioforge.status import ScoringError
from tests.stand_ins import tone


class GroupSize(Reward):
    """Scores a clip by how many clips are in its group."""

    name = "group_size"

    def score(self, clips: Clips) -> RewardResult:
        size = torch.tensor([float(clips.groups.count(group)) for group in clips.groups])
        return RewardResult(self.name, size, size / len(clips), clips.status)


def test_a_reward_called_with_loose_audio_hears_of_the_groups():
    audio = [tone(0.4)] * 4
    result = GroupSize()(audio, "a kick", sample_rate=16_000, groups=["one", "one", "one", "other"])
    assert result.raw.tolist() == [3, 3, 3, 1]


def test_groups_that_do_not_fit_the_clips_are_refused():
    with pytest.raises(ScoringError, match="one group per clip: got 1 for 2 clips"):
        GroupSize()([tone(0.4)] * 2, sample_rate=16_000, groups=["one"])
