"""Soundfont renders by the fluidsynth program: 128 instruments and 8 drum kits, with exact captions.

Segments of ``SLOT_SECONDS`` are written one after another into a MIDI file, rendered at once and cut apart again.
"""

import random
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from training.mini.general_midi import DRUM_KEYS, DRUM_KITS, PROGRAMS, Program
from training.mini.records import SAMPLE_RATE, Recording, Waveform

SLOT_SECONDS = 6.0
TICKS_PER_SECOND = 960  # 480 ticks a quarter note, at 120 quarter notes a minute
SCALES = ((0, 2, 4, 5, 7, 9, 11, 12), (0, 2, 3, 5, 7, 8, 10, 12), (0, 3, 5, 7, 10, 12))
CHORDS = ((0, 4, 7), (0, 3, 7), (0, 4, 7, 11), (0, 3, 7, 10))


@dataclass(frozen=True)
class Note:
    """A key, held from ``start`` for ``seconds``."""

    key: int
    velocity: int
    start: float
    seconds: float


@dataclass(frozen=True)
class Segment:
    """What one slot plays, and how it is called."""

    program: int
    channel: int
    notes: tuple[Note, ...]
    label: str
    category: str
    phrases: tuple[str, ...]
    bpm: float | None = None


def instrument_segment(number: int, program: Program, rng: random.Random) -> Segment:
    """A note, a chord or a melody of one General MIDI program."""
    shape = rng.choice(("note", "note", "note", "chord", "melody", "melody", "arpeggio"))
    root = rng.randint(program.low, program.high)
    velocity = rng.randint(60, 120)
    if shape == "note" or program.category != "instruments":
        notes = (Note(root, velocity, 0.0, rng.choice((0.2, 0.5, 1.0, 2.0, 4.0))),)
        phrases = (*program.words, *(f"a single {word} note" for word in program.words))
        return Segment(number, 0, notes, program.label, program.category, phrases)
    if shape == "chord":
        held = rng.uniform(1.0, 4.0)
        notes = tuple(Note(root + step, velocity, 0.0, held) for step in rng.choice(CHORDS))
        phrases = tuple(f"{word} chord" for word in program.words)
        return Segment(number, 0, notes, f"{program.words[0]} chord", "instruments", phrases)
    bpm = float(rng.randint(70, 170))
    step = 30.0 / bpm * rng.choice((1, 2)) if shape == "melody" else 15.0 / bpm
    scale = rng.choice(SCALES) if shape == "melody" else (*rng.choice(CHORDS), 12)
    notes = tuple(_line(root, scale, step, velocity, shape == "melody", rng))
    phrases = tuple(
        f"{mood} {word} {noun}".strip()
        for word in program.words
        for noun in _nouns(shape, program)
        for mood in ("", rng.choice(_moods(bpm, scale)))
    )
    return Segment(number, 0, notes, f"{program.words[0]} {shape}", "instruments", phrases, bpm)


def _moods(bpm: float, scale: Sequence[int]) -> tuple[str, ...]:
    pace = ("slow", "calm", "gentle") if bpm < 95 else ("fast", "lively", "quick") if bpm > 130 else ("moderate",)
    minor = 3 in scale
    return (*pace, *(("sad", "melancholic", "minor key") if minor else ("happy", "bright major key", "cheerful")))


def _nouns(shape: str, program: Program) -> tuple[str, ...]:
    if shape == "arpeggio":
        return ("arpeggio", "broken chord pattern")
    return ("bass line", "riff") if program.high <= 50 else ("melody", "tune", "solo")


def _line(
    root: int, scale: Sequence[int], step: float, velocity: int, wandering: bool, rng: random.Random
) -> Iterator[Note]:
    for index in range(int(5.0 / step)):
        degree = rng.choice(scale) if wandering else scale[index % len(scale)]
        if not wandering or rng.random() < 0.85:
            yield Note(root + degree, min(127, velocity + rng.randint(-12, 7)), index * step, step * 0.92)


def instrument_segments(each: int, rng: random.Random) -> list[Segment]:
    """``each`` segments of every program."""
    return [instrument_segment(number, p, rng) for number, p in enumerate(PROGRAMS) for _ in range(each)]


