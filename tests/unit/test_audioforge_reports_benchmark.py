"""The report's page, Markdown and media, without a browser."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from audioforge.reports.benchmark_media import ClipMedia, MediaOptions, media_of, worth_embedding
from audioforge.reports.benchmark_page import render_benchmark_page
from audioforge.reports.benchmark_report import BenchmarkReport
from audioforge.reports.benchmark_text import headline, render_markdown, verdict
from audioforge.reports.page_shell import page_data, signed
from tests.benchmark_makers import HOSTILE, made_up_report, made_up_rows, row, write_sounds


@pytest.fixture(scope="module")
def report() -> BenchmarkReport:
    return made_up_report([*made_up_rows(["a", "b"], 12), row("a", 99, None)])


def test_the_most_telling_clips_are_inside_and_the_others_linked(tmp_path: Path, report: BenchmarkReport):
    paths = write_sounds(tmp_path / "my clips", report.clips)
    peaks = {own.key: bytes(96) for own in report.clips}
    media = media_of(report, paths, peaks, MediaOptions(5, True, tmp_path / "out"))
    inside = [key for key, own in media.items() if own.audio and own.audio.startswith("data:audio/mpeg")]
    assert sorted(inside) == sorted(worth_embedding(report)[:5])
    assert {own.audio for own in media.values() if own.picture is None} <= {
        f"../my%20clips/{own.file}" for own in report.clips
    }
    media = media_of(report, paths, peaks, MediaOptions(0, False, tmp_path / "out"))
    assert {own.audio for own in media.values()} == {None}


def test_partners_of_highlights_are_worth_more_than_the_rest(report: BenchmarkReport):
    order = worth_embedding(report)
    lit = [own.clip for own in report.highlights]
    assert order[: len(lit)] == lit
    requests = {key.split("/")[1] for key in lit}
    assert {key.split("/")[1] for key in order[: 2 * len(requests)]} <= requests


def test_the_page_escapes_everything_and_asks_the_network_for_nothing(report: BenchmarkReport):
    clips = tuple(replace(own, request=HOSTILE, reason=HOSTILE) for own in report.clips)
    media = {own.key: ClipMedia(None, None, bytes(96)) for own in clips}
    page = render_benchmark_page(replace(report, clips=clips), media, title=HOSTILE)
    assert "<img src=x" not in page
    assert page.count("</script>") == 2
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", page)
    assert not re.search(r"(?:url\(|@import)\s*[\"']?http", page)


def test_data_can_not_end_its_script():
    assert str(page_data({"a": "</script><!--&\u2028"})) == '{"a":"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028"}'


def test_markdown_keeps_users_text_as_text_and_lists_what_failed(report: BenchmarkReport):
    clips = tuple(replace(own, reason="a | b <i>") if own.total is None else own for own in report.clips)
    text = render_markdown(replace(report, clips=clips), "A *title*")
    assert text.startswith("# A \\*title\\*")
    assert "| a | id-99 | a \\| b \\<i\\> |" in text
    assert "no clip for this request" in text
    assert "b above a" in text


def test_a_verdict_needs_an_adjusted_p_value_of_five_per_cent(report: BenchmarkReport):
    own = next(pair for pair in report.pairs if pair.measure == "total")
    assert verdict(replace(own, p_adjusted=0.051)) == "no difference shown"
    assert verdict(replace(own, p_adjusted=0.05, difference=-1.0), ("A", "B")) == "A above B"


def test_a_verdict_over_some_requests_says_over_how_many(report: BenchmarkReport):
    own = next(own for own in report.pairs if own.measure == "total")
    row = replace(own, p_adjusted=0.05, difference=-1.0, requests=31)
    said = verdict(row, ("A", "B"), asked=40)
    assert said == "A above B, on the 31 of 40 requests that both have a score for"
    assert verdict(row, ("A", "B"), asked=31) == "A above B"


def test_the_headline_answers_which_system_is_better_by_how_much_and_how_sure(report: BenchmarkReport):
    (line,) = headline(report)
    said = "total: b above a, on the 12 of 13 requests that both have a score for (b minus a: +0.150 [+0.150, +0.150], "
    assert line.startswith(said)
    assert line.endswith("p = 0.001, 12 requests); the second judge: no difference shown")


def test_a_system_that_leaves_requests_out_is_named_with_how_many_it_answered():
    rows = [replace(own, total=None) if own.key == "a/id-0" else own for own in made_up_rows(["a", "b"], 8)]
    media = {own.key: ClipMedia(None, None, bytes(96)) for own in rows}
    page = render_benchmark_page(made_up_report(rows), media, title="t")
    assert "which flatters who leaves out the hard ones: a (7 of 8)." in page


def test_equal_reports_render_to_equal_bytes(report: BenchmarkReport):
    media = {own.key: ClipMedia(None, None, bytes(96)) for own in report.clips}
    assert render_benchmark_page(report, media, title="t") == render_benchmark_page(report, media, title="t")
    assert report.to_json() == report.to_json()


def test_a_difference_that_rounds_to_nothing_has_no_sign():
    assert [signed(value, 2) for value in (0.014, -0.014, -0.004, 0.0, None)] == ["+0.01", "−0.01", "0.00", "0.00", "–"]
