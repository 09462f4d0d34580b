"""Answers of a language model, of any form: a legal proposal, or malformed with a reason."""

import json

from hypothesis import given
from hypothesis import strategies as st

from audioforge.proposals import Proposal
from audioforge.scoring.answers import read_answer
from audioforge.status import Status
from tests.env_stand_ins import ToneGenerator
from tests.fuzz_budget import fuzz
from tests.garbling import JSON_VALUES

PARAMETERS = ToneGenerator.parameters
FIELDS = st.fixed_dictionaries(
    {"prompt": st.text(max_size=60) | st.just("a deep kick") | JSON_VALUES},
    optional={
        "steps": st.integers(-1, 60) | st.floats() | JSON_VALUES,
        "cfg_scale": st.floats(-1, 20) | JSON_VALUES,
        "seconds": st.floats(-1, 20) | st.integers() | JSON_VALUES,
        "sampler": st.sampled_from(["pingpong", "euler", "none"]) | JSON_VALUES,
        "negative_prompt": st.text(max_size=20) | JSON_VALUES,
        "path": JSON_VALUES,
    },
)
PIECE = st.one_of(
    FIELDS.map(json.dumps),
    FIELDS.map(lambda fields: json.dumps(fields, ensure_ascii=False)),
    FIELDS.map(str),
    st.sampled_from(
        ["<think>", "</think>", "```json\n", "```", "{", "}", '"', "\\", ",}", '{"prompt": "a"', "NaN", "[" * 3_000]
    ),
    st.text(max_size=40),
)


@fuzz(0.16)
@given(st.lists(PIECE, max_size=6).map("".join))
def test_any_answer_is_a_legal_proposal_or_malformed_with_a_reason(text):
    reading = read_answer(text, PARAMETERS)
    if reading.proposal is None:
        assert reading.status.code is Status.MALFORMED
        assert reading.status.reason
        assert reading.failure in type(reading.failure)
    else:
        assert reading.status.ok
        check_legal(reading.proposal)


def check_legal(proposal: Proposal) -> None:
    PARAMETERS.check(proposal)
    assert proposal.prompt.strip() == proposal.prompt != ""
    assert len(proposal.prompt.split()) <= PARAMETERS.prompt_tokens
    json.dumps(proposal.__dict__, allow_nan=False).encode()
