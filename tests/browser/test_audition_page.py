"""Raters at work in a real browser: keyboard, blindness, resuming, and what reaches the table."""

import re
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn

from audioforge.audition.answer_table import choices_table, ratings_table
from audioforge.audition.app import make_app
from audioforge.audition.clip_list import AuditionClip
from audioforge.audition.session import Audition
from reward_models.audio import AudioBatch
from tests.browser.conftest import violations
from tests.stand_ins import tone

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def serve() -> Iterator[object]:
    """Serves applications on free ports of loopback until the end."""
    running = []

    def start(app) -> str:
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        running.append((server, thread))
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join()


def some_clips(folder) -> list[AuditionClip]:
    clips = []
    for system in ("secret-old", "secret-new"):
        (folder / system).mkdir()
        for number in range(2):
            path = folder / system / f"{number}.wav"
            AudioBatch.from_arrays([tone(0.2, 0.6, 44_100)], 44_100).save([path])
            request = f"request {number} {HOSTILE}"
            clips.append(AuditionClip(path, path.name, system, request, request, total=0.123))
    return clips


@pytest.fixture
def opened(watched) -> Callable:
    """Opens an address as one rater's own browser."""

    def open_page(address: str, rater: str, width: int = 1300, scheme: str = "light"):
        page = watched(address, width, scheme)
        page.locator("#rater").fill(rater)
        page.keyboard.press("Enter")
        return page

    return open_page


def hear_and_press(page, key: str) -> None:
    """Waits until the clip has been heard and answers by the keyboard alone."""
    page.locator("#answers button:not([disabled])").first.wait_for()
    page.keyboard.press(key)


def judged(page, count: int) -> None:
    """Waits for the counter. Not by a script: the page's policy lets none in but its own."""
    page.locator("#count").get_by_text(re.compile(f"^{count} of ")).wait_for()


def under_way(page, player: int) -> None:
    """Waits until a player has moved on from its start."""
    page.locator(".player time").nth(player).get_by_text(re.compile(r"^0\.[1-9]")).wait_for()


def test_a_rater_judges_by_keyboard_goes_on_after_a_break_and_learns_at_the_end(opened, serve, tmp_path):
    audition = Audition(some_clips(tmp_path), ratings_table(tmp_path / "ratings.csv"))
    address = serve(make_app(audition))
    page = opened(address, "ann")
    for number in range(2):
        judged(page, number)
        assert "secret" not in page.content()
        assert "0.12" not in page.content()
        hear_and_press(page, str(2 + number))
    judged(page, 2)
    again = opened(address, "ann")
    judged(again, 2)
    hear_and_press(again, "5")
    judged(again, 3)
    hear_and_press(again, "1")
    again.locator("#done").wait_for()
    assert again.locator("#rows").inner_text().count("secret-") == 4
    assert "0.12" in again.locator("#rows").inner_text()
    assert HOSTILE in again.locator("#rows").inner_text()
    assert sorted(row["score"] for row in audition.table.rows()) == ["1", "2", "3", "5"]


def test_a_mind_is_changed_with_back(opened, serve, tmp_path):
    audition = Audition(some_clips(tmp_path), ratings_table(tmp_path / "ratings.csv"))
    page = opened(serve(make_app(audition)), "bob")
    hear_and_press(page, "1")
    judged(page, 1)
    page.keyboard.press("Backspace")
    page.locator('#answers button[aria-pressed="true"]').wait_for()
    hear_and_press(page, "4")
    page.locator('#answers button[aria-pressed="true"]').wait_for(state="detached")
    assert [row["score"] for row in audition.table.rows()] == ["4"]


def test_a_choice_needs_both_clips_heard_and_switching_keeps_the_place(opened, serve, tmp_path):
    audition = Audition(some_clips(tmp_path), choices_table(tmp_path / "pairs.csv"), "compare")
    page = opened(serve(make_app(audition)), "ann")
    page.locator(".player.on").wait_for()
    assert page.locator("#answers button").first.is_disabled()
    page.keyboard.press("1")
    assert audition.table.rows() == []
    under_way(page, 0)
    page.keyboard.press("b")
    under_way(page, 1)
    hear_and_press(page, "2")
    judged(page, 1)
    (row,) = audition.table.rows()
    played_second = "second" if row["played_first"] == "first" else "first"
    assert row["choice"] == played_second


@pytest.mark.parametrize(("width", "scheme"), [(1300, "light"), (400, "dark")])
def test_the_page_is_accessible_and_fits(opened, serve, tmp_path, width, scheme):
    audition = Audition(some_clips(tmp_path), ratings_table(tmp_path / "ratings.csv"))
    page = opened(serve(make_app(audition)), "ann", width, scheme)
    page.locator("#answers button:not([disabled])").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_a_server_that_is_gone_is_told_and_nothing_is_lost(chromium, serve, tmp_path):
    audition = Audition(some_clips(tmp_path), ratings_table(tmp_path / "ratings.csv"))
    page = chromium.new_page()
    page.goto(serve(make_app(audition)))
    page.locator("#rater").fill("ann")
    page.keyboard.press("Enter")
    page.locator("#answers button:not([disabled])").first.wait_for()
    page.route("**/api/answers", lambda route: route.abort())
    page.keyboard.press("3")
    page.get_by_role("alert").wait_for()
    assert "Nothing is lost: try again" in page.get_by_role("alert").inner_text()
    page.unroute("**/api/answers")
    page.keyboard.press("3")
    judged(page, 1)
    assert len(audition.table.rows()) == 1
    page.close()
