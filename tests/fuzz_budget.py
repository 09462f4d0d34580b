"""How many cases a fuzz test tries: its share of ``AUDIOFORGE_FUZZ_CASES``, or of a few hundred by default."""

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

CASES = int(os.environ.get("AUDIOFORGE_FUZZ_CASES", "600"))
"""Of all fuzz tests together. The default run tries the same cases every time; a longer one looks for new ones."""


def fuzz(share: float) -> Callable[[Any], Any]:
    """Settings for a test that gets that share of the cases."""
    return settings(
        max_examples=max(5, round(CASES * share)),
        deadline=None,
        derandomize="AUDIOFORGE_FUZZ_CASES" not in os.environ,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
