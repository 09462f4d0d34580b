"""Captions from phrases: templates, adjectives that were measured, tempo, synonyms."""

import random
from collections.abc import Sequence

from training.mini.synonyms import SYNONYMS

TEMPLATES: dict[str, tuple[str, ...]] = {
    "any": (
        "{p}",
        "{p}",
        "the sound of {p}",
        "a recording of {p}",
        "this is the sound of {p}",
        "an audio clip of {p}",
        "{p} sound",
        "you can hear {p}",
        "please make {p}",
        "I want {p}",
    ),
    "sfx": ("{p} sound effect", "{p} sfx", "foley of {p}", "a game sound of {p}", "someone hears {p}"),
    "ambient": (
        "{p} ambience",
        "an ambient recording of {p}",
        "background sound of {p}",
        "{p} in the background",
        "a field recording of {p}",
        "{p} atmosphere",
    ),
    "drums": ("{p} drum sample", "{p} percussion", "{p} played on a drum kit", "a drum sound: {p}", "{p} beat sample"),
    "instruments": (
        "{p} playing",
        "music with {p}",
        "{p} instrument sound",
        "a musical recording of {p}",
        "someone playing {p}",
    ),
}

ADJECTIVE_TEMPLATES = (
    "{a} {p}",
    "a {a} {p}",
    "{p}, {a}",
    "a {a} sound of {p}",
    "{p} with a {a} sound",
    "{p} that sounds {a}",
)

CATEGORY_PHRASES: dict[str, tuple[str, ...]] = {
    "drums": ("drums", "percussion", "a drum sound"),
    "instruments": ("a musical instrument", "an instrument playing", "music"),
    "sfx": ("a sound effect", "an effect sound", "a short everyday sound"),
    "ambient": ("ambience", "background atmosphere", "an ambient soundscape"),
}


CATEGORY_WORDINGS: dict[str, tuple[str, ...]] = {
    "drums": ("a percussion hit or drum loop", "someone plays the drums", "a drum kit", "rhythm section", "a beat"),
    "instruments": (
        "a note of a musical instrument",
        "a melodic instrument",
        "a tone played by a musician",
        "musical notes",
        "an instrumental sample",
    ),
    "sfx": ("sfx", "foley", "a sound effect for a game or film", "a single event", "the sound of an object or animal"),
    "ambient": (
        "ambient",
        "a field recording of a place",
        "atmosphere in the background",
        "environmental sound of nature or a city",
        "a long ambience",
    ),
}
"""More ways to say a category, for training alone: the figures ask with ``CATEGORY_PHRASES``."""


def all_phrases(label: str, phrases: Sequence[str]) -> list[str]:
    """The recording's own phrases and the synonyms of its label, without repeats."""
    return list(dict.fromkeys([label, *phrases, *SYNONYMS.get(label, ())]))


def compose(
    phrase: str, category: str, adjectives: Sequence[Sequence[str]], bpm: float | None, rng: random.Random
) -> str:
    """One caption.

    Args:
        phrase: What to name.
        category: Chooses the templates.
        adjectives: Word lists that all fit the recording.
        bpm: Tempo, named in a third of the captions where it is known.
        rng: Source of every choice.
    """
    text = phrase
    if adjectives and rng.random() < 0.45:
        chosen = rng.sample(list(adjectives), k=min(len(adjectives), 1 + (rng.random() < 0.3)))
        text = rng.choice(ADJECTIVE_TEMPLATES).format(a=" ".join(rng.choice(words) for words in chosen), p=phrase)
    elif rng.random() < 0.6:
        text = rng.choice(TEMPLATES["any"] + TEMPLATES[category]).format(p=phrase)
    if bpm is not None and rng.random() < 0.6:
        text = rng.choice(tempo_templates(bpm)).format(p=text)
    return text


def tempo_templates(bpm: float) -> tuple[str, ...]:
    """Templates that name a tempo, in numbers and in words."""
    word = "slow" if bpm < 95 else "mid-tempo" if bpm < 125 else "fast"
    number = round(bpm)
    return (f"{number} BPM {{p}}", f"{{p}} at {number} bpm", f"a {word} {{p}}", f"{{p}}, {word} tempo", f"{word} {{p}}")
