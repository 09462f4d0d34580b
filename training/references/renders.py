"""Which patterns and phrases are played, on which instruments.

The soundfont is FluidR3 (MIT). A group is an instrument or a kit: all that is played on it shares its recordings, and
so do the single FluidR3 notes of ``recordings.py``.
"""

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from training.references.drum_patterns import GROOVES, Groove, groove_notes, groove_seconds
from training.references.phrases import BLUES, MAJOR, MINOR, Phrase, phrase_notes
from training.references.soundfont import Note, Part, play
from training.references.sounds import Credit, Samples, Sound

FLUID = Credit("MIT", "Frank Wen (FluidR3 soundfont)", "FluidR3_GM.sf2, played by training/references")
TAIL = 0.8
LONGEST = 7.0

# group, program, label, caption, phrase
PHRASES: tuple[tuple[str, int, str, str, Phrase], ...] = (
    ("grand-piano", 0, "piano melody", "A gentle piano melody in C major", Phrase("line", "song", 60, MAJOR, 96)),
    ("grand-piano", 0, "piano chords", "Slow minor piano chords", Phrase("chords", "minor", 48, MINOR, 80)),
    (
        "electric-piano",
        4,
        "electric piano chords",
        "Mellow jazz chords on an electric piano",
        Phrase("chords", "jazz", 48, MAJOR, 84),
    ),
    (
        "harpsichord",
        6,
        "harpsichord run",
        "A lively baroque run on a harpsichord",
        Phrase("line", "run", 60, MINOR, 110),
    ),
    ("celesta", 8, "celesta melody", "A delicate celesta melody", Phrase("line", "song", 72, MAJOR, 100)),
    ("glockenspiel", 9, "glockenspiel melody", "A bright glockenspiel tune", Phrase("line", "jig", 72, MAJOR, 116)),
    ("music-box", 10, "music box melody", "A lullaby on a music box", Phrase("arpeggio", "pop", 60, MAJOR, 84)),
    ("vibraphone", 11, "vibraphone chords", "Ringing vibraphone chords", Phrase("chords", "jazz", 55, MAJOR, 90)),
    ("marimba", 12, "marimba arpeggio", "A quick marimba arpeggio", Phrase("arpeggio", "pop", 55, MAJOR, 112)),
    ("xylophone", 13, "xylophone melody", "A playful xylophone melody", Phrase("line", "jig", 67, MAJOR, 126)),
    ("drawbar-organ", 16, "organ chords", "Soulful drawbar organ chords", Phrase("chords", "two", 48, MAJOR, 92)),
    ("rock-organ", 18, "rock organ riff", "A gritty rock organ riff", Phrase("line", "riff", 52, BLUES, 120)),
    ("church-organ", 19, "church organ chords", "Solemn church organ chords", Phrase("chords", "minor", 48, MINOR, 76)),
    ("accordion", 21, "accordion melody", "A folk dance on an accordion", Phrase("line", "jig", 60, MAJOR, 120)),
    ("harmonica", 22, "harmonica melody", "A lonesome harmonica melody", Phrase("line", "lament", 64, MINOR, 84)),
    (
        "nylon-guitar",
        24,
        "nylon guitar arpeggio",
        "A fingerpicked nylon guitar arpeggio",
        Phrase("arpeggio", "minor", 48, MINOR, 92),
    ),
    (
        "steel-string-guitar",
        25,
        "steel guitar picking",
        "Bright picking on a steel-string acoustic guitar",
        Phrase("arpeggio", "pop", 48, MAJOR, 100),
    ),
    ("jazz-guitar", 26, "jazz guitar melody", "A smooth jazz guitar line", Phrase("line", "run", 52, MAJOR, 96)),
    (
        "overdriven-guitar",
        29,
        "overdriven guitar riff",
        "An overdriven rock guitar riff",
        Phrase("line", "riff", 40, BLUES, 124),
    ),
    (
        "upright-bass",
        32,
        "walking bass",
        "A walking bassline on an upright bass",
        Phrase("line", "walk", 36, MAJOR, 120),
    ),
    (
        "fingered-electric-bass",
        33,
        "electric bass line",
        "A funky fingered electric bass line",
        Phrase("line", "bass", 36, MINOR, 104),
    ),
    ("slap-bass", 36, "slap bass line", "A slapped bass groove", Phrase("line", "bass", 36, MINOR, 112, 0.7)),
    ("synth-bass", 38, "synth bass line", "A round synth bass line", Phrase("line", "riff", 36, MINOR, 122, 0.7)),
    ("violin", 40, "violin melody", "An expressive violin melody", Phrase("line", "lament", 67, MINOR, 88)),
    ("cello", 42, "cello melody", "A sad slow cello melody", Phrase("line", "lament", 48, MINOR, 76)),
    (
        "pizzicato-strings",
        45,
        "pizzicato strings",
        "Tiptoeing pizzicato strings",
        Phrase("line", "jig", 55, MINOR, 112, 0.5),
    ),
    ("orchestral-harp", 46, "harp arpeggio", "A rippling harp arpeggio", Phrase("arpeggio", "pop", 55, MAJOR, 120)),
    (
        "string-ensemble",
        48,
        "string ensemble chords",
        "Broad string ensemble chords",
        Phrase("chords", "pop", 48, MAJOR, 84),
    ),
    ("trumpet", 56, "trumpet fanfare", "A proud trumpet fanfare", Phrase("line", "fanfare", 60, MAJOR, 116)),
    ("trombone", 57, "trombone melody", "A stately trombone melody", Phrase("line", "lament", 48, MAJOR, 88)),
    ("french-horn", 60, "french horn melody", "A noble french horn call", Phrase("line", "fanfare", 53, MAJOR, 92)),
    ("brass-section", 61, "brass stabs", "Punchy brass section stabs", Phrase("chords", "two", 55, MAJOR, 120, 0.3)),
    ("alto-saxophone", 65, "saxophone melody", "A bluesy saxophone line", Phrase("line", "riff", 58, BLUES, 100)),
    ("oboe", 68, "oboe melody", "A plaintive oboe melody", Phrase("line", "lament", 65, MINOR, 84)),
    ("clarinet", 71, "clarinet melody", "A nimble clarinet run", Phrase("line", "run", 62, MAJOR, 112)),
    ("flute", 73, "flute melody", "A light flute melody", Phrase("line", "song", 72, MAJOR, 108)),
    ("square-lead", 80, "square lead melody", "A retro square-wave lead melody", Phrase("line", "run", 60, MINOR, 126)),
    (
        "saw-lead",
        81,
        "saw lead melody",
        "A bright trance saw lead arpeggio",
        Phrase("arpeggio", "minor", 60, MINOR, 136, 0.5),
    ),
    ("sitar", 104, "sitar melody", "A sitar melody with open strings", Phrase("line", "run", 55, MINOR, 88)),
    ("koto", 107, "koto melody", "A plucked koto melody", Phrase("line", "song", 62, MINOR, 92)),
    ("kalimba", 108, "kalimba melody", "A soft kalimba pattern", Phrase("arpeggio", "two", 60, MAJOR, 96)),
    ("steel-drum", 114, "steel drum melody", "A sunny steel drum tune", Phrase("line", "jig", 60, MAJOR, 108)),
)

