"""Behaviour of audioforge/proposal_parsing.py."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audioforge.generators.base import ParameterSpace
from audioforge.proposal_parsing import MAX_ANSWER_CHARACTERS, parse_proposal
from audioforge.proposals import ParseFailure, Proposal, ProposalError

WHOLE = {
    "prompt": "128 BPM techno drum loop",
    "negative_prompt": "vocals",
    "steps": 16,
    "cfg_scale": 2.5,
    "sampler": "euler",
    "seconds": 6,
}


class AtMostTenSteps:
    def check(self, proposal: Proposal) -> None:
        if proposal.steps > 10:
            raise ProposalError(ParseFailure.ILLEGAL_VALUE, f"steps must be 1 to 10, got {proposal.steps}.")

    def fitted(self, proposal: Proposal) -> Proposal:
        return proposal


def failure_of(answer: str) -> ParseFailure:
    with pytest.raises(ProposalError) as caught:
        parse_proposal(answer)
    return caught.value.kind


@pytest.mark.parametrize(
    "answer",
    [
        json.dumps(WHOLE),
        f"```json\n{json.dumps(WHOLE, indent=2)}\n```",
        f"```\n{json.dumps(WHOLE)}```",
        f'<think>A loop. {{draft}} Maybe {{"prompt": "x"}}.</think>\n{json.dumps(WHOLE)}',
        f"Techno is dense, so more steps.\n\n{json.dumps(WHOLE)}\nThat should do.",
        f"{json.dumps(WHOLE)}\n{json.dumps(WHOLE)}",
    ],
)
def test_one_answer_is_read_bare_fenced_and_after_reasoning(answer):
    assert parse_proposal(answer) == Proposal("128 BPM techno drum loop", "vocals", 16, 2.5, "euler", 6.0)


def test_fields_left_out_take_the_proposal_s_defaults():
    assert parse_proposal('{"prompt": "rain"}') == Proposal("rain")


def test_a_trailing_comma_is_dropped_but_not_inside_a_string():
    assert parse_proposal('{"prompt": "kick,} snare,] hat", "steps": 8, }').prompt == "kick,} snare,] hat"


def test_white_space_in_a_prompt_is_collapsed():
    assert parse_proposal('{"prompt": "  soft \\n\\t rain "}').prompt == "soft rain"


def test_braces_and_quotes_inside_strings_do_not_end_the_object():
    assert parse_proposal(r'{"prompt": "a \"}{\" sound"}').prompt == 'a "}{" sound'


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("", ParseFailure.EMPTY_ANSWER),
        (" \n ", ParseFailure.EMPTY_ANSWER),
        ('<think>hmm {"prompt": "x"}', ParseFailure.UNFINISHED_REASONING),
        ("A techno loop, please.", ParseFailure.NO_JSON),
        ('{"prompt": "techno', ParseFailure.BAD_JSON),
        ("{'prompt': 'techno'}", ParseFailure.BAD_JSON),
        ('{"prompt": techno}', ParseFailure.BAD_JSON),
        ('{"prompt": "a", "prompt": "b"}', ParseFailure.BAD_JSON),
        ('{"prompt": "a", "steps": NaN}', ParseFailure.BAD_JSON),
        ('{"prompt":' + "[" * 5000 + "}", ParseFailure.BAD_JSON),
        ('{"prompt": "a"} or {"prompt": "b"}', ParseFailure.SEVERAL_ANSWERS),
        ('{"steps": 8}', ParseFailure.MISSING_PROMPT),
        ("{}", ParseFailure.MISSING_PROMPT),
        ('{"prompt": "  "}', ParseFailure.EMPTY_PROMPT),
        ('{"prompt": 8}', ParseFailure.WRONG_TYPE),
        ('{"prompt": null}', ParseFailure.WRONG_TYPE),
        ('{"prompt": "a", "steps": "8"}', ParseFailure.WRONG_TYPE),
        ('{"prompt": "a", "steps": 8.5}', ParseFailure.WRONG_TYPE),
        ('{"prompt": "a", "steps": true}', ParseFailure.WRONG_TYPE),
        ('{"prompt": "a", "volume": 3}', ParseFailure.UNKNOWN_FIELD),
        ('{"prompt": "a", "seconds": 1e999}', ParseFailure.ILLEGAL_VALUE),
        ('{"prompt": "a", "steps": 1' + "0" * 400 + "}", ParseFailure.ILLEGAL_VALUE),
        ('{"prompt": "\\ud800"}', ParseFailure.ILLEGAL_VALUE),
        ('{"prompt": "\\u0000x"}', ParseFailure.ILLEGAL_VALUE),
        ('{"prompt": "\\u007fx"}', ParseFailure.ILLEGAL_VALUE),
        ('{"prompt": "a\\u202eb"}', ParseFailure.ILLEGAL_VALUE),
        ('{"prompt": "a", "negative_prompt": "\\u200b"}', ParseFailure.ILLEGAL_VALUE),
        ('{"prompt": "a\U000e0061"}', ParseFailure.ILLEGAL_VALUE),
        ('{"prompt": "..."}', ParseFailure.EMPTY_PROMPT),
        ('{"prompt": "\\u200b\\u200b"}', ParseFailure.ILLEGAL_VALUE),
        ('{"prompt": "\U0001f941 !"}', ParseFailure.EMPTY_PROMPT),
        ('{"PROMPT": "a"}', ParseFailure.UNKNOWN_FIELD),
        ('{"answer": {"prompt": "a"}}', ParseFailure.UNKNOWN_FIELD),
        ('{"prompt": ["a"]}', ParseFailure.WRONG_TYPE),
        ('{"prompt": "a", "cfg_scale": "3"}', ParseFailure.WRONG_TYPE),
        ('{"prompt": "a" /* loud */}', ParseFailure.BAD_JSON),
        ('{"prompt": "a\nb"}', ParseFailure.BAD_JSON),
        ("{\u201cprompt\u201d: \u201ca\u201d}", ParseFailure.BAD_JSON),
        ('{"prompt": "a </think> {b"}', ParseFailure.BAD_JSON),
        ('{"prompt": "a", "steps": ' + "9" * 6000 + "}", ParseFailure.BAD_JSON),
        ('<THINK>{"prompt": "a"}</THINK>{"prompt": "b"}', ParseFailure.SEVERAL_ANSWERS),
        ("prompt: rain", ParseFailure.NO_JSON),
        (json.dumps({"prompt": "rain " * 1000}), ParseFailure.TOO_LONG),
        ("x" * (MAX_ANSWER_CHARACTERS + 1), ParseFailure.TOO_LONG),
    ],
)
def test_every_malformed_answer_has_a_name(answer, kind):
    assert failure_of(answer) is kind


def test_a_message_says_what_was_expected_and_what_came():
    with pytest.raises(ProposalError, match=r"steps must be a number, got '\"8\"'"):
        parse_proposal('{"prompt": "a", "steps": "8"}')


def test_the_generator_s_limits_are_asked():
    with pytest.raises(ProposalError, match="steps must be 1 to 10, got 16"):
        parse_proposal(json.dumps(WHOLE), AtMostTenSteps())


def test_a_message_stays_short_however_long_the_answer_is():
    with pytest.raises(ProposalError) as caught:
        parse_proposal('{"prompt": ' + "x" * 9000 + "}")
    assert len(str(caught.value)) < 250


def test_an_answer_of_many_fences_or_none_that_closes_is_read_at_once():
    hostile = ("```" + "a" * 15_900, "```a\n" * 3_000, "```" * 5_000 + "{")
    kinds = [failure_of(answer) for answer in hostile]
    assert kinds == [ParseFailure.NO_JSON, ParseFailure.NO_JSON, ParseFailure.BAD_JSON]
    assert parse_proposal('```\n```json\n{"prompt": "a"}\n```\n```').prompt == "a"


def test_a_generator_s_own_values_stand_in_for_fields_left_out():
    space = ParameterSpace(("sample", "greedy"), (1, 1), (2.0, 15.0), (5.0, 30.0))
    assert parse_proposal('{"prompt": "a"}', space) == Proposal("a", "", 1, 2.0, "sample", 5.0)
    with pytest.raises(ProposalError, match="steps must lie between 1 and 1; got 8"):
        parse_proposal('{"prompt": "a", "steps": 8}', space)


@given(st.text(max_size=200))
def test_any_text_gives_a_proposal_or_a_named_failure(answer):
    with contextlib.suppress(ProposalError):
        assert parse_proposal(answer).prompt


def has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1).filter(has_words))
def test_any_printable_prompt_survives_a_round_trip(prompt):
    assert parse_proposal(json.dumps({"prompt": prompt})).prompt == " ".join(prompt.split())


@pytest.mark.parametrize("prompt", ["</think>", "<think>", "``` {} a", "{ a", "a, }"])
def test_marks_inside_the_prompt_are_only_text(prompt):
    assert parse_proposal(json.dumps({"prompt": prompt})).prompt == prompt
