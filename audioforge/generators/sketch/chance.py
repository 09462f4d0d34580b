"""Random streams that depend on a seed and on words alone."""

import hashlib

import numpy as np
from numpy.random import Generator as Random


def stream(seed: int, *labels: str) -> Random:
    """A generator of its own for a purpose, so that leaving one sound out does not change the others.

    Args:
        seed: Of the clip, at least 0.
        *labels: What the numbers are for.
    """
    digest = hashlib.sha256("\x1f".join((str(int(seed)), *labels)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "little")))