# group, program, label, caption, tonic, progression
BACKDROPS: tuple[tuple[str, int, str, str, int, str], ...] = (
    ("new-age-pad", 88, "new age pad", "A floating new-age synthesiser pad", 55, "two"),
    ("warm-pad", 89, "warm pad", "A warm analogue synthesiser pad", 48, "two"),
    ("choir-pad", 91, "choir pad", "A spacious choir pad holding soft chords", 53, "two"),
    ("bowed-pad", 92, "bowed pad", "A bowed glass-like pad", 57, "two"),
    ("metallic-pad", 93, "metallic pad", "A cold metallic pad", 50, "minor"),
    ("halo-pad", 94, "halo pad", "A breathy halo pad", 52, "two"),
    ("sweep-pad", 95, "sweep pad", "A slowly sweeping synthesiser pad", 45, "minor"),
    ("rain-pad", 96, "ice rain texture", "A glittering synthesiser texture like falling ice", 60, "minor"),
    ("soundtrack", 97, "soundtrack pad", "A cinematic soundtrack pad", 43, "two"),
    ("crystal", 98, "crystal texture", "Crystal bells in a hazy atmosphere", 64, "two"),
    ("atmosphere", 99, "atmosphere pad", "A dreamy plucked atmosphere", 52, "pop"),
    ("goblins", 101, "dark texture", "An eerie dark synthesiser texture", 41, "minor"),
    ("echoes", 102, "echo texture", "Echoing synthesiser drops in space", 57, "two"),
    ("sci-fi", 103, "science-fiction texture", "A science-fiction atmosphere with shimmering tones", 55, "minor"),
    ("slow-strings", 49, "slow strings", "Slow strings swelling in a calm backdrop", 48, "two"),
    ("choir-aah", 52, "choir", "A wordless choir holding slow chords", 53, "minor"),
)


