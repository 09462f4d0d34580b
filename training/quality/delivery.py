"""How a clip reached us: in one tone or another, straight, through a good codec, or a gentle low-pass.

All copies of a passage, clean and damaged, come the same way.

All clean clips at hand were once compressed, so an untouched top octave would betray what was added later: a head would
learn the codec instead of the damage. Sending all copies of a passage the same way takes that cue off.
"""

import numpy as np
from scipy.signal import butter, sosfilt

from training.degradations.codec import through
from training.degradations.severity import Waveform

VORBIS_SHARE, LOW_PASS_SHARE = 0.35, 0.25
TONE_DB = 5.0
"""How far the random equaliser goes: a taste in sound is no damage."""


def delivered(waveform: Waveform, sample_rate: int, *, seed: int) -> Waveform:
    """The clip after one equaliser and one way of delivery, both drawn by ``seed``; same length."""
    rng = np.random.default_rng(seed)
    waveform = _toned(waveform, sample_rate, rng)
    way = rng.random()
    if way < VORBIS_SHARE:
        return through(waveform, sample_rate, sample_rate, ("OGG", "VORBIS"), float(rng.uniform(0.2, 0.6)))
    if way < VORBIS_SHARE + LOW_PASS_SHARE:
        sections = butter(3, min(rng.uniform(9_000, 14_000), 0.45 * sample_rate), fs=sample_rate, output="sos")
        return np.asarray(sosfilt(sections, waveform), dtype=np.float32)
    return waveform


def _toned(waveform: Waveform, sample_rate: int, rng: np.random.Generator) -> Waveform:
    """A smooth equaliser with seven knots over octaves from 60 Hz."""
    octaves = np.log2(np.maximum(np.fft.rfftfreq(len(waveform), 1 / sample_rate), 60.0) / 60.0)
    gain = np.interp(octaves, np.linspace(0, 8, 7), rng.uniform(-TONE_DB, TONE_DB, 7))
    return np.fft.irfft(np.fft.rfft(waveform) * 10 ** (gain / 20), len(waveform)).astype(np.float32)
