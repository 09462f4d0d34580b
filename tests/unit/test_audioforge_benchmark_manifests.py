import json
from pathlib import Path

import pytest

from audioforge.benchmark.entries import BenchmarkError
from audioforge.benchmark.manifests import read_benchmark, read_requests


def write_requests(folder: Path, names: list[str], suffix: str = ".json") -> Path:
    rows = [{"id": name, "request": f"a {name}", "category": "drums"} for name in names]
    path = folder / f"requests{suffix}"
    if suffix == ".json":
        path.write_text(json.dumps(rows), encoding="utf-8")
    elif suffix == ".jsonl":
        path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    else:
        lines = [f"{row['id']},{row['request']},{row['category']}" for row in rows]
        path.write_text("\n".join(["id,request,category", *lines]), encoding="utf-8")
    return path


def write_files(folder: Path, names: list[str]) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"")
    return folder


def write_manifest(folder: Path, rows: list[dict], name: str = "manifest.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".csv"])
def test_requests_read_the_same_from_json_lines_and_csv(tmp_path: Path, suffix: str):
    first, second = read_requests(write_requests(tmp_path, ["kick", "snare"], suffix))
    assert (first.id, first.text, first.category) == ("kick", "a kick", "drums")
    assert second.id == "snare"


@pytest.mark.parametrize(
    ("text", "got"), [("", "holds no row"), ("id,request\n", "holds no row"), ("file,prompt\na,b\n", "file, prompt")]
)
def test_a_requests_file_of_another_form_is_told_which_columns_it_needs(tmp_path: Path, text: str, got: str):
    path = tmp_path / "requests.csv"
    path.write_text(text)
    with pytest.raises(BenchmarkError, match=f"{got}.*expected id .*request"):
        read_benchmark([f"mine={tmp_path}"], path)


def test_a_folder_pairs_by_name_and_lists_what_has_no_partner(tmp_path: Path):
    folder = write_files(tmp_path / "mine", ["snare.wav", "kick.ogg", "tuba.wav", "notes.txt"])
    pairing = read_benchmark([f"mine={folder}"], write_requests(tmp_path, ["kick", "snare", "hat"]))
    assert [(own.request.id, own.file) for own in pairing.clips] == [("kick", "kick.ogg"), ("snare", "snare.wav")]
    problems = {own.name: own.problem for own in pairing.mismatches}
    assert problems == {"hat": "no clip for this request", "tuba.wav": "no request of this id"}


def test_a_manifest_may_hold_several_systems_and_seeds(tmp_path: Path):
    rows = [
        {"system": system, "id": "kick", "request": "a kick", "file": f"{system}{seed}.wav", "seed": seed}
        for system in ("b", "a")
        for seed in (2, 1)
    ]
    path = write_manifest(tmp_path, rows)
    pairing = read_benchmark([str(path)])
    assert [(own.system, own.seed) for own in pairing.clips] == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]
    assert {own.system for own in read_benchmark([f"a={path}"]).clips} == {"a"}


def test_the_requests_file_counts_where_a_manifest_says_otherwise(tmp_path: Path):
    path = write_manifest(tmp_path, [{"id": "kick", "request": "a tuba", "file": "x.wav"}])
    pairing = read_benchmark([f"mine={path}"], write_requests(tmp_path, ["kick"]))
    assert pairing.clips[0].request.text == "a kick"
    assert "differs" in pairing.mismatches[0].problem


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"id": "a", "request": "x"}], 'row 1: no "file"'),
        ([{"id": "a", "file": "x.wav"}], 'row 1: no "request"'),
        (
            [{"id": "a", "request": "x", "file": "x.wav", "category": "drum"}],
            "one of drums, instruments, sfx, ambient, got 'drum'",
        ),
        ([{"id": "a", "request": "x", "file": "x.wav", "seed": "one"}], "no whole number"),
        ([{"id": "a", "request": "x", "file": "x.wav"}] * 2, "set them apart"),
        (
            [{"id": "a", "request": text, "file": f"{text}.wav", "seed": text} for text in "12"],
            "give each request its own",
        ),
    ],
)
def test_a_wrong_manifest_says_what_is_wrong(tmp_path: Path, rows: list, message: str):
    with pytest.raises(BenchmarkError, match=message):
        read_benchmark([f"mine={write_manifest(tmp_path, rows)}"])


def test_wrong_sources_say_what_to_do(tmp_path: Path):
    folder = write_files(tmp_path / "mine", ["tuba.wav"])
    requests = write_requests(tmp_path, ["kick"])
    manifest = write_manifest(tmp_path, [{"id": "kick", "request": "a kick", "file": "x.wav"}])
    for systems, given, message in (
        ([str(folder)], requests, "name the system"),
        ([f"mine={folder}"], None, "needs --requests"),
        ([f"mine={folder}"], requests, "named after the ids.*Without a request: tuba.wav"),
        (["mine=nowhere"], requests, "no folder or file"),
        ([f"mine={folder / 'tuba.wav'}"], requests, "expected a folder of clips or a manifest"),
        ([str(manifest)], None, 'no "system"'),
        ([f"mine={manifest}", f"mine={manifest}"], None, "two sources name the system"),
    ):
        with pytest.raises(BenchmarkError, match=message):
            read_benchmark(systems, given)


def test_requests_need_ids_of_their_own(tmp_path: Path):
    with pytest.raises(BenchmarkError, match="comes twice"):
        read_requests(write_requests(tmp_path, ["kick", "kick"]))
