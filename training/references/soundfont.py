"""Notes to audio, through the fluidsynth command and a General MIDI soundfont.

Times in seconds, pitches as MIDI numbers, velocities 1..127, programs 0..127 (drum kits are programs of the percussion
channel).
"""

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pretty_midi
import soundfile

from training.references.sounds import SAMPLE_RATE, Samples


class Note(NamedTuple):
    """One note: start, length, pitch, velocity."""

    start: float
    seconds: float
    pitch: int
    velocity: int


@dataclass(frozen=True)
class Part:
    """What one instrument plays."""

    program: int
    notes: Sequence[Note]
    drums: bool = False


def play(parts: Sequence[Part], soundfont: Path, seconds: float) -> Samples:
    """Render parts together, cut to a length.

    Returns:
        ``(time, 2)`` at 44.1 kHz.

    Raises:
        subprocess.CalledProcessError: If fluidsynth fails; its output is in the exception.
    """
    song = pretty_midi.PrettyMIDI()
    for part in parts:
        instrument = pretty_midi.Instrument(part.program, is_drum=part.drums)
        instrument.notes = [pretty_midi.Note(n.velocity, n.pitch, n.start, n.start + n.seconds) for n in part.notes]
        song.instruments.append(instrument)
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder, "notes.mid"), Path(folder, "notes.wav")
        song.write(str(midi))
        command = [
            "fluidsynth",
            "-ni",
            "-q",
            "-g",
            "0.7",
            "-r",
            str(SAMPLE_RATE),
            "-F",
            str(wav),
            str(soundfont),
            str(midi),
        ]
        subprocess.run(command, check=True, capture_output=True)
        samples: Samples = soundfile.read(wav, always_2d=True)[0]
    return samples[: round(seconds * SAMPLE_RATE)]
