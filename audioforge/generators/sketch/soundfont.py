"""Notes played on a General MIDI soundfont.

The renderer is the package ``midirenderer``: a whole MIDI file in, 48 kHz WAV out, with pitch, velocity, envelopes and
percussion as the soundfont says, the same bits each time (all measured). The soundfont is TimGM6mb, which the package
``pretty_midi`` brings along. (``symusic`` was tried first: its renderer ignores root keys, so most instruments sound at
wrong pitches, and it ignores velocity.)
"""

import hashlib
import importlib.util
import io
import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
import soxr

from audioforge.generators.sketch.timebase import SAMPLE_RATE, Stereo, fit_length, to_samples

_FILE = "TimGM6mb.sf2"
_TICKS = 1_000
_DRUM_CHANNEL = 9
_VOLUME, _REVERB, _CHORUS = 7, 91, 93


class SoundfontError(RuntimeError):
    """The soundfont or its renderer is missing; the message says what to install."""


class MidiNote(NamedTuple):
    """``start`` and ``seconds`` in seconds, MIDI ``pitch``, ``velocity`` 1 to 127."""

    start: float
    seconds: float
    pitch: int
    velocity: int


@lru_cache(maxsize=1)
def soundfont_path() -> Path:
    """Where the soundfont lies, found without importing ``pretty_midi``."""
    package = importlib.util.find_spec("pretty_midi")
    folders = package.submodule_search_locations if package else None
    for folder in folders or ():
        if (Path(folder) / _FILE).is_file():
            return Path(folder) / _FILE
    raise SoundfontError(f"The sketch generator needs {_FILE} of pretty_midi: pip install 'audioforge[env]'.")


@lru_cache(maxsize=1)
def _soundfont() -> bytes:
    return soundfont_path().read_bytes()


@lru_cache(maxsize=1)
def soundfont_hash() -> str:
    """First 16 hex digits of the file's SHA-256."""
    return hashlib.sha256(_soundfont()).hexdigest()[:16]


def play(program: int, notes: Sequence[MidiNote], seconds: float, *, drum: bool = False) -> Stereo:
    """Render notes at the renderer's own level, some 20 to 30 dB below full scale.

    Args:
        program: General MIDI program, 0 to 127; the kit's number for drums.
        notes: Any order; what sounds after the end is cut.
        seconds: Length of the result.
        drum: On the percussion channel.

    Raises:
        SoundfontError: If the soundfont or ``midirenderer`` is missing.
    """
    try:
        from midirenderer import render_wave_from
    except ImportError as error:
        raise SoundfontError("The sketch generator needs midirenderer: pip install 'audioforge[env]'.") from error
    rendered = render_wave_from(_soundfont(), _midi_file(program, notes, seconds, _DRUM_CHANNEL if drum else 0))
    waveform, rate = soundfile.read(io.BytesIO(bytes(rendered)), dtype="float32", always_2d=True)
    return fit_length(soxr.resample(waveform, rate, SAMPLE_RATE).T.astype(np.float64), to_samples(seconds))


@lru_cache(maxsize=256)
def drum_stroke(kit: int, pitch: int, seconds: float) -> Stereo:
    """One stroke on a drum kit, peak 1, read-only."""
    waveform = play(kit, [MidiNote(0.0, seconds, pitch, 115)], seconds, drum=True)
    peak = float(np.abs(waveform).max(initial=0.0))
    waveform = waveform / peak if peak > 0 else waveform
    waveform.setflags(write=False)
    return waveform


def _midi_file(program: int, notes: Sequence[MidiNote], seconds: float, channel: int) -> bytes:
    """A format-0 file of 1000 ticks a second: loud, without the renderer's own reverberation and chorus."""
    settings = [(0, bytes((0xC0 | channel, program)))]
    settings += [
        (0, bytes((0xB0 | channel, number, value))) for number, value in ((_VOLUME, 127), (_REVERB, 0), (_CHORUS, 0))
    ]
    events = sorted([*settings, *_note_events(notes, channel)], key=lambda event: event[0])
    end = max(round(seconds * _TICKS), events[-1][0])
    track, now = bytearray(), 0
    for tick, message in [*events, (end, b"\xff\x2f\x00")]:
        track += _variable_length(tick - now) + message
        now = tick
    header = struct.pack(">4sIHHH", b"MThd", 6, 0, 1, _TICKS // 2)
    return header + struct.pack(">4sI", b"MTrk", len(track)) + bytes(track)


def _note_events(notes: Sequence[MidiNote], channel: int) -> Iterable[tuple[int, bytes]]:
    for note in notes:
        start = round(note.start * _TICKS)
        stop = start + max(1, round(note.seconds * _TICKS))
        pitch = int(np.clip(note.pitch, 0, 127))
        yield start, bytes((0x90 | channel, pitch, int(np.clip(note.velocity, 1, 127))))
        yield stop, bytes((0x80 | channel, pitch, 0))


def _variable_length(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))
