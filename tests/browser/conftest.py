"""A real Chromium for pages; without one these tests are skipped."""

import shutil
from collections.abc import Callable, Iterator

import pytest


def violations(page) -> list[tuple[str, str]]:
    """What axe-core holds against a page as it now stands: each rule, and the first element that breaks it."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(own["id"], own["nodes"][0]["html"][:160]) for own in found]


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """The browser; closed with the module, since playwright keeps an event loop running in which no other could run."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(
        (own for name in ("chromium", "chromium-browser", "google-chrome") if (own := shutil.which(name))), None
    )
    if found is None:
        pytest.skip("there is no chromium on this machine (Debian: apt-get install chromium)")
    with api.sync_playwright() as playwright:
        # Containers often have a small /dev/shm, and tests may run as root.
        options = ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"]
        try:
            browser = playwright.chromium.launch(executable_path=found, args=options)
        except api.Error as error:
            pytest.skip(f"{found} doesn't start on this machine: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture
def watched(chromium) -> Iterator[Callable]:
    """Opens pages, each as a browser of its own; none may end with an error, and a file may ask no network."""
    problems: list[str] = []
    pages = []

    def open_page(address: str, width: int = 1300, scheme: str = "light"):
        page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        if address.startswith("file:"):
            page.on("request", lambda asked: problems.append(asked.url) if asked.url.startswith("http") else None)
        page.goto(address)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert problems == []
