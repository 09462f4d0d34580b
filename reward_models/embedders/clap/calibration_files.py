"""Where a CLAP checkpoint's calibration may lie.

None ships for LAION-CLAP: a calibration belongs to the weights, the fill and the precision it was fitted with, all of
which its fingerprint covers. ``calibration.json`` beside the checkpoint is asked first, then the user's cache.
"""

from pathlib import Path

from reward_models.calibration import MatchCalibration, load_calibration
from reward_models.user_cache import user_cache


def user_calibration_path(fingerprint: str) -> Path:
    """Where a calibration of that fingerprint is kept for this user."""
    return user_cache() / "calibration" / f"{fingerprint}.json"


def find_calibration(folder: Path, fingerprint: str) -> MatchCalibration | None:
    """The calibration fitted for ``fingerprint``, or None: one of another fingerprint is never used.

    Raises:
        CheckpointError: If a calibration file is there but can't be read.
    """
    for path in (folder / "calibration.json", user_calibration_path(fingerprint)):
        calibration = load_calibration(path)
        if calibration is not None and calibration.fingerprint == fingerprint:
            return calibration
    return None
