"""Every fuzz test must give back the file handles that it opened."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

DESCRIPTORS = Path("/proc/self/fd")


@pytest.fixture(autouse=True)
def no_handle_is_left_open() -> Iterator[None]:
    before = _open_files()
    yield
    gc.collect()
    assert _open_files() <= before


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
