import pytest
import torch

from reward_models.rank_calibration import RankCalibration

HELD_OUT = torch.tensor([3.0, 1.0, 2.0, 4.0, 6.0])


def test_a_held_out_value_has_its_own_rank():
    shares = RankCalibration(HELD_OUT).share_below(torch.tensor([1.0, 2.0, 3.0, 4.0, 6.0]))
    torch.testing.assert_close(shares, torch.arange(1, 6).double() / 6)


def test_between_held_out_values_the_share_is_interpolated():
    assert RankCalibration(HELD_OUT).share_below(torch.tensor([5.0]))[0] == pytest.approx(4.5 / 6)


def test_the_share_rises_everywhere_and_stays_a_share():
    values = torch.linspace(-1000, 1000, 4001)
    shares = RankCalibration(HELD_OUT).share_below(values)
    assert bool((shares.diff() > 0).all())
    assert 0 < float(shares.min()) < float(shares.max()) < 1


def test_clips_far_outside_keep_their_order_in_single_precision():
    shares = RankCalibration(HELD_OUT).share_below(torch.tensor([-1e3, -1e5, -1e9])).float()
    assert shares[0] > shares[1] > shares[2] > 0


def test_ties_share_one_rank():
    calibration = RankCalibration(torch.tensor([1.0, 1.0, 1.0, 2.0, 2.0]))
    torch.testing.assert_close(calibration.share_below(torch.tensor([1.0, 2.0])), torch.tensor([2.0, 4.5]).double() / 6)


def test_equal_held_out_values_leave_a_usable_order():
    shares = RankCalibration(torch.ones(5)).share_below(torch.tensor([0.0, 1.0, 2.0, 9.0]))
    assert bool((shares.diff() > 0).all())


def test_a_floor_has_share_zero():
    shares = RankCalibration(HELD_OUT, floor=0.0).share_below(torch.tensor([0.0, 0.5, 1.0]))
    torch.testing.assert_close(shares, torch.tensor([0.0, 0.5 / 6, 1 / 6], dtype=torch.float64))


def test_an_unscored_clip_stays_unscored():
    shares = RankCalibration(HELD_OUT).share_below(torch.tensor([float("nan"), 2.0]))
    assert shares.isnan().tolist() == [True, False]


def test_too_few_held_out_clips_are_refused():
    with pytest.raises(ValueError, match="at least 5 held-out clips, got 4"):
        RankCalibration(torch.ones(4))


def test_a_held_out_value_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="leave out clips that can't be judged"):
        RankCalibration(torch.tensor([1.0, 2.0, 3.0, 4.0, float("nan")]))
