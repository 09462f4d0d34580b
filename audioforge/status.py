"""Whether a clip could be judged, and if not, why. A failure is a value with a reason, never a score of zero."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What became of one clip."""

    OK = "ok"
    SILENT = "silent"
    CLIPPED = "clipped"
    NON_FINITE = "non_finite"
    TOO_SHORT = "too_short"
    UNREADABLE = "unreadable"
    MALFORMED = "malformed"
    """The policy's answer is no valid proposal, so there is no clip."""
    FAILED = "failed"
    """A backend (generator, embedder, reward) failed on it."""
    NO_REQUEST = "no_request"
    NO_REFERENCE = "no_reference"
    """Its category has no reference set."""


ANSWER_FAULTS = frozenset({Status.MALFORMED, Status.SILENT, Status.CLIPPED, Status.TOO_SHORT})
"""What an answer itself can bring about; it earns the floor. ``NON_FINITE`` is not among them: a generator that makes
no numbers of legal parameters has failed, whoever chose them."""


@dataclass(frozen=True)
class ClipStatus:
    """Status of one clip and the reason in words, empty where all is well."""

    code: Status = Status.OK
    reason: str = ""

    @property
    def ok(self) -> bool:
        """True where the clip was judged."""
        return self.code is Status.OK

    @property
    def is_unjudged(self) -> bool:
        """True where a backend or a missing input is to blame, and not the answer: no verdict on it."""
        return not self.ok and self.code not in ANSWER_FAULTS

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}" if self.reason else str(self.code)


OK = ClipStatus()


class ScoringError(ValueError):
    """Raised instead of a status where the caller asked for ``strict=True``; the message names the clip."""
