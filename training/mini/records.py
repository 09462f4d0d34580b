"""A recording with what is known about it: the unit of ``mini``'s training data.

Conventions: waveforms are float32 mono at ``SAMPLE_RATE``; ``group`` is the source pack, the unit of every split.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 32_000
MAX_SECONDS = 20.0
"""Longer recordings are cut: a few long ones must not fill the cache."""

Waveform = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Recording:
    """One clip and its description.

    Attributes:
        waveform: ``(time,)`` float32 at ``SAMPLE_RATE``.
        label: What it is, a short noun phrase.
        category: drums, instruments, sfx or ambient.
        phrases: Ways to name it, the label among them.
        group: Source pack.
        kind: ``real``, ``render``, ``synthetic`` or ``sketch``.
        bpm: Tempo in beats a minute, where it is known.
        licence: Licence of the waveform.
        author: Whom to credit.
    """

    waveform: Waveform
    label: str
    category: str
    phrases: tuple[str, ...]
    group: str
    kind: str = "real"
    bpm: float | None = None
    licence: str = "own"
    author: str = "this project"
    adjectives: tuple[str, ...] = field(default=())


RecordingSource = Iterator[Recording]
