"""The benchmark's page in a real browser: what a reader does with it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from audioforge.reports.benchmark_media import MediaOptions, media_of
from audioforge.reports.benchmark_page import render_benchmark_page
from audioforge.reports.benchmark_report import ClipRow
from tests.benchmark_makers import HOSTILE, made_up_report, made_up_rows, row, write_sounds
from tests.browser.conftest import violations

SYSTEMS = ("system one", "system two", HOSTILE)


def write_page(folder: Path, rows: list[ClipRow], paths: dict[str, Path], embed: int, link: bool = True) -> Path:
    report = replace(made_up_report(rows[:80]), clips=tuple(rows))
    peaks = {own.key: bytes(range(96)) for own in rows}
    media = media_of(report, paths, peaks, MediaOptions(embed, link, folder))
    page = folder / "report.html"
    page.write_text(render_benchmark_page(report, media, title=f"Report {HOSTILE}"), encoding="utf-8")
    return page


@pytest.fixture(scope="module")
def report_page(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    rows = made_up_rows(SYSTEMS, 24)
    rows[0] = replace(rows[0], request=HOSTILE)
    rows = [replace(own, file=f"{number}.wav") for number, own in enumerate(rows)]
    rows.append(row("system one", 99, None, request="a silent request", file="silent.wav", reason=HOSTILE))
    return write_page(folder, rows, write_sounds(folder, rows), embed=30)


@pytest.fixture
def opened(watched, report_page) -> Callable:
    """Opens the report's page."""
    return lambda width=1300, scheme="light", path=report_page: watched(path.as_uri(), width, scheme)


def names(page, table: str) -> list[str]:
    return page.locator(f"{table} tbody tr th").all_inner_texts()


def test_players_know_their_length_and_play(opened):
    page = opened()
    player = page.locator(".lit article:not([hidden]) audio").first
    player.evaluate("own => own.play()")
    page.wait_for_function("own => own.readyState >= 2 && own.currentTime > 0.05", arg=player.element_handle())
    assert player.evaluate("own => own.duration") == pytest.approx(0.5, abs=0.1)


def test_embedded_and_linked_clips_play_in_the_dock_and_only_one_is_heard(opened):
    page = opened()
    sources = set()
    page.locator("#order").select_option("key+")
    page.locator(".lit article:not([hidden]) audio").first.evaluate("own => { own.loop = true; return own.play(); }")
    for button in page.locator("#clip-table .play:not([disabled])").all()[:30:6]:
        button.click()
        page.wait_for_function("document.querySelector('#dock audio').readyState >= 2")
        sources.add(page.locator("#dock audio").get_attribute("src").split(":")[0])
    assert "data" in sources
    assert any(own.endswith(".wav") for own in sources)
    assert page.locator(".lit article:not([hidden]) audio").first.evaluate("own => own.paused")
    page.get_by_role("button", name="Close the player").click()
    assert page.locator("#dock").is_hidden()


def test_a_click_on_a_column_sorts_and_another_reverses(opened):
    page = opened()
    first = names(page, "#leaderboard-table")
    page.locator("#leaderboard-table th button", has_text="total").click()
    assert names(page, "#leaderboard-table") == first[::-1]
    page.locator("#leaderboard-table th button", has_text="total").press("Enter")
    assert names(page, "#leaderboard-table") == first
    totals = [float(own) for own in page.locator("#clip-table td.total span.total").all_inner_texts()]
    assert totals == sorted(totals, reverse=True)
    page.locator('#clip-table th[data-order="total"] button').click()
    totals = [float(own) for own in page.locator("#clip-table td.total span.total").all_inner_texts()]
    assert totals == sorted(totals)


def test_search_and_filters_keep_only_what_fits(opened):
    page = opened()
    page.locator("#words").fill("REQUEST id-7")
    assert page.locator("#count").inner_text() == "3 of 73 clips"
    page.locator("#by-system").select_option(label="system two")
    assert page.locator("#clip-table tbody tr").count() == 1
    page.locator("#words").fill("")
    page.locator("#by-system").select_option("")
    page.locator("#by-status").select_option("not")
    assert page.locator("#clip-table .status").all_inner_texts() == ["silent"]
    page.locator("#clip-table .detail").click()
    assert "onerror" in page.locator(".detail-row").inner_text()


def test_the_highlights_show_the_kind_and_the_system_chosen(opened):
    page = opened()
    page.get_by_label("disputed").check()
    page.locator("#lit-system").select_option(label="system one")
    shown = page.locator(".lit article:not([hidden])")
    assert {own.get_attribute("data-kind") for own in shown.all()} == {"disputed"}
    assert all("system one" in own for own in shown.locator("header").all_inner_texts())
    assert page.locator("#kind-note").is_visible()


def test_the_switch_goes_to_the_other_side_and_keeps_the_place(opened):
    page = opened()
    page.wait_for_function("[...document.querySelectorAll('.ab audio')].every(own => own.readyState >= 1)")
    page.evaluate("document.querySelector('#side-a audio').currentTime = 0.3")
    page.locator("#ab-switch").click()
    assert page.locator("#side-b").get_attribute("class") == "card sound on"
    assert page.locator("#side-b audio").evaluate("own => own.currentTime") == pytest.approx(0.3, abs=0.05)
    page.locator("h1").click()
    page.keyboard.press("x")
    assert page.locator("#ab-said").inner_text() == "Chosen: A"
    page.keyboard.press("p")
    page.wait_for_function(
        "!document.querySelector('#side-a audio').paused || document.querySelector('#side-a audio').ended"
    )


@pytest.mark.parametrize(("width", "scheme"), [(1300, "light"), (400, "dark")])
def test_no_accessibility_problem_and_nothing_wider_than_the_screen(opened, width, scheme):
    page = opened(width, scheme)
    for details in page.locator("details").all():
        details.evaluate("own => { own.open = true; }")
    page.locator("#clip-table .detail").first.click()
    page.locator("#clip-table .play:not([disabled])").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert violations(page) == []


def test_a_print_shows_every_highlight_with_its_waveform_and_no_controls(opened):
    page = opened(760)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    cards = page.locator(".lit article")
    assert page.locator(".lit .outline:visible").count() == cards.count() > 9
    assert page.locator("audio:visible, .filters:visible, nav:visible").count() == 0


def test_what_users_wrote_stays_text(opened):
    page = opened()
    assert page.title().startswith("Report </script>")
    assert page.locator("img[src=x]").count() == 0
    assert HOSTILE.split("\u2028")[0] in page.locator("h1").inner_text()


def test_two_thousand_clips_are_drawn_fifty_at_a_time(opened, tmp_path):
    rows = [replace(own, seed=seed) for seed in range(25) for own in made_up_rows(("a", "b"), 40)]
    page = opened(path=write_page(tmp_path, rows, {own.key: tmp_path / own.file for own in rows}, embed=0, link=False))
    assert page.locator("#clip-table tbody tr").count() == 50
    page.locator("#more").click()
    assert page.locator("#clip-table tbody tr").count() == 100
    assert page.locator("audio").count() < 30
    page.locator("#words").fill("id-39")
    assert page.locator("#count").inner_text() == "50 of 2000 clips"