def drum_segments(rng: random.Random) -> list[Segment]:
    """One hit of every percussion key on every kit."""
    segments = []
    for kit_number, kit in DRUM_KITS.items():
        for key, names in DRUM_KEYS.items():
            note = Note(key, rng.randint(80, 125), 0.0, 1.0)
            phrases = (*names, f"{kit} {names[0]}", f"{names[0]} hit", f"a single {names[0]}")
            segments.append(Segment(kit_number, 9, (note,), names[0], "drums", phrases))
    return segments


def rendered(segments: Sequence[Segment], soundfont: Path, *, batch: int = 160) -> Iterator[Waveform]:
    """Renders segments, ``batch`` of them a run of fluidsynth.

    Yields:
        One waveform a segment, cut where it has faded; empty where the soundfont has no such sound.

    Raises:
        RuntimeError: If fluidsynth fails.
    """
    for start in range(0, len(segments), batch):
        chunk = segments[start : start + batch]
        with tempfile.TemporaryDirectory() as folder:
            midi, wav = Path(folder, "notes.mid"), Path(folder, "notes.wav")
            midi.write_bytes(midi_file(chunk))
            _run_fluidsynth(soundfont, midi, wav)
            audio = soundfile.read(str(wav), dtype="float32", always_2d=True)[0].mean(1)
        size = round(SLOT_SECONDS * SAMPLE_RATE)
        for index in range(len(chunk)):
            yield faded(audio[index * size : (index + 1) * size])


def _run_fluidsynth(soundfont: Path, midi: Path, wav: Path) -> None:
    command = ["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.5", "-r", str(SAMPLE_RATE), "-F", str(wav)]
    done = subprocess.run([*command, str(soundfont), str(midi)], capture_output=True, text=True, check=False)
    if done.returncode != 0 or not wav.is_file():
        raise RuntimeError(f"fluidsynth could not render with {soundfont}: {done.stderr.strip()[-300:]}")


def faded(waveform: Waveform) -> Waveform:
    """The waveform without the silence (60 dB below its peak) at its end, peak 0.9."""
    level = np.abs(waveform)
    peak = float(level.max(initial=0.0))
    if peak < 1e-4:
        return np.zeros(0, dtype=np.float32)
    last = int(np.flatnonzero(level > peak * 1e-3)[-1])
    return (waveform[: last + 1] * (0.9 / peak)).astype(np.float32)


def midi_file(segments: Sequence[Segment]) -> bytes:
    """A format-0 Standard MIDI File with one segment a slot."""
    events: list[tuple[int, int, bytes]] = []
    for index, segment in enumerate(segments):
        events += _segment_events(segment, index * SLOT_SECONDS)
    events.sort()
    track, now = bytearray(), 0
    for tick, _, message in events:
        track += _variable_length(tick - now) + message
        now = tick
    track += _variable_length(round(len(segments) * SLOT_SECONDS * TICKS_PER_SECOND) - now) + b"\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + b"MTrk" + struct.pack(">I", len(track)) + bytes(track)


def _segment_events(segment: Segment, offset: float) -> list[tuple[int, int, bytes]]:
    def tick(seconds: float) -> int:
        return round((offset + seconds) * TICKS_PER_SECOND)

    channel = segment.channel
    events = [(tick(0.0), 1, bytes([0xC0 | channel, segment.program]))]
    for note in segment.notes:
        key = max(0, min(127, note.key))
        stop = min(note.start + note.seconds, SLOT_SECONDS - 0.4)
        if note.start < stop:
            events.append((tick(note.start) + 2, 3, bytes([0x90 | channel, key, note.velocity])))
            events.append((tick(stop) + 2, 2, bytes([0x80 | channel, key, 0])))
    # "All sound off" keeps a long release from running into the next slot.
    return [*events, (tick(SLOT_SECONDS) - 8, 4, bytes([0xB0 | channel, 120, 0]))]


def _variable_length(value: int) -> bytes:
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(0x80 | (value & 0x7F))
    return bytes(reversed(groups))


def soundfont_recordings(
    segments: Sequence[Segment], soundfont: Path, *, licence: str, author: str
) -> Iterator[Recording]:
    """Rendered segments as recordings; silent ones are left out."""
    for segment, waveform in zip(segments, rendered(segments, soundfont), strict=True):
        if len(waveform):
            yield Recording(
                waveform,
                segment.label,
                segment.category,
                segment.phrases,
                f"render:{soundfont.stem}",
                "render",
                segment.bpm,
                licence,
                author,
            )
