"""How much of a run is kept: bounds that hold however long it runs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of a logger.

    Attributes:
        clips_a_step: Most clips of one group that are kept with sound and picture.
        every_steps: Sound, pictures and tables are kept of every so many groups; numbers of all.
        megabytes: Most of sound and pictures, and as much again of tables and numbers; then only what is light is kept,
            and finally nothing.
        queue: Groups that may wait for the writer; further ones are dropped and counted.
        window: Latest rollouts that histograms and tables are made of.

    Raises:
        ValueError: If a bound is below what works.
    """

    clips_a_step: int = 4
    every_steps: int = 1
    megabytes: float = 500.0
    queue: int = 32
    window: int = 256

    def __post_init__(self) -> None:
        for name, least in (("clips_a_step", 0), ("every_steps", 1), ("megabytes", 0), ("queue", 1), ("window", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} is at least {least}, got {getattr(self, name)}.")


class Allowance:
    """Bytes that may still be written.

    Args:
        megabytes: At the start.
    """

    def __init__(self, megabytes: float) -> None:
        self.left = int(megabytes * 1_000_000)

    def take(self, size: int) -> bool:
        """Use so many bytes, if there are as many; whether there were."""
        if size > self.left:
            return False
        self.left -= size
        return True
