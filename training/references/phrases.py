"""Short phrases for each instrument: melodies, arpeggios, chords and basslines, in keys and tempi of their own.

Melodies and basslines are scale degrees (0 the tonic, 7 an octave up) with lengths in beats; ``None`` is a rest.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from training.references.soundfont import Note

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
BLUES = (0, 3, 5, 6, 7, 10, 12)

Line = Sequence[tuple[int | None, float]]

LINES: dict[str, Line] = {
    "song": [(0, 1), (2, 0.5), (4, 0.5), (7, 1.5), (6, 0.5), (5, 1), (4, 0.5), (2, 0.5), (1, 1), (0, 2)],
    "lament": [(4, 1.5), (3, 0.5), (2, 1), (1, 1), (2, 1.5), (0, 0.5), (-1, 1), (0, 2)],
    "run": [
        (0, 0.25),
        (1, 0.25),
        (2, 0.25),
        (3, 0.25),
        (4, 0.5),
        (7, 0.5),
        (6, 0.25),
        (5, 0.25),
        (4, 0.25),
        (3, 0.25),
        (2, 0.5),
        (4, 0.5),
        (7, 0.5),
        (9, 0.5),
        (7, 1),
    ],
    "fanfare": [(0, 0.5), (0, 0.25), (0, 0.25), (2, 1), (0, 0.5), (2, 0.5), (4, 2), (None, 0.5), (4, 0.5), (7, 2)],
    "jig": [
        (4, 0.5),
        (5, 0.25),
        (4, 0.25),
        (2, 0.5),
        (0, 0.5),
        (1, 0.5),
        (2, 0.25),
        (1, 0.25),
        (0, 0.5),
        (-1, 0.5),
        (0, 0.5),
        (2, 0.5),
        (4, 0.5),
        (7, 0.5),
        (4, 1),
    ],
    "riff": [
        (0, 0.5),
        (0, 0.5),
        (2, 0.5),
        (0, 0.5),
        (3, 0.5),
        (2, 0.5),
        (0, 0.5),
        (-1, 0.5),
        (0, 0.5),
        (0, 0.5),
        (2, 0.5),
        (0, 0.5),
        (4, 1),
        (3, 1),
    ],
    "bass": [
        (0, 0.75),
        (0, 0.25),
        (None, 0.5),
        (4, 0.5),
        (5, 0.5),
        (4, 0.5),
        (0, 1),
        (3, 0.75),
        (3, 0.25),
        (None, 0.5),
        (4, 0.5),
        (4, 0.5),
        (6, 0.5),
        (7, 1),
    ],
    "walk": [(0, 1), (2, 1), (4, 1), (5, 1), (3, 1), (5, 1), (4, 1), (1, 1)],
    "long": [(0, 3), (2, 2), (1, 3)],
}

PROGRESSIONS: dict[str, tuple[tuple[int, ...], ...]] = {
    "pop": ((0, 2, 4), (4, 6, 8), (5, 7, 9), (3, 5, 7)),
    "minor": ((0, 2, 4), (5, 7, 9), (3, 5, 7), (4, 6, 8)),
    "jazz": ((1, 3, 5, 7), (4, 6, 8, 10), (0, 2, 4, 6), (0, 2, 4, 6)),
    "two": ((0, 2, 4, 7), (3, 5, 7, 9)),
}


class Phrase(NamedTuple):
    """What an instrument plays: ``style`` line, chords or arpeggio; ``figure`` a key of LINES or PROGRESSIONS."""

    style: str
    figure: str
    tonic: int
    scale: tuple[int, ...]
    bpm: int
    legato: float = 0.95


def phrase_notes(phrase: Phrase, rng: np.random.Generator) -> list[Note]:
    """The notes of a phrase, with human timing and force."""
    beat = 60 / phrase.bpm
    if phrase.style == "line":
        return _line(phrase, beat, rng)
    chords = [[_pitch(phrase, degree) for degree in chord] for chord in PROGRESSIONS[phrase.figure]]
    if phrase.style == "chords":
        return [
            Note(i * 2 * beat + rng.uniform(0, 0.015), 2 * beat * phrase.legato, pitch, _force(rng))
            for i, chord in enumerate(chords)
            for pitch in chord
        ]
    order = [0, 1, 2, -1, 2, 1, 0, 1]
    return [
        Note((i * 8 + k) * beat / 4, beat * phrase.legato, [*chord, chord[0] + 12][index], _force(rng))
        for i, chord in enumerate(chords)
        for k, index in enumerate(order)
    ]


def _line(phrase: Phrase, beat: float, rng: np.random.Generator) -> list[Note]:
    notes, at = [], 0.0
    for degree, beats in LINES[phrase.figure]:
        if degree is not None:
            start = max(0.0, at * beat + rng.normal(0, 0.006))
            notes.append(Note(start, beats * beat * phrase.legato, _pitch(phrase, degree), _force(rng)))
        at += beats
    return notes


def _pitch(phrase: Phrase, degree: int) -> int:
    octave, step = divmod(degree, 7)
    return phrase.tonic + 12 * octave + phrase.scale[step]


def _force(rng: np.random.Generator) -> int:
    return int(np.clip(rng.normal(92, 9), 50, 122))
