"""What the service answers: scores and errors apart, and what made them."""

from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import BaseModel

from audioforge.clips import Clips
from audioforge.rewards.scores import Scores


class StatusAnswer(BaseModel):
    """Status of a clip or of one component, and why."""

    code: str
    reason: str


class ComponentAnswer(BaseModel):
    """One component of one clip; numbers are null where it could not be judged."""

    score: float | None
    raw: float | None
    uncertainty: float | None
    status: StatusAnswer


class ClipAnswer(BaseModel):
    """A clip that was scored: ``total`` and the components' ``score`` in [0, 1], higher is better."""

    index: int
    category: str | None
    total: float
    gate: float
    status: StatusAnswer
    components: dict[str, ComponentAnswer]


class ClipErrorAnswer(BaseModel):
    """A clip without a total, why, and what could be said about it all the same."""

    index: int
    category: str | None
    status: StatusAnswer
    components: dict[str, ComponentAnswer]


class ScoreAnswer(BaseModel):
    """Answer of ``POST /v1/score``; ``index`` counts the clips as they were sent."""

    request_id: str
    results: list[ClipAnswer]
    errors: list[ClipErrorAnswer]
    provenance: dict[str, str]


class ErrorDetail(BaseModel):
    """Why a whole request was refused."""

    code: str
    message: str


class ErrorAnswer(BaseModel):
    """Body of every reply that isn't a 2xx."""

    request_id: str
    error: ErrorDetail


def score_answer(request_id: str, clips: Sequence[Clips], scores: Sequence[Scores]) -> ScoreAnswer:
    """One answer from the clips of a request, each with its own scores."""
    results, errors = [], []
    for index, (own, judged) in enumerate(zip(clips, scores, strict=True)):
        fields = {"index": index, "category": own.categories[0], **_numbered(judged.to_json(0), index)}
        if fields["total"] is None:
            errors.append(ClipErrorAnswer.model_validate(fields))
        else:
            results.append(ClipAnswer.model_validate(fields))
    return ScoreAnswer(
        request_id=request_id, results=results, errors=errors, provenance=dict(scores[0].provenance) if scores else {}
    )


def _numbered(fields: dict[str, object], index: int) -> dict[str, object]:
    """Each clip is judged on its own, where it is called clip 0: its reasons get the number that the caller knows."""
    components = cast("Mapping[str, dict[str, object]]", fields["components"])
    named = {name: {**own, "status": _named(own["status"], index)} for name, own in components.items()}
    return {**fields, "status": _named(fields["status"], index), "components": named}


def _named(status: object, index: int) -> dict[str, str]:
    own = cast("dict[str, str]", status)
    return {**own, "reason": own["reason"].replace("clip 0 ", f"clip {index} ", 1)}
