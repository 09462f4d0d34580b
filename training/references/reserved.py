"""Sonic Pi clips that nothing here is trained on or measured against, so that a demonstration on them is honest.

About a third, chosen by the sha256 of the file name; the Amen loops are one recording, so both are reserved.
"""

import hashlib
import re

_RELATIVES = ("loop_amen_full.flac",)


def is_reserved_name(name: str) -> bool:
    """Whether a Sonic Pi file, e.g. ``loop_amen.flac``, is set aside."""
    return name in _RELATIVES or int(hashlib.sha256(name.encode()).hexdigest(), 16) % 3 == 0


def is_reserved(source: str) -> bool:
    """Whether a credit's source names a reserved Sonic Pi file."""
    names = re.findall(r"\w+\.flac", source) if source.startswith("Sonic Pi") else []
    return any(is_reserved_name(name) for name in names)
