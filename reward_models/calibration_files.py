"""Where an embedder's calibration may lie: in the user's cache, or beside the checkpoint.

A calibration belongs to the weights (and, where the caller chooses them, the fill and the precision) that its
fingerprint covers. The user's own is asked first, as with reference sets: whoever calibrated on their own clips means
those. None ships for LAION-CLAP.
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
    for path in (user_calibration_path(fingerprint), folder / "calibration.json"):
        calibration = load_calibration(path)
        # A calibration of other weights would turn cosines into wrong probabilities without a sign.
        if calibration is not None and calibration.fingerprint == fingerprint:
            return calibration
    return None
