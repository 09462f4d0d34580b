"""Single notes of a General MIDI soundfont.

``symusic``'s synthesiser plays a soundfont's samples at the right pitch and on the right drum kit, but (measured
with 0.5.9) it ignores velocity and envelopes and stops dead at a note's end. So it renders one note at a time here,
at full length, and whoever plays the note shapes it. The soundfont is TimGM6mb, which the package ``pretty_midi``
brings along.
"""

import hashlib
import importlib.util
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from audioforge.generators.sketch.timebase import SAMPLE_RATE, Stereo

if TYPE_CHECKING:
    from symusic.core import Synthesizer

_FILE = "TimGM6mb.sf2"
_LOCK = threading.Lock()


class SoundfontError(RuntimeError):
    """The soundfont or its renderer is missing or unusable; the message says what to install."""


@lru_cache(maxsize=1)
def soundfont_path() -> Path:
    """Where the soundfont lies, found without importing ``pretty_midi``."""
    package = importlib.util.find_spec("pretty_midi")
    folders = package.submodule_search_locations if package else None
    for folder in folders or ():
        if (Path(folder) / _FILE).is_file():
            return Path(folder) / _FILE
    raise SoundfontError(
        f"The sketch generator needs {_FILE} of the package pretty_midi: pip install 'audioforge[env]'."
    )


@lru_cache(maxsize=1)
def soundfont_hash() -> str:
    """First 16 hex digits of the file's SHA-256."""
    return hashlib.sha256(soundfont_path().read_bytes()).hexdigest()[:16]


@lru_cache(maxsize=1)
def _synthesizer() -> "Synthesizer":
    try:
        from symusic.core import Synthesizer
    except ImportError as error:
        raise SoundfontError("The sketch generator needs symusic: pip install 'audioforge[env]'.") from error
    return Synthesizer(str(soundfont_path()), SAMPLE_RATE, 0)


def note(program: int, pitch: int, seconds: float, *, drum: bool = False) -> Stereo:
    """One note at its natural level, peak 1, read-only.

    Args:
        program: General MIDI program, 0 to 127; the kit's number for drums.
        pitch: MIDI note number.
        seconds: At least this long; the sample loops until then.
        drum: On the percussion channel.

    Raises:
        SoundfontError: If the soundfont or ``symusic`` is missing, or ``symusic`` cannot hand out audio (0.6.0 cannot).
    """
    return _note(program, int(np.clip(pitch, 0, 127)), float(np.ceil(seconds * 2) / 2), drum)


@lru_cache(maxsize=192)
def _note(program: int, pitch: int, seconds: float, drum: bool) -> Stereo:
    from symusic.core import NoteSecond, ScoreSecond, TrackSecond

    score = ScoreSecond(480)
    track = TrackSecond("", program, drum)
    track.notes.append(NoteSecond(0.0, seconds, pitch, 100))
    score.tracks.append(track)
    try:
        with _LOCK:
            rendered = _synthesizer().render(score, stereo=True)
    except TypeError as error:
        raise SoundfontError("This symusic cannot hand out audio: pip install 'symusic>=0.5.8,<0.6'.") from error
    waveform = np.asarray(rendered, dtype=np.float64)
    peak = float(np.abs(waveform).max(initial=0.0))
    waveform = waveform / peak if peak > 0 else waveform
    waveform.setflags(write=False)
    return waveform
