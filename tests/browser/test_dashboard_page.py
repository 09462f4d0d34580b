"""The dashboard in a real browser: it fits, it is accessible, it plays, it follows."""

import pytest

from audioforge.dashboard.app import make_dashboard_app
from audioforge.dashboard.page import render_dashboard
from audioforge.dashboard.runs import read_runs
from audioforge.rollouts import RolloutWriter
from tests.browser.conftest import violations
from tests.browser.test_audition_page import serve  # noqa: F401 - a fixture
from tests.rollout_makers import scored
from tests.unit.test_audioforge_dashboard_page import make_run


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    sources = [make_run(folder / "first"), make_run(folder / "second", groups=3)]
    (folder / "dashboard.html").write_text(render_dashboard(read_runs(sources)), encoding="utf-8")
    return folder / "dashboard.html"


@pytest.mark.parametrize(("width", "scheme"), [(1300, "dark"), (400, "light")])
def test_the_page_is_accessible_and_fits(watched, dashboard, width, scheme):
    page = watched(dashboard.as_uri(), width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_clips_are_reached_and_played_by_keyboard_one_at_a_time(watched, dashboard):
    page = watched(dashboard.as_uri())
    sounding = "[...document.querySelectorAll('.clips audio')].map(own => !own.paused).indexOf(true)"
    page.keyboard.press("j")
    page.keyboard.press("p")
    page.wait_for_function(f"{sounding} === 0")
    page.keyboard.press("j")
    page.keyboard.press("p")
    page.wait_for_function(f"{sounding} === 1")
    assert page.evaluate("[...document.querySelectorAll('.clips audio')].filter(own => !own.paused).length") == 1


def test_a_followed_page_shows_what_is_written_without_a_reload(watched, serve, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr("audioforge.dashboard.page.POLL_MILLISECONDS", 100)
    source = make_run(tmp_path / "run")
    page = watched(serve(make_dashboard_app([source])))
    page.evaluate("window.untouched = true")
    assert page.locator("#runs tbody td").nth(1).inner_text() == "9"
    page.wait_for_function("state !== null")
    with RolloutWriter(source / "r.jsonl", append=True) as writer:
        writer.write(scored(source, "9-0", 0.5))
    page.wait_for_function("document.querySelectorAll('#runs tbody td')[1].textContent === '10'")
    assert page.evaluate("window.untouched")
    assert "last news at" in page.locator("#live").inner_text()