def rng_of(name: str) -> np.random.Generator:
    """A generator that depends on a sound's name alone."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))


def drum_loops(soundfont: Path) -> Iterator[Sound]:
    """Every groove, on its kit."""
    for groove in GROOVES:
        caption = (
            f"A {groove.bpm} BPM {groove.genre} drum {'fill' if 'fill' in groove.genre else 'loop'} with {groove.words}"
        )
        label = groove.genre if "fill" in groove.genre else f"{groove.genre} drum loop"
        yield Sound(
            "drums", label, caption, "render", f"fluidr3-kit-{groove.kit}", FLUID, partial(_groove, groove, soundfont)
        )


def phrases(soundfont: Path) -> Iterator[Sound]:
    """Every phrase, on its instrument."""
    for group, program, label, caption, phrase in PHRASES:
        notes = phrase_notes(phrase, rng_of(label))
        length = min(LONGEST, max(note.start + note.seconds for note in notes) + TAIL)
        sound = partial(play, [Part(program, notes)], soundfont, length)
        yield Sound("instruments", label, caption, "render", f"fluidr3-{group}", FLUID, sound)


def backdrops(soundfont: Path) -> Iterator[Sound]:
    """Slow chords on pads."""
    for group, program, label, caption, tonic, progression in BACKDROPS:
        scale = MINOR if progression == "minor" else MAJOR
        notes = phrase_notes(
            Phrase("chords", progression, tonic, scale, 60 if progression == "two" else 75, 1.0), rng_of(label)
        )
        sound = partial(play, [Part(program, notes)], soundfont, LONGEST)
        yield Sound("ambient", label, caption, "render", f"fluidr3-{group}", FLUID, sound)
    surf = partial(play, [Part(122, [Note(0.0, 6.5, 60, 100), Note(2.5, 4.0, 57, 90)])], soundfont, 6.5)
    yield Sound("ambient", "seashore", "Waves washing over a sandy seashore", "render", "fluidr3-seashore", FLUID, surf)
    blades = partial(play, [Part(125, [Note(0.0, 4.0, 57, 110)])], soundfont, 4.0)
    yield Sound("sfx", "helicopter", "A helicopter hovering", "render", "fluidr3-helicopter", FLUID, blades)


def _groove(groove: Groove, soundfont: Path) -> Samples:
    part = Part(groove.kit, groove_notes(groove, rng_of(groove.genre)), drums=True)
    return play([part], soundfont, groove_seconds(groove))
