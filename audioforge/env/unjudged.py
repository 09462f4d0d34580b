"""A failure of ours is no verdict on an answer: a group with a clip that could not be judged is tried again first.

An answer that is malformed or silent earned its floor (``audioforge.status.ANSWER_FAULTS``). One whose clip a backend
could not render or judge did not, and as a floor it would teach the trainer something false about its whole group.
"""

import logging
from collections.abc import Sequence

from audioforge.rollouts import RolloutRecord

logger = logging.getLogger(__name__)

TRIES = 2
"""After so many, the answers that could not be judged get the floor: perhaps it is they that break the backend."""


class UnjudgedError(RuntimeError):
    """A clip was not rendered or judged for a reason that is not its policy's."""


class UnjudgedGroups:
    """Counts the tries of groups with a clip that could not be judged."""

    def __init__(self) -> None:
        self._tries: dict[int, int] = {}

    def check(self, group: int, records: Sequence[RolloutRecord]) -> int:
        """How many answers get the floor without having been judged.

        Args:
            group: Its number.
            records: What became of it, this time.

        Raises:
            UnjudgedError: If the group is to be tried again.
        """
        failed = [record.status for record in records if record.status.is_unjudged]
        tries = self._tries.pop(group, 0) + 1
        if failed and tries < TRIES:
            self._tries[group] = tries
            raise UnjudgedError(f"{len(failed)} of {len(records)} clips could not be judged: {failed[0]}")
        if failed:
            logger.warning("group %s: %s answers get the floor, not judged in %s tries", group, len(failed), tries)
        return len(failed)
