"""Drum patterns of known genre and tempo, as sixteen steps a bar.

A row is ``x`` (accent), ``o`` (normal), ``.`` (ghost), ``-`` (rest). Twelve-step rows are triplet feels (four beats
of three).
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from training.references.soundfont import Note

PERCUSSION = {
    "kick": 36,
    "stick": 37,
    "snare": 38,
    "clap": 39,
    "rim": 37,
    "hat": 42,
    "pedal": 44,
    "open": 46,
    "low_tom": 41,
    "mid_tom": 47,
    "high_tom": 50,
    "crash": 49,
    "ride": 51,
    "bell": 53,
    "tambourine": 54,
    "cowbell": 56,
    "shaker": 82,
    "cabasa": 69,
    "maracas": 70,
    "conga": 63,
    "conga_low": 64,
    "conga_mute": 62,
    "bongo": 60,
    "bongo_low": 61,
    "timbale": 65,
    "agogo": 67,
    "agogo_low": 68,
    "clave": 75,
    "guiro": 74,
    "surdo": 87,
    "surdo_mute": 86,
    "triangle": 81,
    "brush_tap": 38,
    "brush_swirl": 40,
}
_VELOCITY = {"x": 118, "o": 92, ".": 52}


class Groove(NamedTuple):
    """A pattern: its kit (GM percussion program), tempo, rows, swing (0 none, 0.33 triplets) and number of bars."""

    genre: str
    kit: int
    bpm: int
    rows: Mapping[str, str]
    swing: float = 0.0
    bars: int = 2
    words: str = ""


def groove_notes(groove: Groove, rng: np.random.Generator) -> list[Note]:
    """The notes of a pattern, with a few milliseconds and a little force of human variation."""
    notes = []
    beat = 60 / groove.bpm
    for name, row in groove.rows.items():
        step = 4 * beat / 16 if len(row) % 16 == 0 else 4 * beat / 12
        for index, mark in enumerate(row * (groove.bars * (16 if len(row) % 16 == 0 else 12) // len(row))):
            if mark == "-":
                continue
            late = groove.swing * step if index % 2 and len(row) % 16 == 0 else 0.0
            start = max(0.0, index * step + late + rng.normal(0, 0.004))
            velocity = int(np.clip(_VELOCITY[mark] + rng.normal(0, 5), 20, 127))
            notes.append(Note(start, max(0.08, step), PERCUSSION[name], velocity))
    return sorted(notes)


def groove_seconds(groove: Groove) -> float:
    """Exact length of the loop."""
    return groove.bars * 4 * 60 / groove.bpm


_HATS8 = "o-o-o-o-o-o-o-o-"
_HATS16 = "o.o.o.o.o.o.o.o."
_BACKBEAT = "----x-------x---"

# Programs: 0 standard, 8 room, 16 power, 24 electronic, 25 TR-808, 32 jazz, 40 brush, 48 orchestra.
GROOVES: tuple[Groove, ...] = (
    Groove(
        "four-on-the-floor house",
        24,
        124,
        {"kick": "x---x---x---x---", "clap": _BACKBEAT, "open": "--o---o---o---o-", "hat": "o.-.o.-.o.-.o.-."},
        words="punchy kick, claps and off-beat open hi-hats",
    ),
    Groove(
        "techno",
        25,
        130,
        {"kick": "x---x---x---x---", "hat": "--x---x---x---x-", "shaker": _HATS16, "clap": "----o-------o---"},
        words="relentless kick and crisp hi-hats",
    ),
    Groove(
        "boom-bap hip hop",
        0,
        90,
        {"kick": "x-----x--ox-----", "snare": _BACKBEAT, "hat": "o-o-o-o-o-o-o-oo"},
        swing=0.25,
        words="dusty swung hi-hats and a hard snare",
    ),
    Groove(
        "trap",
        25,
        140,
        {"kick": "x-----o---x-----", "clap": "--------x-------", "hat": "ooooo.o.ooo.oooo", "open": "--------------o-"},
        words="rattling hi-hat rolls and a deep 808 kick",
    ),
    Groove(
        "rock",
        16,
        118,
        {"kick": "x-------x-o-----", "snare": _BACKBEAT, "hat": _HATS8, "crash": "x---------------" + "-" * 16},
        words="heavy kick, loud snare and open cymbals",
    ),
    Groove(
        "pop rock",
        0,
        104,
        {"kick": "x-----o-x-------", "snare": _BACKBEAT, "hat": _HATS8, "tambourine": "--o---o---o---o-"},
        words="steady hi-hats and tambourine",
    ),
    Groove(
        "funk",
        8,
        102,
        {"kick": "x--o------o--x--", "snare": "----x--.-.--x--.", "hat": "o.o.o.o.o.oxo.o."},
        words="ghost notes on the snare and tight sixteenth hi-hats",
    ),
    Groove(
        "drum and bass",
        24,
        174,
        {
            "kick": "x---------x-----",
            "snare": "----x-------x---",
            "hat": "o-o-o-o-o-o-o-o-",
            "ride": "x---o---x---o---",
        },
        bars=4,
        words="fast breakbeat with snappy snare",
    ),
    Groove(
        "jazz swing",
        32,
        140,
        {"ride": "x--o-ox--o-o", "pedal": "---x-----x--", "kick": ".--.--.--.--", "snare": "-----.-----."},
        bars=4,
        words="swinging ride cymbal and feathered kick",
    ),
    Groove(
        "brush ballad",
        40,
        72,
        {
            "brush_swirl": "o---o---o---o---",
            "brush_tap": "----o-------o--.",
            "kick": "o-------.-------",
            "pedal": "----o-------o---",
        },
        words="soft brushes on the snare",
    ),
    Groove(
        "bossa nova",
        0,
        128,
        {"kick": "x--oo--oo--oo--o", "rim": "x--x--x---x--x--", "hat": _HATS8, "shaker": _HATS16},
        bars=4,
        words="cross-stick clave and soft shaker",
    ),
    Groove(
        "samba",
        0,
        104,
        {
            "surdo": "----x-------x---",
            "surdo_mute": "x-------x-------",
            "tambourine": "o.oxo.oxo.oxo.ox",
            "agogo": "x--x----x-x-----",
            "agogo_low": "-----x-x----x-x-",
        },
        bars=2,
        words="surdo, tambourines and agogo bells",
    ),
    Groove(
        "salsa percussion",
        0,
        96,
        {
            "conga": "--x---oo--x---oo",
            "conga_mute": "o---o---o---o---",
            "clave": "x--x--x---x-x---",
            "cowbell": "x-o-x-oox-o-x-oo",
            "timbale": "--------------xx",
        },
        bars=2,
        words="congas, clave and cowbell",
    ),
    Groove(
        "reggae one-drop",
        8,
        76,
        {"kick": "--------x-------", "rim": "--------x-------", "hat": "o-.-o-.-o-.-o-.-"},
        swing=0.2,
        words="a single heavy drop on beat three",
    ),
    Groove(
        "reggaeton",
        24,
        94,
        {"kick": "x---x---x---x---", "snare": "---x--x----x--x-", "hat": _HATS8},
        words="dembow snare pattern",
    ),
    Groove(
        "disco",
        0,
        116,
        {
            "kick": "x---x---x---x---",
            "snare": _BACKBEAT,
            "open": "--x---x---x---x-",
            "hat": "o.--o.--o.--o.--",
            "tambourine": _HATS16,
        },
        words="open hi-hats on the off-beat and tambourine",
    ),
    Groove(
        "marching snare",
        48,
        112,
        {"snare": "xo.oxo.ox.oox.oo", "kick": "x-------x-------"},
        words="military snare rudiments and bass drum",
    ),
    Groove(
        "orchestral percussion",
        48,
        80,
        {"low_tom": "x-----x-x---x-x-", "kick": "x-------x-------", "crash": "x---------------" + "-" * 16},
        words="epic toms and a cymbal crash",
    ),
    Groove(
        "metal double kick",
        16,
        180,
        {"kick": "xoxoxoxoxoxoxoxo", "snare": _BACKBEAT, "ride": "x---x---x---x---"},
        bars=4,
        words="relentless double bass drum",
    ),
    Groove(
        "electro",
        25,
        112,
        {"kick": "x-----x---x-----", "snare": _BACKBEAT, "hat": _HATS16, "cowbell": "--x---x--x----x-"},
        words="808 kick, snare and cowbell",
    ),
    Groove(
        "shuffle blues",
        8,
        96,
        {"kick": "x-----x-----", "snare": "---x-----x--", "ride": "x-ox-ox-ox-o"},
        words="a lazy triplet shuffle",
    ),
    Groove(
        "afrobeat",
        0,
        110,
        {
            "kick": "x--x----x--x--o-",
            "snare": "----.--x----.-x-",
            "hat": "o-xoo-xoo-xoo-xo",
            "shaker": _HATS16,
            "conga": "--o---oo--o---oo",
        },
        words="interlocking hi-hats, shaker and congas",
    ),
    Groove(
        "breakbeat",
        8,
        136,
        {
            "kick": "x-x-------xx----",
            "snare": "----x--x-x--x--x",
            "hat": _HATS8,
            "crash": "x---------------" + "-" * 16,
        },
        bars=2,
        words="chopped syncopated snare",
    ),
    Groove(
        "lo-fi",
        32,
        80,
        {"kick": "x------ox-------", "rim": "----x-------x---", "hat": "o-o.o-o.o-o.o-oo"},
        swing=0.3,
        words="soft kick, cross-stick and lazy hats",
    ),
    Groove(
        "tom fill",
        16,
        120,
        {
            "high_tom": "xoxo------------",
            "mid_tom": "----xoxo--------",
            "low_tom": "--------xoxo----",
            "snare": "------------xxxx",
            "crash": "-" * 16 + "x---------------",
            "kick": "-" * 16 + "x---------------",
        },
        bars=2,
        words="a descending roll around the toms that ends in a crash",
    ),
    Groove(
        "latin hand percussion",
        0,
        88,
        {"bongo": "o-xo-ox-o-xo-ox-", "bongo_low": "--------x-------", "maracas": _HATS16, "guiro": "x-------x---x---"},
        words="bongos, maracas and guiro",
    ),
)
