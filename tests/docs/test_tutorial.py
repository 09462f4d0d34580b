"""The tutorial, run block by block in the page's order, in one folder and with one set of names.

A block whose first line says ``no-test="why"`` is skipped, and one with ``needs="package"`` where that is missing.
``audioforge`` and ``python training/…`` run in this process: the same code, without importing torch anew each time.
"""

import importlib.util
import re
import runpy
import shlex
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from markdown_it import MarkdownIt

from audioforge.cli.main import app
from tests.tiny_clap import write_checkpoint

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorial.md"


class Block(NamedTuple):
    """One fenced block: its language, what its first line says of it, and where it is."""

    language: str
    options: dict[str, str]
    code: str
    line: int


def blocks() -> list[Block]:
    fences = [own for own in MarkdownIt().parse(PAGE.read_text(encoding="utf-8")) if own.type == "fence"]
    options = [dict(re.findall(r'([\w-]+)="([^"]*)"', own.info)) for own in fences]
    return [
        Block(own.info.split()[0], said, own.content, own.map[0] + 2) for own, said in zip(fences, options, strict=True)
    ]


pytestmark = [
    # Lightning itself reads a class that torch has renamed.
    pytest.mark.filterwarnings("ignore:.*isinstance.treespec, LeafSpec.*", "ignore:.*litlogger.*"),
    # TRL itself sets an option that transformers has renamed.
    pytest.mark.filterwarnings("ignore:.*gradient_checkpointing.*:FutureWarning"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("tutorial")


@pytest.fixture(scope="module")
def names(place: Path) -> dict[str, object]:
    return {"__name__": "tutorial", "clap": str(write_checkpoint(place / "clap"))}


def run_python(block: Block, names: dict[str, object]) -> None:
    code = compile("\n" * (block.line - 1) + block.code, str(PAGE), "exec")
    exec(code, names)


def run_command(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program, *words = shlex.split(line)
    if program == "audioforge":
        assert not app(words, standalone_mode=False)
        return
    assert program == "python", f"the tutorial runs audioforge and python, not {program}"
    monkeypatch.setattr(sys, "argv", words)
    runpy.run_path(str(ROOT / words[0]), run_name="__main__")


@pytest.mark.parametrize("block", blocks(), ids=lambda own: f"line {own.line}")
def test_a_block_of_the_tutorial_runs(block: Block, place: Path, names: dict[str, object], monkeypatch):
    if "no-test" in block.options:
        pytest.skip(block.options["no-test"])
    if "needs" in block.options and importlib.util.find_spec(block.options["needs"]) is None:
        pytest.skip(f"{block.options['needs']} is not installed")
    monkeypatch.chdir(place)
    if block.language == "python":
        run_python(block, names)
    else:
        assert block.language == "bash"
        for line in block.code.splitlines():
            run_command(line, monkeypatch)


def test_most_blocks_are_run():
    run = [own for own in blocks() if not own.options]
    assert len(run) >= 10
    assert {own.language for own in blocks()} == {"python", "bash"}
