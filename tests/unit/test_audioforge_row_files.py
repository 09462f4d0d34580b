import json
from pathlib import Path

import pytest

from audioforge.audio_files import audio_files
from audioforge.data_files import DataError
from audioforge.row_files import read_rows

ODD = 'a "kick"\u2028, two\nlines'


def test_rows_are_the_same_whatever_the_table(tmp_path: Path):
    row = {"id": "a", "request": ODD}
    quoted = ODD.replace('"', '""')
    (tmp_path / "t.csv").write_bytes(f'\ufeffid,request\r\na,"{quoted}"\r\n'.encode())
    (tmp_path / "t.json").write_text(json.dumps([row]), encoding="utf-8")
    (tmp_path / "t.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n\n", encoding="utf-8")
    (tmp_path / "clips.json").write_text(json.dumps({"clips": [row]}), encoding="utf-8")
    for name in ("t.csv", "t.json", "t.jsonl", "clips.json"):
        assert read_rows(tmp_path / name) == [row]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.txt", b"a.wav", r"t\.txt: expected a table \(\.json, \.jsonl, \.csv\)"),
        ("t.json", b"[{", r"t\.json: the file is no JSON"),
        ("t.json", b'{"file": "a.wav"}', "expected a list of objects .*, got {'file'"),
        ("t.json", b'[{"file": "a"}, 1]', "expected a list of objects .*, got 1"),
        ("t.jsonl", b'{"a": 1}\n{"b"', "line 2 is no JSON"),
        ("t.csv", b"file\n\xff\n", r"not UTF-8 \(byte 5\)"),
    ],
)
def test_what_is_no_table_is_told_with_its_place(tmp_path: Path, name: str, content: bytes, message: str):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_rows(tmp_path / name)


def test_an_absent_table_and_a_folder_are_told_in_words(tmp_path: Path):
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(DataError, match=r"gone\.json can't be read \(No such file or directory\)"):
        read_rows(tmp_path / "gone.json")
    with pytest.raises(DataError, match=r"folder\.json can't be read \(Is a directory\)"):
        read_rows(tmp_path / "folder.json")


def test_audio_files_are_found_below_a_folder_in_order_and_nothing_else(tmp_path: Path):
    for name in ("b.WAV", "deep/a.opus", "a.flac", "notes.txt", "c.wav/inside.mp3"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in audio_files(tmp_path)]
    assert found == ["a.flac", "b.WAV", "c.wav/inside.mp3", "deep/a.opus"]
