from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from audioforge.benchmark.comparing import compare_reports, read_report, system_pairs
from audioforge.benchmark.entries import BenchmarkError
from audioforge.cli.main import app
from audioforge.reports.benchmark_report import BenchmarkReport
from tests.benchmark_makers import made_up_report, made_up_rows


def saved(path: Path, report: BenchmarkReport, **manifest: object) -> Path:
    path.write_text(replace(report, manifest={**report.manifest, **manifest}).to_json(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def report() -> BenchmarkReport:
    return made_up_report(made_up_rows(["a", "b"], 20))


def test_a_report_is_no_different_from_itself(tmp_path: Path, report: BenchmarkReport):
    own = read_report(saved(tmp_path / "a.json", report))
    assert own.clips == report.clips
    found = compare_reports(own, own)
    assert {row.difference for row in found.rows} == {0.0}
    assert {row.p_value for row in found.rows} == {1.0}


def test_a_better_run_is_seen_and_changed_requests_are_left_out(tmp_path: Path, report: BenchmarkReport):
    better = [replace(own, total=min(1.0, own.total + 0.1)) for own in report.clips]
    better = [replace(own, request="another") if own.id == "id-3" else own for own in better]
    first, second = (
        read_report(saved(tmp_path / f"{n}.json", replace(report, clips=tuple(clips))))
        for n, clips in enumerate((report.clips, better))
    )
    found = compare_reports(first, second)
    totals = [row for row in found.rows if row.measure == "total"]
    assert [row.requests for row in totals] == [19, 19]
    assert all(row.difference == pytest.approx(0.1, abs=1e-3) for row in totals)
    assert "id-3" in found.notes[0]


def test_other_judges_are_refused_unless_allowed(tmp_path: Path, report: BenchmarkReport):
    first = read_report(saved(tmp_path / "a.json", report, reward={"clap_alignment.fingerprint": "1"}))
    second = read_report(saved(tmp_path / "b.json", report, reward={"clap_alignment.fingerprint": "2"}))
    with pytest.raises(BenchmarkError, match=r"clap_alignment\.fingerprint: 1 and 2.*--allow-different"):
        compare_reports(first, second)
    assert compare_reports(first, second, allow_different=True).differences


def test_systems_pair_by_name_else_each_with_each():
    assert system_pairs(["a", "b"], ["b", "c"]) == [("b", "b")]
    assert system_pairs(["a", "b"], ["c"]) == [("a", "c"), ("b", "c")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<html>", r"a\.json is no JSON: .* at line 1, column 1.*Expected the report\.json"),
        ("[]", r"a\.json is JSON, but not of a benchmark.*Expected the report\.json"),
        ('{"clips": []}', r"a\.json is JSON, but not of a benchmark"),
        ('{"format": 9}', r"a\.json has format 9, this version reads 1: make it again"),
        ('{"format": 1, "clips": [{"odd": 1}]}', r"a\.json is a damaged report"),
    ],
)
def test_what_is_no_report_is_refused_in_words(tmp_path: Path, text: str, message: str):
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(BenchmarkError, match=message) as caught:
        read_report(tmp_path / "a.json")
    assert "Error(" not in str(caught.value)  # no exception's repr


def test_a_report_is_found_in_its_folder_and_missed_in_another(tmp_path: Path, report: BenchmarkReport):
    saved(tmp_path / "report.json", report)
    assert read_report(tmp_path).clips == report.clips
    (tmp_path / "other").mkdir()
    with pytest.raises(BenchmarkError, match=r"there is no report at .*other/report\.json: give the folder"):
        read_report(tmp_path / "other")


def test_the_command_says_what_changed_in_words(tmp_path: Path, report: BenchmarkReport):
    better = [replace(own, total=min(1.0, own.total + 0.1)) for own in report.clips]
    first = saved(tmp_path / "a.json", report)
    second = saved(tmp_path / "b.json", replace(report, clips=tuple(better)))
    answer = CliRunner().invoke(app, ["compare", str(first), str(second)])
    assert answer.exit_code == 0
    assert "a, total: B above A." in answer.output
    assert "b, second_judge: no difference shown." in answer.output
