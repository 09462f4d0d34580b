"""Writing notes: chord progressions, melodies, arpeggios, bass lines and strums in a key and a tempo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.random import Generator as Random

from audioforge.generators.sketch.lexicon import table
from audioforge.generators.sketch.request import SketchRequest


class Note(NamedTuple):
    """``start`` and ``seconds`` in seconds, MIDI ``pitch``, ``level`` 0 to 1."""

    start: float
    seconds: float
    pitch: int
    level: float


@dataclass(frozen=True)
class Piece:
    """What all instruments of a clip share.

    Attributes:
        bpm: Beats a minute.
        root: Pitch class of the key.
        scale: Semitones of the scale's seven degrees above the root.
        progression: Degree of each bar's chord.
        seventh: Whether chords have a fourth note.
        rhythm: How chords are placed in a bar.
        seconds: Length.
    """

    bpm: float
    root: int
    scale: tuple[int, ...]
    progression: tuple[int, ...]
    seventh: bool
    rhythm: str
    seconds: float

    @property
    def beat(self) -> float:
        """Seconds a beat."""
        return 60.0 / self.bpm

    @property
    def bars(self) -> int:
        """Bars of four beats, the last one perhaps cut."""
        return max(1, int(np.ceil(self.seconds / (4 * self.beat))))

    def degree(self, number: int, low: int) -> int:
        """MIDI pitch of a scale degree, degree 0 being the lowest root at or above ``low``."""
        base = low + (self.root - low) % 12
        octave, step = divmod(number, 7)
        return base + 12 * octave + self.scale[step]

    def chord(self, bar: int, low: int) -> list[int]:
        """Pitches of a bar's chord within an octave above ``low``."""
        degree = self.progression[bar % len(self.progression)]
        steps = (0, 2, 4, 6) if self.seventh else (0, 2, 4)
        return sorted(low + (self.degree(degree + step, low) - low) % 12 for step in steps)


def compose(request: SketchRequest, seconds: float, bpm: float, random: Random) -> Piece:
    """Choose key, progression and rhythm; what the request leaves open is drawn."""
    lexicon = table("instruments")
    style = lexicon["styles"].get(request.genres[0], {}) if request.genres else {}
    mode = request.mode or _mode_of_mood(request, random) or style.get("mode") or str(random.choice(["major", "minor"]))
    scale = lexicon["modes"][mode]
    family = "major" if scale[2] == 4 else "minor"
    choices = lexicon["progressions"][family]
    return Piece(
        bpm=bpm,
        root=request.root if request.root is not None else int(random.integers(12)),
        scale=tuple(scale),
        progression=tuple(choices[random.integers(len(choices))]),
        seventh=bool(style.get("seventh", random.uniform() < 0.25)),
        rhythm=style.get("rhythm") or str(random.choice(["sustain", "eighths", "alternate", "syncopated"])),
        seconds=seconds,
    )


def _mode_of_mood(request: SketchRequest, random: Random) -> str:
    if "eerie" in request.traits:
        return str(random.choice(["locrian", "phrygian", "harmonic minor", "whole tone"]))
    if "happy" in request.traits:
        return "major"
    if "sad" in request.traits or "dark" in request.traits:
        return "minor"
    return ""


# Beats at which a bar's chord is struck, and how long it lasts.
_RHYTHMS: dict[str, tuple[tuple[float, float], ...]] = {
    "sustain": ((0, 4),),
    "eighths": tuple((half / 2, 0.45) for half in range(8)),
    "alternate": ((0, 0.9), (1, 0.6), (2, 0.9), (3, 0.6)),
    "offbeat": ((0.5, 0.35), (1.5, 0.35), (2.5, 0.35), (3.5, 0.35)),
    "swing": ((0, 0.6), (1.67, 0.9), (3.67, 0.3)),
    "bossa": ((0, 0.7), (1.5, 0.7), (2.5, 0.4), (3.5, 0.5)),
    "syncopated": ((0, 0.4), (0.75, 0.3), (1.5, 0.4), (2.75, 0.3), (3.25, 0.3)),
    "montuno": ((0, 0.4), (0.5, 0.4), (1.5, 0.4), (2, 0.4), (2.5, 0.4), (3.5, 0.4)),
    "waltz": ((0, 0.8), (4 / 3, 0.6), (8 / 3, 0.6)),
}
_Writer = Callable[[Piece, tuple[int, int], Random], list[Note]]


