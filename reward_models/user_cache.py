"""Where this user's own calibrations and reference sets are kept."""

import os
from pathlib import Path


def user_cache() -> Path:
    """``AUDIOFORGE_CACHE``, else ``audioforge`` below ``XDG_CACHE_HOME`` or ``~/.cache``."""
    if root := os.environ.get("AUDIOFORGE_CACHE"):
        return Path(root)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "audioforge"
