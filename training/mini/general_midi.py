"""General MIDI: names and playing ranges of the 128 programs, the drum kits and the percussion keys."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Program:
    """One instrument.

    Attributes:
        label: Label of a single note, as the recorded clips name it.
        words: Ways to name the instrument.
        low: Lowest MIDI key that is played.
        high: Highest.
        category: instruments, but for the sound effects at the end.
    """

    label: str
    words: tuple[str, ...]
    low: int = 48
    high: int = 76
    category: str = "instruments"


def _instruments(low: int, high: int, *names: str) -> list[Program]:
    programs = []
    for name in names:
        words = tuple(name.split("/"))
        programs.append(Program(f"{words[0]} note", words, low, high))
    return programs


PROGRAMS: tuple[Program, ...] = (
    *_instruments(
        36,
        84,
        "piano/grand piano",
        "piano/bright piano",
        "electric grand piano",
        "honky-tonk piano/saloon piano",
        "electric piano/rhodes piano",
        "fm electric piano/dx electric piano",
        "harpsichord",
        "clavinet/funky clavinet",
    ),
    *_instruments(
        55,
        88,
        "celesta",
        "glockenspiel",
        "music box",
        "vibraphone/vibes",
        "marimba",
        "xylophone",
        "tubular bells/orchestral chimes",
        "dulcimer/hammered dulcimer",
    ),
    *_instruments(
        40,
        80,
        "drawbar organ/hammond organ",
        "percussive organ",
        "rock organ",
        "church organ/pipe organ",
        "reed organ/harmonium",
        "accordion",
        "harmonica",
        "bandoneon/tango accordion",
    ),
    *_instruments(
        40,
        72,
        "nylon string guitar/classical guitar",
        "steel string guitar/acoustic guitar",
        "jazz guitar/mellow electric guitar",
        "clean electric guitar/electric guitar",
        "palm muted guitar/muted guitar",
        "overdriven guitar",
        "distortion guitar/distorted electric guitar",
        "guitar harmonic",
    ),
    *_instruments(
        28,
        48,
        "upright bass/double bass",
        "fingered electric bass/bass guitar",
        "picked electric bass",
        "fretless bass",
        "slap bass",
        "slap bass/funky slap bass",
        "synth bass",
        "synth bass/analog bass",
    ),
    *_instruments(48, 80, "violin/fiddle", "viola"),
    *_instruments(36, 64, "cello"),
    *_instruments(28, 50, "contrabass/bowed double bass"),
    *_instruments(48, 76, "tremolo strings", "pizzicato strings/plucked strings", "orchestral harp/harp"),
    *_instruments(36, 55, "timpani/kettledrum"),
    *_instruments(
        43,
        79,
        "string section/orchestral strings",
        "slow strings/soft string pad",
        "synth strings",
        "synth strings/analog strings",
        "choir aah/choir",
        "voice ooh/vocal ooh",
        "synth choir/synth voice",
        "orchestra hit",
    ),
    *_instruments(48, 79, "trumpet"),
    *_instruments(36, 65, "trombone"),
    *_instruments(28, 53, "tuba"),
    *_instruments(
        48, 77, "muted trumpet", "french horn", "brass section/horn section", "synth brass", "synth brass/analog brass"
    ),
    *_instruments(54, 82, "soprano saxophone/soprano sax", "alto saxophone/saxophone", "tenor saxophone/tenor sax"),
    *_instruments(36, 64, "baritone saxophone/baritone sax"),
    *_instruments(52, 84, "oboe", "english horn"),
    *_instruments(34, 64, "bassoon"),
    *_instruments(50, 86, "clarinet"),
    *_instruments(
        60,
        96,
        "piccolo",
        "flute",
        "recorder",
        "pan flute",
        "blown bottle",
        "shakuhachi/japanese flute",
        "whistle",
        "ocarina",
    ),
    *_instruments(
        43,
        79,
        "square wave lead/synth lead",
        "sawtooth lead/synth lead",
        "calliope lead",
        "chiff lead",
        "charang lead/distorted synth lead",
        "synth voice lead",
        "fifths lead",
        "bass and lead synth",
    ),
    *_instruments(
        43,
        76,
        "new age pad/synth pad",
        "warm pad/synth pad",
        "polysynth pad",
        "choir pad/space voice",
        "bowed glass pad",
        "metallic pad",
        "halo pad",
        "sweep pad",
    ),
    *_instruments(
        43,
        76,
        "ice rain synth",
        "soundtrack synth pad",
        "crystal synth",
        "atmosphere synth",
        "brightness synth",
        "goblin synth/eerie synth pad",
        "echo drops synth",
        "star theme synth/sci-fi synth",
    ),
    *_instruments(
        48, 76, "sitar", "banjo", "shamisen", "koto", "kalimba/thumb piano", "bagpipe", "fiddle/violin", "shehnai"
    ),
    *_instruments(
        50,
        80,
        "tinkle bell",
        "agogo/agogo bell",
        "steel drum/steelpan",
        "woodblock",
        "taiko drum",
        "melodic tom/tom drum",
        "synth drum",
        "reverse cymbal",
    ),
    Program("guitar fret noise", ("guitar fret noise",), 60, 72, "sfx"),
    Program("breath noise", ("breath noise", "a breath"), 60, 72, "sfx"),
    Program("seashore", ("seashore", "ocean waves", "surf"), 60, 72, "ambient"),
    Program("bird tweet", ("bird tweet", "a bird chirping"), 60, 72, "sfx"),
    Program("telephone ring", ("telephone ring", "a phone ringing"), 60, 72, "sfx"),
    Program("helicopter", ("helicopter", "a helicopter rotor"), 60, 72, "sfx"),
    Program("applause", ("applause", "clapping audience"), 60, 72, "sfx"),
    Program("gunshot", ("gunshot", "a gun shot"), 60, 72, "sfx"),
)

DRUM_KITS: dict[int, str] = {
    0: "acoustic",
    8: "room",
    16: "power",
    24: "electronic",
    25: "808",
    32: "jazz",
    40: "brush",
    48: "orchestral",
}

DRUM_KEYS: dict[int, tuple[str, ...]] = {
    35: ("kick drum", "bass drum"),
    36: ("kick drum", "bass drum"),
    37: ("rimshot", "side stick"),
    38: ("snare drum", "snare"),
    39: ("hand clap", "clap"),
    40: ("snare drum", "snare"),
    41: ("tom drum", "low floor tom"),
    42: ("closed hi-hat", "hi-hat"),
    43: ("tom drum", "floor tom"),
    44: ("pedal hi-hat", "hi-hat pedal"),
    45: ("tom drum", "low tom"),
    46: ("open hi-hat", "open hat"),
    47: ("tom drum", "mid tom"),
    48: ("tom drum", "high tom"),
    49: ("crash cymbal", "crash"),
    50: ("tom drum", "high tom"),
    51: ("ride cymbal", "ride"),
    52: ("china cymbal",),
    53: ("ride bell",),
    54: ("tambourine",),
    55: ("splash cymbal",),
    56: ("cowbell",),
    57: ("crash cymbal",),
    58: ("vibraslap",),
    59: ("ride cymbal",),
    60: ("bongo", "high bongo"),
    61: ("bongo", "low bongo"),
    62: ("muted conga",),
    63: ("conga", "open conga"),
    64: ("low conga", "conga"),
    65: ("timbale", "high timbale"),
    66: ("timbale", "low timbale"),
    67: ("agogo bell", "high agogo"),
    68: ("agogo bell", "low agogo"),
    69: ("cabasa",),
    70: ("maracas",),
    71: ("whistle", "short whistle"),
    72: ("whistle", "long whistle"),
    73: ("guiro", "short guiro"),
    74: ("guiro", "long guiro"),
    75: ("claves",),
    76: ("woodblock", "high woodblock"),
    77: ("woodblock", "low woodblock"),
    78: ("cuica", "mute cuica"),
    79: ("cuica", "open cuica"),
    80: ("triangle", "mute triangle"),
    81: ("triangle", "open triangle"),
    82: ("shaker",),
    83: ("sleigh bells", "jingle bells"),
    84: ("mark tree chimes", "bell tree"),
}

VOICE_KEYS: dict[str, tuple[int, ...]] = {
    "kick": (35, 36),
    "snare": (38, 40),
    "hat": (42, 44),
    "open": (46,),
    "clap": (39,),
    "tom": (41, 43, 45, 47, 48, 50),
    "ride": (51, 59),
    "perc": (37, 56, 60, 61, 62, 63, 64, 67, 70, 75, 76),
}
"""Percussion keys of each voice of a drum pattern."""
