"""A sound before it becomes a file: what it is, whose it is, and how to get its samples.

Samples are float arrays ``(time,)`` or ``(time, 2)`` at 44.1 kHz, full scale [-1, 1].
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 44_100

Samples = NDArray[np.float64]


@dataclass(frozen=True)
class Credit:
    """Whom to thank, and under what terms.

    Attributes:
        licence: SPDX name.
        author: Who made it.
        source: Where it was taken from.
    """

    licence: str
    author: str
    source: str


@dataclass(frozen=True)
class Sound:
    """One clip to write.

    Attributes:
        category: One of the four.
        label: Short name.
        caption: A sentence about it.
        origin: ``recording``, ``render`` or ``synthesis``.
        group: Sounds that share material have one group.
        credit: Licence, author and source.
        samples: Loads or computes it.
    """

    category: str
    label: str
    caption: str
    origin: str
    group: str
    credit: Credit
    samples: Callable[[], Samples]
