"""What a run logs to, by name: ``wandb``, ``files`` or ``off``."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from audioforge.output_folders import require_folder
from audioforge.rollouts import RolloutRecord
from audioforge.tracking.background import BackgroundLogger, Sink
from audioforge.tracking.comparison import RolloutComparison
from audioforge.tracking.files import FileSink
from audioforge.tracking.limits import Limits
from audioforge.tracking.wandb_sink import WandbSink
from reward_models.audio import AudioBatch

KINDS = ("off", "files", "wandb")


class TrackError(ValueError):
    """A logger that cannot be made; the message says what to do."""


class RunLogger(Protocol):
    """Takes what a run makes; never keeps it waiting and never raises."""

    def group(
        self,
        step: int,
        records: Sequence[RolloutRecord],
        audio: AudioBatch | None = None,
        rows: Sequence[int] = (),
        metrics: Mapping[str, float] | None = None,
    ) -> None:
        """Log a judged group with the clips of its answers ``rows``."""

    def metrics(self, step: int, metrics: Mapping[str, float]) -> None:
        """Log some numbers."""

    def comparison(self, step: int, found: RolloutComparison) -> None:
        """Log a comparison of two policies or settings."""

    def close(self) -> None:
        """Write what is waiting."""


class NoLogger:
    """Keeps nothing."""

    def group(
        self,
        step: int,
        records: Sequence[RolloutRecord],
        audio: AudioBatch | None = None,
        rows: Sequence[int] = (),
        metrics: Mapping[str, float] | None = None,
    ) -> None:
        """Nothing."""

    def metrics(self, step: int, metrics: Mapping[str, float]) -> None:
        """Nothing."""

    def comparison(self, step: int, found: RolloutComparison) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def open_logger(kind: str, folder: Path | None = None, *, limits: Limits | None = None) -> BackgroundLogger | NoLogger:
    """The logger of that name.

    Args:
        kind: ``wandb``, ``files`` or ``off``.
        folder: Where files go, W&B's own too; not needed for ``off``.
        limits: How much is kept.

    Raises:
        TrackError: If the name is unknown, or wandb or the folder is missing.
        ValueError: If the folder can't be written to.
    """
    if kind not in KINDS:
        raise TrackError(f"tracking is one of {', '.join(KINDS)}, not {kind!r}.")
    if kind == "off":
        return NoLogger()
    if kind == "wandb" and find_spec("wandb") is None:
        raise TrackError("tracking to W&B needs wandb: pip install 'audioforge[env]', or track to files.")
    if folder is None:
        raise TrackError("tracking needs a folder.")
    require_folder(folder, setting="folder to track to")
    bounds = limits or Limits()

    def make() -> Sink:
        return FileSink(folder, bounds) if kind == "files" else WandbSink(folder, bounds)

    return BackgroundLogger(make, bounds)
