from pathlib import Path

import pytest
import torch

from reward_models.calibration import (
    MatchCalibration,
    cross_fitted_match_calibration,
    expected_calibration_error,
    fit_match_calibration,
    load_calibration,
)
from reward_models.checkpoints import CheckpointError


def pairs(count: int = 4_000, slope: float = 9.0, intercept: float = -3.0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    cosine = torch.rand(count, generator=generator) * 1.5 - 0.5
    matched = torch.rand(count, generator=generator) < torch.sigmoid(slope * cosine + intercept)
    return cosine, matched.float()


def test_the_fit_recovers_the_logistic_that_made_the_pairs():
    slope, intercept = fit_match_calibration(*pairs())
    assert slope == pytest.approx(9.0, rel=0.1)
    assert intercept == pytest.approx(-3.0, rel=0.1)


def test_a_true_probability_has_almost_no_calibration_error():
    cosine, matched = pairs()
    assert expected_calibration_error(torch.sigmoid(9 * cosine - 3), matched) < 0.03
    assert expected_calibration_error(torch.full_like(cosine, 0.99), matched) > 0.3


def test_the_crosswise_error_is_of_pairs_that_were_not_fitted():
    cosine, matched = pairs()
    slope, _, error = cross_fitted_match_calibration(cosine, matched, torch.arange(len(cosine)) % 2)
    assert slope == pytest.approx(9.0, rel=0.1)
    assert error < 0.04
    torn = torch.cat([matched[: len(matched) // 2], 1 - matched[len(matched) // 2 :]])
    halves = (torch.arange(len(cosine)) < len(cosine) // 2).long()
    assert cross_fitted_match_calibration(cosine, torn, halves)[2] > 0.4


def test_a_calibration_survives_its_file(tmp_path: Path):
    made = MatchCalibration(9.0, -3.0, "abc", "v1", "made-up pairs", 0.02, 4_000)
    made.save(tmp_path / "calibration.json")
    assert load_calibration(tmp_path / "calibration.json") == made
    assert load_calibration(tmp_path / "none.json") is None


def test_a_calibration_file_of_another_form_is_named(tmp_path: Path):
    (tmp_path / "calibration.json").write_text('{"gain": 3}')
    with pytest.raises(CheckpointError, match=r"calibration.json is no calibration"):
        load_calibration(tmp_path / "calibration.json")


def test_a_calibration_without_signal_is_refused():
    with pytest.raises(CheckpointError, match="slope must be above 0"):
        MatchCalibration(-1.0, 0.0, "abc", "v1", "", 0.0, 10)
