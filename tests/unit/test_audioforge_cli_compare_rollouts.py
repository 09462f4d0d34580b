"""``audioforge compare-rollouts`` as it is called."""

import json

import pytest
from typer.testing import CliRunner

from audioforge.cli.main import app, run
from audioforge.rollouts import write_rollouts
from tests.env_stand_ins import make_record


def written(path, gain: float = 0.0, targets: int = 10, **changes) -> str:
    records = [
        make_record(
            id=f"{n}-{k}", group=str(n), target_id=f"t{n}", seed=n, reward=0.3 + 0.02 * n + gain, total=0.4, **changes
        )
        for n in range(targets) for k in range(2)
    ]  # fmt: skip
    write_rollouts(path, records)
    return str(path)


def test_the_better_policy_is_named_with_its_interval(tmp_path):
    first, second = written(tmp_path / "a.jsonl"), written(tmp_path / "b.jsonl", 0.05, targets=12)
    result = CliRunner().invoke(app, ["compare-rollouts", first, second])
    assert result.exit_code == 0, result.output
    assert f"A is {first}, B is {second}" in result.output
    assert "10 pairs of target and seed, 2 that only one has are left out" in result.output
    assert "reward: B above A." in result.output
    assert "+0.050 to +0.050" in result.output


def test_json_holds_the_same(tmp_path):
    first, second = written(tmp_path / "a.jsonl"), written(tmp_path / "b.jsonl")
    result = CliRunner().invoke(app, ["compare-rollouts", first, second, "--json"])
    found = json.loads(result.output)
    assert (found["pairs"], found["scores"][0]["name"], found["scores"][0]["difference"]) == (10, "reward", 0)
    assert "no difference shown" in CliRunner().invoke(app, ["compare-rollouts", first, second]).output


def test_other_judges_are_refused_unless_allowed(tmp_path, monkeypatch, capsys):
    first = written(tmp_path / "a.jsonl", provenance={"novelty.version": "1"})
    second = written(tmp_path / "b.jsonl", provenance={"novelty.version": "2"})
    monkeypatch.setattr("sys.argv", ["audioforge", "compare-rollouts", first, second])
    with pytest.raises(SystemExit) as left:
        run()
    assert left.value.code == 2
    assert "judged differently" in (said := capsys.readouterr().err)
    assert "novelty.version 1 and 2" in said
    allowed = CliRunner().invoke(app, ["compare-rollouts", first, second, "--allow-different"])
    assert "read with care: novelty.version 1 and 2" in allowed.output


@pytest.mark.parametrize(
    ("records", "message"),
    [
        (None, "no rollout file at"),
        ([], "holds no rollouts"),
        ([make_record()], "share 1 targets on the same seeds, a comparison needs 8"),
    ],
)
def test_what_cannot_be_compared_is_told_in_one_line(tmp_path, monkeypatch, capsys, records, message):
    path = tmp_path / "a.jsonl"
    if records is not None:
        write_rollouts(path, records)
    monkeypatch.setattr("sys.argv", ["audioforge", "compare-rollouts", str(path), str(path)])
    with pytest.raises(SystemExit) as left:
        run()
    assert left.value.code == 2
    assert message in capsys.readouterr().err
