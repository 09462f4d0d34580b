import pytest
import torch

from audioforge.clips import gather_clips
from audioforge.rewards import CombinedReward
from audioforge.rewards.gdpo import EPSILON, gdpo_advantages
from audioforge.rewards.weights import RewardWeights
from audioforge.status import ScoringError
from tests.stand_ins import PeakReward, tone

NAN = float("nan")


def as_trl(score, weight, size):
    """TRL 1.16's ``normalize_then_sum``, spelt out."""
    grouped = score.view(-1, size, score.shape[1])
    normal = (grouped - grouped.mean(1, keepdim=True)) / (grouped.std(1, keepdim=True) + EPSILON)
    summed = (normal.view(-1, score.shape[1]) * weight).sum(1)
    return (summed - summed.mean()) / (summed.std() + EPSILON)


def test_advantages_equal_those_of_trl():
    score = torch.rand(12, 3, generator=torch.Generator().manual_seed(0))
    weight = torch.tensor([0.5, 0.3, 0.2])
    found = gdpo_advantages(score, weight.expand(12, 3), ["a"] * 4 + ["b"] * 4 + ["c"] * 4)
    torch.testing.assert_close(found, as_trl(score, weight, 4), atol=1e-5, rtol=0)


def test_a_component_of_narrow_spread_counts_by_its_weight():
    score = torch.tensor([[0.1, 0.51], [0.9, 0.50], [0.5, 0.49]])
    found = gdpo_advantages(score, torch.tensor([[0.2, 0.8]]).expand(3, 2), ["a"] * 3)
    assert found.argmax() == 0


def test_the_order_of_clips_does_not_count():
    score, groups = torch.rand(6, 2, generator=torch.Generator().manual_seed(1)), ["a", "b", "a", "b", "a", "b"]
    order = [5, 2, 0, 4, 1, 3]
    weight = torch.ones(6, 2)
    shuffled = gdpo_advantages(score[order], weight, [groups[i] for i in order])
    torch.testing.assert_close(shuffled, gdpo_advantages(score, weight, groups)[order], atol=1e-6, rtol=0)


def test_unscored_clips_are_left_out_and_equal_ones_gain_nothing():
    score = torch.tensor([[0.2], [NAN], [0.6], [0.5], [0.5]])
    found = gdpo_advantages(score, torch.ones(5, 1), ["a", "a", "a", "b", "b"])
    assert found.isnan().tolist() == [False, True, False, False, False]
    assert found[[3, 4]].tolist() == pytest.approx([0, 0], abs=1e-6)
    assert float(found[0]) == pytest.approx(-float(found[2]))
    missing_without_weight = torch.tensor([[0.2, NAN], [0.6, NAN]])
    assert gdpo_advantages(missing_without_weight, torch.tensor([[1.0, 0.0]]).expand(2, 2), ["a"] * 2).isfinite().all()


def test_a_clip_without_a_group_is_refused():
    with pytest.raises(ScoringError, match="clip 1 has none"):
        gdpo_advantages(torch.rand(2, 1), torch.ones(2, 1), ["a", None])


def test_a_combined_reward_gives_advantages_and_takes_the_gates_off():
    reward = CombinedReward([PeakReward()], weights=RewardWeights("t", {"peak": 1}, gates={"peak": 0.5}))
    clips = gather_clips([tone(0.1), tone(0.3), tone(0.8)], groups=["a"] * 3, sample_rate=16_000)
    found = reward.advantages(clips, reward.judge(clips))
    expected = gdpo_advantages(torch.tensor([[0.1 * 0.2], [0.3 * 0.6], [0.8]]), torch.ones(3, 1), ["a"] * 3)
    torch.testing.assert_close(found, expected, atol=1e-2, rtol=0)
