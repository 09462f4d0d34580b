import pytest

from audioforge import data_files
from audioforge.data_files import DataError, data_path, read_json


def test_the_checkout_folder_is_found():
    assert data_path("target_styles.json").is_file()
    assert data_path().name == "data"


def test_without_a_checkout_the_packaged_copy_is_used(tmp_path, monkeypatch):
    (tmp_path / "site" / "_data").mkdir(parents=True)
    (tmp_path / "data").mkdir()  # a neighbour of that name, but no project file
    monkeypatch.setattr(data_files, "_PACKAGE", tmp_path / "site")
    monkeypatch.setattr(data_files, "_CHECKOUT", tmp_path)
    assert data_path() == tmp_path / "site" / "_data"


def test_a_missing_file_says_how_to_get_it_back():
    with pytest.raises(DataError, match=r"no_such\.json is missing: restore it .* or reinstall"):
        data_path("no_such.json")


def test_broken_json_is_located_to_the_line(tmp_path):
    (tmp_path / "a.json").write_text('[\n {"id": 1,}\n]')
    with pytest.raises(DataError, match=r"a\.json is no JSON: .* at line 2"):
        read_json(tmp_path / "a.json")


def test_text_in_another_encoding_is_told(tmp_path):
    (tmp_path / "a.json").write_bytes('["é"]'.encode("latin-1"))
    with pytest.raises(DataError, match="is not UTF-8"):
        read_json(tmp_path / "a.json")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_json(tmp_path)
