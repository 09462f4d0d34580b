import json

import pytest

from audioforge.dashboard.runs import read_run, read_runs, state_of
from audioforge.rollouts import RolloutFileError, record_to_json, write_rollouts
from tests.rollout_makers import malformed, scored


def write_history(folder, *metrics, settings="same"):
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "history.jsonl").open("w") as file:
        for number, own in enumerate(metrics):
            file.write(json.dumps({"time": number, "step": 10 * number, "settings": settings, "metrics": own}) + "\n")


def test_a_folder_gives_its_rollouts_and_the_evaluations_below_it(tmp_path):
    run = tmp_path / "first"
    run.mkdir()
    write_rollouts(run / "r.jsonl", [scored(run, "0-0", 0.4), malformed(run, "0-1")])
    write_history(run / "evals", {"reward": 0.1}, {"reward": 0.2})
    (run / "groups").mkdir()
    (run / "groups" / "groups.jsonl").write_text('{"tokens": []}\n')
    (run / "samples.jsonl").write_text(json.dumps(record_to_json(scored(run, "9-0", 0.4)) | {"second_judge": 1}))
    found = read_run(run)
    assert (found.name, len(found.records), found.skipped) == ("first", 2, 0)
    assert [own.step for own in found.evaluations] == [0, 10]
    assert read_run(run / "r.jsonl").name == "first"
    assert len(read_run(run / "evals").evaluations) == 2


def test_half_a_last_line_is_waited_for_and_a_broken_one_counted(tmp_path):
    path = tmp_path / "r.jsonl"
    write_rollouts(path, [scored(tmp_path, "0-0", 0.4)])
    before = state_of([tmp_path])
    line = json.dumps(record_to_json(scored(tmp_path, "0-1", 0.5)))
    with path.open("a") as file:
        file.write('{"id": "broken"}\n' + line[:40])
    assert state_of([tmp_path]) != before
    run = read_run(tmp_path)
    assert (len(run.records), run.skipped) == (1, 1)
    with path.open("a") as file:
        file.write(line[40:] + "\n")
    assert len(read_run(tmp_path).records) == 2


def test_a_run_that_has_just_begun_is_an_empty_one(tmp_path):
    (tmp_path / "r.jsonl").touch()
    assert read_run(tmp_path).records == []


def test_runs_in_folders_of_one_name_are_told_apart(tmp_path):
    for parent in ("a", "b"):
        write_rollouts(tmp_path / parent / "out" / "r.jsonl", [])
    names = [run.name for run in read_runs([tmp_path / "a" / "out", tmp_path / "b" / "out"])]
    assert names == [str(tmp_path / "a" / "out"), str(tmp_path / "b" / "out")]


def test_what_is_no_run_is_refused_with_what_was_expected(tmp_path):
    with pytest.raises(RolloutFileError, match="there is no run at"):
        read_run(tmp_path / "gone")
    with pytest.raises(RolloutFileError, match=r"holds no rollouts .* and no evaluations"):
        read_run(tmp_path)
    (tmp_path / "a.jsonl").write_text("{}\n")
    with pytest.raises(RolloutFileError, match=r"a.jsonl holds no rollouts"):
        read_run(tmp_path / "a.jsonl")
    for name in ("a.jsonl", "b.jsonl"):
        write_rollouts(tmp_path / name, [malformed(tmp_path, "0-0")])
    with pytest.raises(RolloutFileError, match=r"several runs: name a.jsonl"):
        read_run(tmp_path)
