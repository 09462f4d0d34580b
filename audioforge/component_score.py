"""One reward component's judgement of one clip in plain Python numbers, and its JSON form.

NaN has no place in JSON: what wasn't scored is ``None`` with a status that says why.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from audioforge.status import OK, ClipStatus, Status


@dataclass(frozen=True)
class ComponentScore:
    """One reward component's judgement of the clip.

    Attributes:
        score: In [0, 1], higher is better; ``None`` where unscored.
        raw: The same in the reward's own unit; ``None`` where unscored.
        status: Why it is unscored, or ok.
        uncertainty: Standard deviation of ``score`` if the reward knows it.
    """

    score: float | None
    raw: float | None
    status: ClipStatus = OK
    uncertainty: float | None = None


def finite_or_none(value: float | None) -> float | None:
    """The number, or ``None`` where it is NaN or infinite."""
    return value if value is not None and math.isfinite(value) else None


def status_to_json(status: ClipStatus) -> dict[str, str]:
    """The status as plain JSON values."""
    return {"code": status.code.value, "reason": status.reason}


def status_from_json(fields: Mapping[str, str]) -> ClipStatus:
    """Inverse of :func:`status_to_json`.

    Raises:
        KeyError, ValueError: If a field is missing or the code unknown.
    """
    return ClipStatus(Status(fields["code"]), fields["reason"])


def component_to_json(component: ComponentScore) -> dict[str, object]:
    """The judgement as plain JSON values; non-finite numbers become ``None``."""
    return {
        "score": finite_or_none(component.score),
        "raw": finite_or_none(component.raw),
        "status": status_to_json(component.status),
        "uncertainty": finite_or_none(component.uncertainty),
    }


def component_from_json(fields: Mapping[str, object]) -> ComponentScore:
    """Inverse of :func:`component_to_json`.

    Raises:
        KeyError, TypeError, ValueError: If a field is missing, unknown or of the wrong kind.
    """
    return ComponentScore(**{**fields, "status": status_from_json(fields["status"])})  # type: ignore[arg-type]
