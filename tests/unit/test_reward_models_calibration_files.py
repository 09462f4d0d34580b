from pathlib import Path

import pytest

from reward_models.calibration import MatchCalibration
from reward_models.calibration_files import find_calibration, user_calibration_path


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AUDIOFORGE_CACHE", str(tmp_path / "cache"))


def calibration(fingerprint: str, data: str = "held-out pairs") -> MatchCalibration:
    return MatchCalibration(10.0, -3.0, fingerprint, "v1", data, 0.01, 100)


def in_the_users_cache(own: MatchCalibration) -> MatchCalibration:
    path = user_calibration_path(own.fingerprint)
    path.parent.mkdir(parents=True)
    own.save(path)
    return own


def test_without_a_file_there_is_none(tmp_path: Path):
    assert find_calibration(tmp_path, "abc") is None


def test_the_users_own_goes_before_the_one_beside_the_checkpoint(tmp_path: Path):
    calibration("abc").save(tmp_path / "calibration.json")
    own = in_the_users_cache(calibration("abc", "my clips"))
    assert find_calibration(tmp_path, "abc") == own


def test_one_of_another_fingerprint_is_passed_over(tmp_path: Path):
    calibration("abc").save(tmp_path / "calibration.json")
    calibration("other", "my clips").save(tmp_path / "other.json")
    user_calibration_path("abc").parent.mkdir(parents=True)
    (tmp_path / "other.json").rename(user_calibration_path("abc"))
    assert find_calibration(tmp_path, "abc") == calibration("abc")
