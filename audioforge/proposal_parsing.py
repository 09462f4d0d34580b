"""From a policy's answer to a :class:`~audioforge.proposals.Proposal`.

An answer holds exactly one JSON object, bare or in a code fence, after optional reasoning (``<think>…</think>`` or
prose without braces). One repair is made, since it has one reading only: a comma before a closing brace or bracket is
dropped. Nothing else is guessed: single quotes, missing quotes or braces, text for numbers, unknown or repeated fields
are failures with a name.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Protocol

from audioforge.proposals import ParseFailure, Proposal, ProposalError

MAX_ANSWER_CHARACTERS = 16_000
MAX_PROMPT_CHARACTERS = 2_000
TEXT_FIELDS = ("prompt", "negative_prompt", "sampler")
NUMBER_FIELDS = ("steps", "cfg_scale", "seconds")

_UNSEEN = ("Cc", "Cf", "Co", "Cs")  # control and format characters, private ones, halves of surrogate pairs
_JOINERS = "\u200c\u200d"  # spelling needs them in Persian or Hindi

_STRING_OR_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)


class LegalParameters(Protocol):
    """The part of a generator's parameter space that parsing needs."""

    def check(self, proposal: Proposal) -> None:
        """Raise ``ProposalError`` if the generator cannot render the proposal."""

    def fitted(self, proposal: Proposal) -> Proposal:
        """The nearest proposal that the generator can render."""


def parse_proposal(text: str, parameters: LegalParameters | None = None) -> Proposal:
    """Read the one proposal in an answer.

    Args:
        text: The policy's whole answer, with its reasoning.
        parameters: What the generator accepts; ``None`` checks the form alone.

    Returns:
        The proposal, with white space in its texts collapsed; a field left out has the generator's value nearest to
        the usual one.

    Raises:
        ProposalError: If there is no proposal in it, more than one, or one that is not legal; ``kind`` says which.
    """
    fields = _decode(_find_object(_without_reasoning(text)))
    proposal = _proposal_from_fields(fields, parameters)
    if parameters is not None:
        parameters.check(proposal)
    return proposal


def _without_reasoning(text: str) -> str:
    if len(text) > MAX_ANSWER_CHARACTERS:
        raise ProposalError(
            ParseFailure.TOO_LONG,
            f"an answer has at most {MAX_ANSWER_CHARACTERS} characters, this one has {len(text)}: reason less.",
        )
    if not text.strip():
        raise ProposalError(ParseFailure.EMPTY_ANSWER, "expected one JSON object, got an empty answer.")
    return _after_reasoning(text.strip())


def _after_reasoning(text: str) -> str:
    """What follows ``</think>``; a tag inside the answer's own strings does not count as reasoning."""
    if text.startswith("<think>"):
        _, closed, answer = text.partition("</think>")
        if not closed:
            raise ProposalError(
                ParseFailure.UNFINISHED_REASONING, "the reasoning was never closed: end it with </think>, then answer."
            )
        return answer
    _, _, answer = text.rpartition("</think>")
    return answer if "{" in answer else text


def _find_object(answer: str) -> str:
    """The text of the answer's only JSON object; a fenced one goes before bare ones."""
    fenced = [block for block in _fenced_blocks(answer) if "{" in block]
    objects = list(_balanced_objects("\n".join(fenced) if fenced else answer))
    if not objects:
        raise _no_object(answer)
    if len(set(objects)) > 1:
        raise ProposalError(
            ParseFailure.SEVERAL_ANSWERS,
            f"expected one JSON object, got {len(objects)} different ones: keep drafts inside <think>…</think>.",
        )
    return objects[0]


def _fenced_blocks(answer: str) -> list[str]:
    """What stands between two fences, their language in it; a pattern would take seconds for a hostile answer."""
    return answer.split("```")[1:-1:2]


def _no_object(answer: str) -> ProposalError:
    if "{" in answer:
        return ProposalError(
            ParseFailure.BAD_JSON, f"a brace is never closed in {_excerpt(answer)}: was the answer cut off?"
        )
    return ProposalError(
        ParseFailure.NO_JSON, f'expected a JSON object such as {{"prompt": "…"}}, got {_excerpt(answer)}.'
    )


