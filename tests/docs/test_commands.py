"""What README and docs tell to type: README's Python runs, every ``audioforge`` line is a call that is understood."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from markdown_it import MarkdownIt

from audioforge.cli.main import app
from reward_models.audio import AudioBatch
from tests.stand_ins import tone

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMAND = typer.main.get_command(app)


def blocks(page: Path) -> list[str]:
    parsed = MarkdownIt().parse(page.read_text(encoding="utf-8"))
    return [own.content for own in parsed if own.type in {"fence", "code_block"}]


def calls(page: Path) -> list[str]:
    """Lines that begin with ``audioforge``, continued lines joined, without comments and what is optional."""
    lines = "\n".join(blocks(page)).replace("\\\n", " ").splitlines()
    found = [own.strip().removeprefix("$ ") for own in lines]
    return [re.sub(r"\s{2,}#.*|\[.*?\]", "", own) for own in found if own.startswith("audioforge ")]


def understand(words: list[str]) -> None:
    """Parses a call as the command line would, without carrying it out."""
    command = COMMAND
    while hasattr(command, "commands"):
        assert words, "a command is missing"
        assert words[0] in command.commands, f"there is no command {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    command.make_context("audioforge", list(words))


ALL = [pytest.param(call, id=f"{page.name}: {call[:60]}") for page in PAGES for call in calls(page)]


def test_the_pages_hold_calls():
    assert len(ALL) > 15


@pytest.mark.parametrize("call", ALL)
def test_a_call_that_is_told_is_understood(call: str):
    understand(shlex.split(call)[1:])


def test_a_call_with_an_option_that_is_not_there_is_found():
    with pytest.raises(Exception, match="No such option"):
        understand(["score", "kick.wav", "--request", "a kick", "--requets", "b"])


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    AudioBatch.from_arrays([tone(0.5, 0.5, 44_100)], 44_100).save([tmp_path / "kick.wav"])
    parsed = MarkdownIt().parse((ROOT / "README.md").read_text(encoding="utf-8"))
    fences = [own.content for own in parsed if own.type == "fence" and own.info == "python"]
    assert fences
    names: dict[str, object] = {}
    for code in fences:
        exec(compile(code, "README.md", "exec"), names)
    assert all(own.ok for own in names["result"].status)
