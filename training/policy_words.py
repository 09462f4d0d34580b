"""Words the policy's training requests are made of, read from ``policy_words.txt``.

They cover how people ask for sounds, but no request is taken from ``data/target_styles.json``. ``PLAIN`` words and
invented ones stand in for anything the lists do not know, so that the model learns to copy a word, not to know it.
"""

from pathlib import Path


def _sections() -> dict[str, tuple[str, ...]]:
    sections: dict[str, list[str]] = {}
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
            sections[name] = []
        elif line and not line.startswith("#"):
            sections[name] += line.split("|")
    return {name: tuple(words) for name, words in sections.items()}


_WORDS = _sections()
GENRES, DRUM_PARTS, INSTRUMENTS = _WORDS["genres"], _WORDS["drum_parts"], _WORDS["instruments"]
PHRASES, SOURCES, ACTIONS = _WORDS["phrases"], _WORDS["sources"], _WORDS["actions"]
PLACES, WEATHER, ADJECTIVES = _WORDS["places"], _WORDS["weather"], _WORDS["adjectives"]
QUALITIES, UNWANTED, PLAIN = _WORDS["qualities"], _WORDS["unwanted"], _WORDS["plain"]

# Words that no training request contains: what the copying rate is measured on.
HELD_OUT = _WORDS["held_out"]

KEYS = tuple(f"{note} {mode}" for note in ("A", "B", "C", "D", "E", "F", "G", "F#") for mode in ("minor", "major"))

ONSETS = ("b", "bl", "br", "c", "cl", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "pl", "r")
VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ee", "oa", "oo", "ou")
CODAS = ("", "", "b", "ck", "d", "g", "l", "m", "n", "nd", "ng", "nt", "p", "r", "rk", "s", "sh", "st", "t", "x", "zz")
SYLLABLES = (ONSETS, VOWELS, CODAS)
