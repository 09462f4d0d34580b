"""The words the sketch generator knows, read from the JSON files beside this module.

``say`` lists the phrases of an entry, separated by ``|``; a longer phrase wins over a shorter one inside it.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any


@lru_cache(maxsize=8)
def table(name: str) -> Mapping[str, Any]:
    """One of the files: "sfx", "ambient", "instruments", "drums", "traits" or "words"."""
    text = resources.files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = json.loads(text)
    return loaded


def phrases(say: str) -> list[str]:
    """The phrases of an entry."""
    return say.split("|")
