"""A policy's answer after parsing: one prompt and the parameters to render it with.

Units: ``seconds`` in seconds, ``steps`` of the sampler, ``cfg_scale`` without a unit (1 means no guidance).
What is legal depends on the generator, not on this module: see ``ParameterSpace`` in ``audioforge/generators/base.py``.
"""

from dataclasses import dataclass
from enum import StrEnum


class ParseFailure(StrEnum):
    """Why an answer is no proposal; every malformed answer has exactly one of these."""

    EMPTY_ANSWER = "empty_answer"
    UNFINISHED_REASONING = "unfinished_reasoning"
    NO_JSON = "no_json"
    BAD_JSON = "bad_json"
    SEVERAL_ANSWERS = "several_answers"
    MISSING_PROMPT = "missing_prompt"
    EMPTY_PROMPT = "empty_prompt"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_FIELD = "unknown_field"
    ILLEGAL_VALUE = "illegal_value"
    TOO_LONG = "too_long"


class ProposalError(ValueError):
    """An answer, or a value in it, that cannot be rendered.

    Attributes:
        kind: Which failure it is, for counting.
    """

    def __init__(self, kind: ParseFailure, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Proposal:
    """What a policy chose for one request.

    Attributes:
        prompt: What the generator is given.
        negative_prompt: What it should avoid; empty for nothing.
        steps: Sampling steps, at least 1.
        cfg_scale: Guidance scale; 1 means none.
        sampler: Name of the sampler.
        seconds: Length of the clip in seconds.
    """

    prompt: str
    negative_prompt: str = ""
    steps: int = 8
    cfg_scale: float = 1.0
    sampler: str = "pingpong"
    seconds: float = 4.0

    @property
    def evaluations(self) -> int:
        """Network evaluations of its clip."""
        return evaluations(self.steps, self.cfg_scale, self.sampler)


def evaluations(steps: int, cfg_scale: float, sampler: str) -> int:
    """Network evaluations of one clip: a Runge-Kutta step takes four, guidance asks twice each time."""
    return steps * (4 if sampler == "rk4" else 1) * (1 if cfg_scale == 1.0 else 2)
