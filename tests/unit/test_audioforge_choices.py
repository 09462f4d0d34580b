import pytest
from typer.testing import CliRunner

from audioforge.choices import check_choice, wrong_choice
from audioforge.cli.main import app
from audioforge.targets import CATEGORIES


def test_a_wrong_choice_is_told_with_all_that_there_are():
    assert wrong_choice("size", "huge", ("small", "large")) == "size must be one of small, large, got 'huge'"
    with pytest.raises(ValueError, match=r"^size must be one of small, large, got 'huge'\.$"):
        check_choice("size", "huge", ("small", "large"))


def test_what_is_among_the_options_or_left_open_passes():
    check_choice("size", "small", ("small", "large"))
    check_choice("size", None, ("small", "large"))


@pytest.mark.parametrize(
    "call",
    [
        ["score", "a.wav", "--request", "a kick"],
        ["score-archive", "clips", "--out", "scores", "--request", "a kick"],
        ["optimise", "--out", "search"],
    ],
)
def test_each_command_refuses_an_unknown_category_and_lists_the_four(call):
    result = CliRunner().invoke(app, [*call, "--category", "drum"], env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert wrong_choice("category", "drum", CATEGORIES) in result.output
