"""Following a run: sounds, pictures, parameters and failures, to W&B or to plain files.

>>> with open_logger("files", Path("artifacts/track")) as logger:
...     logger.group(step, records, audio, rows, metrics)
"""

from audioforge.tracking.background import BackgroundLogger
from audioforge.tracking.comparison import RolloutComparison, compare_rollouts
from audioforge.tracking.limits import Limits
from audioforge.tracking.run_logger import NoLogger, RunLogger, TrackError, open_logger

__all__ = [
    "BackgroundLogger",
    "Limits",
    "NoLogger",
    "RolloutComparison",
    "RunLogger",
    "TrackError",
    "compare_rollouts",
    "open_logger",
]
