import pytest

from audioforge.generators import load_generator
from audioforge.generators.base import ParameterSpace
from audioforge.proposals import ParseFailure, Proposal, ProposalError

SPACE = ParameterSpace(samplers=("euler", "rk4"), steps=(1, 50), cfg_scale=(0.0, 15.0), seconds=(0.5, 11.0))
LEGAL = {"prompt": "rain", "sampler": "rk4"}


@pytest.mark.parametrize("field", ["steps", "cfg_scale", "seconds"])
def test_both_ends_of_a_range_are_legal(field):
    for value in getattr(SPACE, field):
        SPACE.check(Proposal(**LEGAL, **{field: value}))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("steps", 0, "steps must lie between 1 and 50; got 0"),
        ("steps", 51, "steps must lie between 1 and 50; got 51"),
        ("cfg_scale", 15.1, "cfg_scale must lie between 0 and 15; got 15.1"),
        ("cfg_scale", float("nan"), "cfg_scale must lie between 0 and 15; got nan"),
        ("seconds", 0.4, r"seconds must lie between 0.5 and 11; got 0.4"),
        ("sampler", "ddim", "sampler must be one of euler, rk4; got 'ddim'"),
    ],
)
def test_an_illegal_value_is_named_with_what_is_legal(field, value, message):
    with pytest.raises(ProposalError, match=message) as caught:
        SPACE.check(Proposal(**{**LEGAL, field: value}))
    assert caught.value.kind is ParseFailure.ILLEGAL_VALUE


def test_what_is_illegal_is_fitted_to_the_nearest_legal_value():
    fitted = SPACE.fitted(Proposal("rain", steps=80, cfg_scale=-1.0, sampler="ddim", seconds=0.1))
    assert fitted == Proposal("rain", steps=50, cfg_scale=0.0, sampler="euler", seconds=0.5)
    SPACE.check(fitted)
    assert SPACE.fitted(Proposal(**LEGAL)) == Proposal(**LEGAL)


def test_an_empty_prompt_is_refused():
    with pytest.raises(ProposalError, match="prompt must say what to render") as caught:
        SPACE.check(Proposal(prompt="  ", sampler="rk4"))
    assert caught.value.kind is ParseFailure.EMPTY_PROMPT


def test_an_unknown_generator_is_refused_with_the_known_names():
    with pytest.raises(ValueError, match="No generator is called 'sketchy'; there is musicgen, sketch"):
        load_generator("sketchy")
