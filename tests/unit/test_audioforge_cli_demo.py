from pathlib import Path

from audioforge.cli.demo import set_aside

FILES = ("audioforge_rollouts.jsonl", "audioforge_rollouts.html", "audio/0-0.flac", "groups/groups.jsonl")


def put_run(folder: Path, text: str) -> None:
    for name in FILES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_an_earlier_run_is_kept_whole_under_the_next_number(tmp_path):
    for number in (1, 2):
        put_run(tmp_path, f"run {number}")
        (tmp_path / "notes.txt").write_text("my own")
        assert set_aside(tmp_path) == tmp_path / f"earlier-{number}"
    for number in (1, 2):
        assert [(tmp_path / f"earlier-{number}" / name).read_text() for name in FILES] == [f"run {number}"] * 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["earlier-1", "earlier-2", "notes.txt"]


def test_a_folder_without_rollouts_is_left_alone(tmp_path):
    (tmp_path / "audio").mkdir()
    assert set_aside(tmp_path) is None
    assert [path.name for path in tmp_path.iterdir()] == ["audio"]
