from pathlib import Path

import pytest

from training.mini.cache import build_cache
from training.mini.kept_file import kept, write_text


def test_a_result_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    first = kept(tmp_path / "own.txt", write_text("first"))
    assert kept(first, write_text("second")).read_text() == "first"
    assert [own.name for own in tmp_path.iterdir()] == ["own.txt"]


def test_a_run_that_is_killed_while_it_writes_leaves_no_result(tmp_path: Path) -> None:
    def killed(path: Path) -> None:
        path.write_text("hal")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept(tmp_path / "own.txt", killed)
    assert not (tmp_path / "own.txt").exists()
    assert kept(tmp_path / "own.txt", write_text("whole")).read_text() == "whole"


def test_a_cache_that_is_made_again_is_not_described_by_its_old_entries(tmp_path: Path) -> None:
    (tmp_path / "entries.json").write_text("[1, 2, 3]")
    assert build_cache([], tmp_path).entries == ()