def _chords(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    low = _chord_floor(span)
    notes = []
    for bar in range(piece.bars):
        for beat, length in _RHYTHMS[piece.rhythm]:
            level = random.uniform(0.6, 0.85)
            for pitch in piece.chord(bar, low):
                start = (4 * bar + beat) * piece.beat + abs(random.normal(0, 0.006))
                notes.append(Note(start, length * piece.beat, pitch, level * random.uniform(0.9, 1.0)))
    return notes


def within(pitch: int, span: tuple[int, int]) -> int:
    """The pitch in an instrument's range, moved by octaves, so that it stays in its key; the edge if there is none."""
    low, high = span
    octaves = -(-(pitch - high) // 12) if pitch > high else -(-(low - pitch) // 12) * -1 if pitch < low else 0
    return min(max(pitch - 12 * octaves, low), high)


def _chord_floor(span: tuple[int, int]) -> int:
    return int(np.clip((span[0] + span[1]) // 2 - 8, span[0], max(span[0], span[1] - 12)))


def _pad(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    """Whole bars, or the whole clip when it is shorter; voices enter one after another."""
    low = _chord_floor(span)
    length = max(4 * piece.beat, 2.0)
    notes = []
    for bar in range(int(np.ceil(piece.seconds / length))):
        pitches = piece.chord(bar, low)
        pitches = [*pitches, pitches[0] + 12]
        notes += [
            Note(bar * length + random.uniform(0, 0.05), length * 1.05, pitch, random.uniform(0.6, 0.8))
            for pitch in pitches
        ]
    return notes


def _melody(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    """A random walk on the scale that rests on chord tones at each bar's start, in a rhythm that comes back."""
    low = (span[0] + span[1]) // 2 - 5
    lengths = _melody_rhythm(random)
    place, beat, notes = int(random.integers(0, 5)), 0.0, []
    while beat * piece.beat < piece.seconds:
        for length in lengths:
            bar = int(beat // 4)
            if beat % 4 == 0:
                place = piece.progression[bar % len(piece.progression)] % 7 + int(random.choice([0, 2, 4]))
            if random.uniform() > 0.1 or beat == 0:
                pitch = within(piece.degree(place, low), span)
                start = max(0.0, beat * piece.beat + random.normal(0, 0.008))
                notes.append(Note(start, length * piece.beat * 0.95, pitch, random.uniform(0.65, 1.0)))
            place = int(np.clip(place + random.choice([-2, -1, -1, 1, 1, 2, 3, -3]), -2, 9))
            beat += length
    return notes


def _melody_rhythm(random: Random) -> list[float]:
    cells: list[list[float]] = [[1, 1], [0.5, 0.5, 1], [1.5, 0.5], [0.5, 0.5, 0.5, 0.5], [2], [0.75, 0.25, 1]]
    first, second, third = (cells[random.integers(len(cells))] for _ in range(3))
    return [*first, *second, *first, *third]


def _slow(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    low = (span[0] + span[1]) // 2 - 6
    length = max(2 * piece.beat, 1.0)
    count = int(np.ceil(piece.seconds / length))
    places = np.cumsum(random.choice([-2, -1, 1, 2], count)) % 6
    return [
        Note(index * length, length * 1.02, piece.degree(int(place), low), random.uniform(0.7, 0.9))
        for index, place in enumerate(places)
    ]


def _arpeggio(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    low = _chord_floor(span)
    step = float(random.choice([0.25, 0.5, 0.5, 1 / 3])) if piece.bpm < 130 else 0.5
    order = str(random.choice(["up", "down", "both", "broken"]))
    notes = []
    for index in range(int(np.ceil(piece.seconds / (step * piece.beat)))):
        chord = piece.chord(int(index * step // 4), low)
        ladder = _ladder([*chord, chord[0] + 12], order)
        accent = 0.95 if (index * step) % 1 == 0 else 0.7
        start = max(0.0, index * step * piece.beat + random.normal(0, 0.004))
        notes.append(
            Note(start, step * piece.beat * 1.1, ladder[index % len(ladder)], accent * random.uniform(0.85, 1.0))
        )
    return notes


def _ladder(pitches: list[int], order: str) -> list[int]:
    if order == "down":
        return pitches[::-1]
    if order == "both":
        return pitches + pitches[-2:0:-1]
    if order == "broken":
        return [pitches[0], pitches[2], pitches[1], pitches[-1], pitches[2], pitches[1]]
    return pitches


def _bass(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    """Root notes with passing tones; walks in quarters when the rhythm swings."""
    low = span[0] + 2
    steps = {
        "swing": ((0, 1), (1, 1), (2, 1), (3, 1)),
        "sustain": ((0, 2.5), (3, 1)),
        "bossa": ((0, 1.5), (1.5, 0.5), (2, 1.5), (3.5, 0.5)),
    }
    default = (
        ((0, 0.7), (0.75, 0.3), (1.5, 0.5), (2, 0.7), (2.75, 0.3), (3.5, 0.5))
        if random.uniform() < 0.5
        else tuple((half / 2, 0.42) for half in range(8))
    )
    walking = piece.rhythm == "swing"
    notes = []
    for bar in range(piece.bars):
        root = piece.progression[bar % len(piece.progression)]
        for index, (beat, length) in enumerate(steps.get(piece.rhythm, default)):
            move = int(random.choice([0, 2, 4, 1])) * (index > 0 and (walking or random.uniform() < 0.25))
            pitch = within(piece.degree(root + move, low), span)
            notes.append(Note((4 * bar + beat) * piece.beat, length * piece.beat, pitch, random.uniform(0.75, 1.0)))
    return notes


def _riff(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    """Two beats of a figure, repeated with the chord."""
    low = _chord_floor(span)
    grid = sorted({0, *map(int, random.permutation(8)[: random.integers(3, 6)])})
    figure = [(slot / 4, int(random.choice([0, 2, 4, 6, 7]))) for slot in grid]
    notes = []
    for half in range(int(np.ceil(piece.seconds / (2 * piece.beat)))):
        root = piece.progression[(half // 2) % len(piece.progression)]
        for beat, step in figure:
            start = (2 * half + beat) * piece.beat + abs(random.normal(0, 0.004))
            pitch = within(piece.degree(root + step, low), span)
            notes.append(Note(start, 0.4 * piece.beat, pitch, random.uniform(0.7, 1.0)))
    return notes


def _power(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    """Fifths in driving eighths or with long accents."""
    figure = _RHYTHMS["eighths"] if random.uniform() < 0.5 else ((0, 1.4), (1.5, 0.45), (2, 1.9))
    notes = []
    for bar in range(piece.bars):
        root = piece.degree(piece.progression[bar % len(piece.progression)], span[0])
        for beat, length in figure:
            level = random.uniform(0.75, 1.0)
            notes += [Note((4 * bar + beat) * piece.beat, length * piece.beat, root + up, level) for up in (0, 7, 12)]
    return notes


def _strum(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    """Guitar strokes: strings one after another, down and up."""
    strokes = ((0, 0), (1, 0), (1.5, 1), (2.5, 1), (3, 0), (3.5, 1))
    notes = []
    for bar in range(piece.bars):
        chord = piece.chord(bar, span[0] + 4)
        strings = sorted({*chord, *(pitch + 12 for pitch in chord)})
        for beat, up in strokes:
            level = random.uniform(0.55, 0.95) * (0.75 if up else 1.0)
            for order, pitch in enumerate(reversed(strings) if up else strings):
                start = (4 * bar + beat) * piece.beat + 0.012 * order
                notes.append(Note(start, 0.9 * piece.beat, pitch, level * random.uniform(0.85, 1.0)))
    return notes


def _stab(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    low = _chord_floor(span)
    slots = ((0, 0.5), (1.5, 0.4), (2.5, 0.8)) if random.uniform() < 0.5 else ((0, 0.4), (0.75, 0.4), (2, 1.2))
    notes = []
    for bar in range(piece.bars):
        for beat, length in slots:
            start = (4 * bar + beat) * piece.beat
            notes += [
                Note(start, length * piece.beat, pitch, random.uniform(0.85, 1.0)) for pitch in piece.chord(bar, low)
            ]
    return notes


def _note(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    """One long note, struck again when the clip outlasts it."""
    pitch = piece.degree(int(random.choice([0, 2, 4])), (span[0] + span[1]) // 2 - 6)
    length = 2.2
    return [Note(start, length, pitch, 0.85) for start in np.arange(0.0, piece.seconds, length).tolist()]


def _chord(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    length = 2.4
    pitches = piece.chord(0, _chord_floor(span))
    return [
        Note(start, length, pitch, 0.8) for start in np.arange(0.0, piece.seconds, length).tolist() for pitch in pitches
    ]


def _scale(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    step = piece.beat / 2
    places = [*range(8), *range(6, 0, -1)]
    low = (span[0] + span[1]) // 2 - 6
    return [
        Note(index * step, step, piece.degree(places[index % 14], low), 0.85)
        for index in range(int(np.ceil(piece.seconds / step)))
    ]


def _trill(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    low, place = (span[0] + span[1]) // 2 - 6, int(random.integers(5))
    return [
        Note(index * 0.09, 0.1, piece.degree(place + index % 2, low), random.uniform(0.7, 0.9))
        for index in range(int(piece.seconds / 0.09) + 1)
    ]


def _drone(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    return [Note(0.0, piece.seconds, piece.degree(0, span[0]), 0.9)]


def _acid(piece: Piece, span: tuple[int, int], random: Random) -> list[Note]:
    """Sixteenths that come back every bar, some an octave up, some missing."""
    places = random.choice([0, 0, 0, 2, 4, 6, 7, 7], 16)
    sounding = random.uniform(size=16) < 0.8
    step = piece.beat / 4
    low = span[0]
    return [
        Note(index * step, step * 0.85, piece.degree(int(places[index % 16]), low), 1.0 if index % 4 == 0 else 0.75)
        for index in range(int(np.ceil(piece.seconds / step)))
        if sounding[index % 16]
    ]


#: Form to writer.
FORMS: dict[str, _Writer] = {
    "chords": _chords,
    "pad": _pad,
    "melody": _melody,
    "slow": _slow,
    "arpeggio": _arpeggio,
    "bass": _bass,
    "riff": _riff,
    "power": _power,
    "strum": _strum,
    "stab": _stab,
    "note": _note,
    "chord": _chord,
    "scale": _scale,
    "trill": _trill,
    "drone": _drone,
    "acid": _acid,
}


def choose_form(natural: str, asked: Sequence[str], once: bool) -> str:
    """The form that an instrument plays.

    Args:
        natural: What it plays when nothing is said.
        asked: Forms the request names.
        once: Whether one sound was asked for.
    """
    if once:
        return natural if natural in ("note", "drone") else "note"
    if not asked or natural in ("drone", "acid", "note"):
        return natural
    if natural == "bass":
        return "bass" if asked[0] not in ("note", "scale", "arpeggio") else asked[0]
    wish = "melody" if asked[0] == "bass" else asked[0]
    if natural == "power" and wish in ("riff", "chords", "stab"):
        return "power"
    if natural == "strum" and wish == "chords":
        return "strum"
    return wish


def write(piece: Piece, form: str, span: tuple[int, int], random: Random) -> list[Note]:
    """Notes of a form within a range of MIDI pitches, those that start inside the clip."""
    return [note for note in FORMS[form](piece, span, random) if note.start < piece.seconds]
