"""Every fuzz test must give back the file handles that it opened; a long run tells what the process holds."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

DESCRIPTORS = Path("/proc/self/fd")
STATUS = Path("/proc/self/status")
HELD: list[str] = []
"""What each fuzz test left the process with, in the order of running."""


@pytest.fixture(autouse=True)
def no_handle_is_left_open(request: pytest.FixtureRequest) -> Iterator[None]:
    before = _open_files()
    if not HELD:
        HELD.append(f"before: {_held()}")
    yield
    gc.collect()
    HELD.append(f"after {request.node.name}: {_held()}")
    assert _open_files() <= before


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if HELD and "AUDIOFORGE_FUZZ_CASES" in os.environ:
        terminalreporter.section("held by the process")
        terminalreporter.write_line("\n".join(HELD))


def _held() -> str:
    if not (DESCRIPTORS.is_dir() and STATUS.exists()):
        return "not told by this system"
    resident = next(row for row in STATUS.read_text().splitlines() if row.startswith("VmRSS"))
    return f"{len(list(DESCRIPTORS.iterdir()))} handles, {int(resident.split()[1]) // 1000} MB resident"


def _open_files() -> set[str]:
    links = set()
    for link in DESCRIPTORS.iterdir() if DESCRIPTORS.is_dir() else ():
        try:
            target = str(link.readlink())
        except OSError:  # the one that lists the folder
            continue
        if target.startswith("/") and not target.startswith(("/dev/", "/proc/")):
            links.add(target)
    return links
