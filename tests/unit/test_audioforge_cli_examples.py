import shlex

import pytest
import typer
from typer.testing import CliRunner

from audioforge.cli.examples import EXAMPLES
from audioforge.cli.main import app

ROOT = typer.main.get_command(app)


def commands(group, above: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for name, own in group.commands.items():
        found |= commands(own, f"{above}{name} ") if hasattr(own, "commands") else {above + name: own}
    return found


def test_every_command_has_an_example():
    assert set(EXAMPLES) == set(commands(ROOT))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_stands_in_the_help_and_is_understood(name: str):
    words = shlex.split(EXAMPLES[name])[1:]
    assert words[: len(name.split())] == name.split()
    help_text = CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "400"}).output
    assert f"Example: {EXAMPLES[name]}" in help_text
    commands(ROOT)[name].make_context(name, words[len(name.split()) :])  # raises on an option that isn't there


def test_the_exit_codes_are_told():
    assert "1 done, but some clips got no score" in CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output