def _balanced_objects(text: str) -> Iterator[str]:
    """Yield each outermost ``{…}``, ignoring braces inside double-quoted strings."""
    depth, start, quoted, escaped = 0, 0, False, False
    for position, character in enumerate(text):
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted = depth > 0
        elif character == "{":
            start = position if depth == 0 else start
            depth += 1
        elif character == "}" and depth > 0:
            depth -= 1
            if depth == 0:
                yield text[start : position + 1]


def _decode(text: str) -> Mapping[str, object]:
    repaired = _STRING_OR_TRAILING_COMMA.sub(lambda match: match.group(1) or "", text)
    try:
        fields = json.loads(repaired, object_pairs_hook=_unique_fields, parse_constant=_refuse_constant)
    except ProposalError:
        raise
    except (ValueError, RecursionError) as error:
        raise ProposalError(ParseFailure.BAD_JSON, f"not valid JSON ({error}): {_excerpt(text)}.") from error
    assert isinstance(fields, dict), "text in braces decodes to an object"
    return fields


def _unique_fields(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ProposalError(ParseFailure.BAD_JSON, "a field is given twice: give each once.")
    return fields


def _refuse_constant(name: str) -> float:
    raise ProposalError(ParseFailure.BAD_JSON, f"{name} is no JSON number: give a finite one.")


def _proposal_from_fields(fields: Mapping[str, object], parameters: LegalParameters | None) -> Proposal:
    known = (*TEXT_FIELDS, *NUMBER_FIELDS)
    unknown = sorted(set(fields) - set(known))
    if unknown:
        raise ProposalError(
            ParseFailure.UNKNOWN_FIELD, f"unknown field {unknown[0]!r:.60}: the fields are {', '.join(known)}."
        )
    if "prompt" not in fields:
        raise ProposalError(ParseFailure.MISSING_PROMPT, 'the field "prompt" is missing.')
    texts = {name: _text(name, fields[name]) for name in TEXT_FIELDS if name in fields}
    if not any(character.isalnum() for character in texts["prompt"]):
        raise ProposalError(ParseFailure.EMPTY_PROMPT, 'the field "prompt" has no words: describe the sound.')
    numbers = {name: _number(name, fields[name]) for name in NUMBER_FIELDS if name in fields}
    usual = Proposal(prompt=texts["prompt"])
    defaults = usual if parameters is None else parameters.fitted(usual)
    return Proposal(
        prompt=texts["prompt"],
        negative_prompt=texts.get("negative_prompt", defaults.negative_prompt),
        sampler=texts.get("sampler", defaults.sampler),
        steps=_whole("steps", numbers.get("steps", defaults.steps)),
        cfg_scale=numbers.get("cfg_scale", defaults.cfg_scale),
        seconds=numbers.get("seconds", defaults.seconds),
    )


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ProposalError(ParseFailure.WRONG_TYPE, f"{name} must be text, got {_excerpt(json.dumps(value))}.")
    text = " ".join(value.split())
    if len(text) > MAX_PROMPT_CHARACTERS:
        raise ProposalError(
            ParseFailure.TOO_LONG,
            f"{name} has {len(text)} characters, at most {MAX_PROMPT_CHARACTERS} are read: shorten it.",
        )
    if any(unicodedata.category(character) in _UNSEEN and character not in _JOINERS for character in text):
        raise ProposalError(
            ParseFailure.ILLEGAL_VALUE, f"{name} holds control characters or others that nobody sees: use plain text."
        )
    return text


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProposalError(ParseFailure.WRONG_TYPE, f"{name} must be a number, got {_excerpt(json.dumps(value))}.")
    if abs(value) > 1e9 or not math.isfinite(value):
        raise ProposalError(
            ParseFailure.ILLEGAL_VALUE, f"{name} is out of any generator's range: {_excerpt(str(value))}."
        )
    return float(value)


def _whole(name: str, value: float) -> int:
    if value != int(value):
        raise ProposalError(ParseFailure.WRONG_TYPE, f"{name} must be a whole number, got {value:g}.")
    return int(value)


def _excerpt(text: str, limit: int = 80) -> str:
    compact = " ".join(text.split())
    return repr(compact if len(compact) <= limit else compact[: limit - 1] + "…")
