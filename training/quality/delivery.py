"""How a clip reached us: straight, through a good codec, or a gentle low-pass; alike for clean and damaged copies.

All clean clips at hand were once compressed, so an untouched top octave would betray what was added later: a head would
learn the codec instead of the damage. Sending all copies of a passage the same way takes that cue off.
"""

import numpy as np
from scipy.signal import butter, sosfilt

from training.degradations.codec import through
from training.degradations.severity import Waveform

VORBIS_SHARE, LOW_PASS_SHARE = 0.35, 0.25


def delivered(waveform: Waveform, sample_rate: int, *, seed: int) -> Waveform:
    """The clip after one way of delivery, drawn by ``seed``; same length."""
    rng = np.random.default_rng(seed)
    way = rng.random()
    if way < VORBIS_SHARE:
        return through(waveform, sample_rate, sample_rate, ("OGG", "VORBIS"), float(rng.uniform(0.2, 0.6)))
    if way < VORBIS_SHARE + LOW_PASS_SHARE:
        sections = butter(3, min(rng.uniform(9_000, 14_000), 0.45 * sample_rate), fs=sample_rate, output="sos")
        return np.asarray(sosfilt(sections, waveform), dtype=np.float32)
    return waveform
