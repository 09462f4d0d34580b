"""Reading a prompt: what shall sound, how fast, in which key, with which adjectives."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from audioforge.generators.sketch.lexicon import table
from audioforge.generators.sketch.vocabulary import FILLER, Match, Meaning, matches, stem, tokens

#: The generator reads this many words of a prompt.
MAX_WORDS = 64
_SOURCES = ("voice", "drums", "group", "instrument", "sfx", "ambient")
_CATEGORY = {
    **dict.fromkeys(("voice", "drums", "kit", "group"), "drums"),
    **dict.fromkeys(("instrument", "form"), "instruments"),
    **dict.fromkeys(("sfx", "sounds"), "sfx"),
    **dict.fromkeys(("ambient", "ambience"), "ambient"),
}
_WEIGHT = {"form": 0.4, "sounds": 0.6, "ambience": 0.8, "kit": 1.0}
_LOCAL = ("distant", "soft", "loud")
_NOTES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_KEY = re.compile(r"\b([a-g])( ?sharp| ?flat|#|b)? ?(major|minor|dorian|phrygian|lydian|mixolydian|locrian|maj|min)\b")
_KEY_OF = re.compile(r"\bkey of ([a-g])( ?sharp| ?flat|#|b)?(m)?(?![a-z'])")
_ARTICLE = re.compile(r"\ba (?:major|minor|maj|min) (?:key|chord|scale|mode|seventh)\b")
_BPM = re.compile(r"(\d{2,3}(?:\.\d+)?) ?(?:bpm|beats per minute)|(?:bpm|tempo)(?: of)?[ :=]*(\d{2,3})")
_TEMPO_WORDS = {
    "largo": 50, "adagio": 66, "andante": 84, "moderato": 108, "allegro": 132, "vivace": 150, "presto": 176,
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """One thing that sounds.

    Attributes:
        kind: Table of the lexicon: "sfx", "ambient" or "instrument".
        name: Entry of that table.
        level: Factor on its loudness: later mentions are quieter.
        traits: Adjectives that belong to this source only.
    """

    kind: str
    name: str
    level: float = 1.0
    traits: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SketchRequest:
    """What was understood of a prompt.

    Attributes:
        sources: Sounds other than drums, in order of mention.
        voices: Drum voices named one by one.
        muted: Drum voices that must not sound, whatever the groove.
        drums: Whether a whole kit was asked for.
        kits: Kits named.
        genres: Genres named.
        forms: Musical forms named (melody, chords, ...).
        traits: Adjectives, with a strength of 1 unless weakened.
        bpm: Tempo asked for.
        root: Pitch class of the key, 0 for C.
        mode: Scale, a key of the lexicon's modes.
        material: First material named.
        count: How often an event shall happen.
        flags: Of "once", "loop", "music", "sounds", "ambience".
        category: Which of the four categories the words point at; empty if none.
        understood: Share of the meaningful words that were known, 0 to 1.
    """

    sources: tuple[Source, ...] = ()
    voices: tuple[str, ...] = ()
    muted: frozenset[str] = frozenset()
    drums: bool = False
    kits: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    traits: Mapping[str, float] = field(default_factory=dict)
    bpm: float | None = None
    root: int | None = None
    mode: str | None = None
    material: str = ""
    count: int | None = None
    flags: frozenset[str] = frozenset()
    category: str = ""
    understood: float = 0.0

    @property
    def wants_drums(self) -> bool:
        """Whether any drum was named."""
        return bool(self.voices or self.drums or self.kits)

    def without(self, unwanted: "SketchRequest") -> "SketchRequest":
        """What is left when another request names what to avoid."""
        names = {source.name for source in unwanted.sources}
        return replace(
            self,
            sources=tuple(source for source in self.sources if source.name not in names),
            voices=tuple(voice for voice in self.voices if voice not in unwanted.voices),
            muted=_family(unwanted.voices),
            drums=self.drums and not unwanted.drums,
            kits=() if unwanted.drums else self.kits,
            genres=tuple(genre for genre in self.genres if genre not in unwanted.genres),
            traits={name: strength for name, strength in self.traits.items() if name not in unwanted.traits},
        )


def _family(voices: Sequence[str]) -> frozenset[str]:
    """With a hi-hat goes the open one, with a tom every tom."""
    relatives = {"hat": ("open hat",), "low tom": ("mid tom", "high tom"), "conga": ("high conga",)}
    return frozenset(voices).union(*(relatives.get(voice, ()) for voice in voices))


def parse_request(prompt: str) -> tuple[SketchRequest, SketchRequest]:
    """Read a prompt.

    Returns:
        What is wanted, and what the prompt itself excludes ("no hi-hats").
    """
    words = tokens(prompt)[:MAX_WORDS]
    found = matches(words)
    wanted, unwanted = _split_negated(found, words)
    request = _assemble(wanted, words, " ".join(words))
    request = replace(request, understood=_understood(found, words))  # what it excludes is understood as well
    return request, _assemble(unwanted, words, "")


def _split_negated(found: Sequence[Match], words: Sequence[str]) -> tuple[list[Match], list[Match]]:
    wanted: list[Match] = []
    unwanted: list[Match] = []
    negated_until = -1
    for match in found:
        if match.meanings[0].kind == "negation":
            negated_until = _end_of_phrase(words, match.stop)
        elif match.start < negated_until:
            unwanted.append(match)
        else:
            wanted.append(match)
    return wanted, unwanted


def _end_of_phrase(words: Sequence[str], start: int) -> int:
    for index in range(start, min(start + 5, len(words))):
        if words[index] in {",", ";", ":", "with", "but", "just", "only"}:
            return index
    return min(start + 5, len(words))


def _assemble(found: Sequence[Match], words: Sequence[str], text: str) -> SketchRequest:
    votes = _votes(found, text)
    chosen = _drop_weak([(match, _choose(match.meanings, votes)) for match in found], words)
    bare = SketchRequest(
        voices=_voices(chosen),
        drums=any(meaning.kind == "drums" for meaning in _flat(chosen)),
        kits=_names(chosen, "kit"),
        genres=_names(chosen, "genre"),
        forms=_names(chosen, "form"),
        bpm=_tempo(text),
        material=next(iter(_names(chosen, "material")), ""),
        count=_count(chosen),
        flags=frozenset(meaning.kind for meaning in _flat(chosen) if meaning.kind == meaning.name),
        category=max(votes, key=lambda name: votes[name]) if votes else "",
        understood=_understood(found, words),
    )
    root, mode = _key(text)
    sources, traits = _sources_and_traits(chosen)
    return replace(bare, sources=sources, traits=traits, root=root, mode=mode)


def _votes(found: Iterable[Match], text: str) -> defaultdict[str, float]:
    votes: defaultdict[str, float] = defaultdict(float)
    for match in found:
        sides = {_CATEGORY[meaning.kind] for meaning in match.meanings if meaning.kind in _CATEGORY}
        length = match.stop - match.start
        for meaning in match.meanings:
            if meaning.kind in _CATEGORY:
                votes[_CATEGORY[meaning.kind]] += _WEIGHT.get(meaning.kind, 1.0) / len(sides) * (1 + 0.3 * (length - 1))
            elif meaning.kind == "genre":
                votes["drums"] += 0.35 / max(1, len(sides))
                votes["instruments"] += 0.3 / max(1, len(sides))
    if _BPM.search(text):
        votes["drums"] += 0.7
        votes["instruments"] += 0.5
    if _KEY.search(text):
        votes["instruments"] += 1.5
    return votes


def _choose(meanings: Sequence[Meaning], votes: defaultdict[str, float]) -> tuple[Meaning, ...]:
    """Of several sources behind one phrase keep the one whose category the other words speak for."""
    sources = [meaning for meaning in meanings if meaning.kind in _SOURCES]
    musical = votes["drums"] + votes["instruments"] >= votes["sfx"] + votes["ambient"]
    genres = [meaning for meaning in meanings if meaning.kind == "genre" and (musical or not sources)]
    if genres and sources and sources[0].kind in ("sfx", "ambient"):
        sources = []
    best = max(sources, key=lambda meaning: votes[_CATEGORY[meaning.kind]], default=None)
    rest = [meaning for meaning in meanings if meaning.kind not in (*_SOURCES, "genre")]
    if best is not None:
        rest = [meaning for meaning in rest if meaning.kind != "trait"]
        return (best, *genres, *rest)
    return (*genres, *rest)


_Chosen = Sequence[tuple[Match, tuple[Meaning, ...]]]


def _drop_weak(chosen: _Chosen, words: Sequence[str]) -> _Chosen:
    """Let a word that is a source only for want of a better one ("rolling hi-hats") yield to real sources."""
    weak_words = set(table("words")["weak"].split("|"))

    def is_weak(match: Match, meanings: Sequence[Meaning]) -> bool:
        return " ".join(words[match.start : match.stop]) in weak_words or any(m.kind == "genre" for m in meanings)

    strong = {
        _CATEGORY[meaning.kind]
        for match, found in chosen
        if not is_weak(match, found)
        for meaning in found
        if meaning.kind in _SOURCES
    }

    def yields(meaning: Meaning) -> bool:
        return meaning.kind in _SOURCES and bool(strong - {_CATEGORY[meaning.kind]})

    return [
        (match, tuple(m for m in found if not yields(m)) if is_weak(match, found) else found) for match, found in chosen
    ]


def _flat(chosen: _Chosen) -> list[Meaning]:
    return [meaning for _, meanings in chosen for meaning in meanings]


def _names(chosen: _Chosen, kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(meaning.name for meaning in _flat(chosen) if meaning.kind == kind))


def _voices(chosen: _Chosen) -> tuple[str, ...]:
    named = list(_names(chosen, "voice"))
    for group in _names(chosen, "group"):
        named += table("drums")["groups"][group]
    return tuple(dict.fromkeys(named))


def _count(chosen: _Chosen) -> int | None:
    counts = _names(chosen, "count")
    return int(table("words")["counts"][counts[0]]) if counts else None


def _sources_and_traits(chosen: _Chosen) -> tuple[tuple[Source, ...], dict[str, float]]:
    many = sum(meaning.kind in ("sfx", "ambient", "instrument") for meaning in _flat(chosen)) > 1
    sources: dict[str, Source] = {}
    traits: dict[str, float] = {}
    pending: list[tuple[str, int]] = []
    for match, meanings in chosen:
        for meaning in meanings:
            if meaning.kind == "trait":
                traits[meaning.name] = 1.0
                pending.append((meaning.name, match.stop))
            elif meaning.kind in ("sfx", "ambient", "instrument") and meaning.name not in sources:
                own = [name for name, stop in pending if many and name in _LOCAL and match.start - stop <= 1]
                for name in own:
                    traits.pop(name, None)
                pending.clear()
                level = 0.75 ** len(sources)
                sources[meaning.name] = Source(meaning.kind, meaning.name, level, frozenset(own))
    return tuple(sources.values())[:6], traits


def _understood(found: Sequence[Match], words: Sequence[str]) -> float:
    known = {index for match in found for index in range(match.start, match.stop)}
    content = [index for index, word in enumerate(words) if word not in FILLER and not word[0].isdigit()]
    if not content:
        return 0.0
    return sum(index in known for index in content) / len(content)


def _tempo(text: str) -> float | None:
    found = _BPM.search(text)
    if found:
        value = float(found.group(1) or found.group(2))
        return value if 30 <= value <= 300 else None
    return next((float(bpm) for word, bpm in _TEMPO_WORDS.items() if word in text.split()), None)


def _key(text: str) -> tuple[int | None, str | None]:
    found = _KEY.search(text)
    if found:
        mode = {"maj": "major", "min": "minor"}.get(found.group(3), found.group(3))
        root = None if _ARTICLE.match(text, found.start()) else _pitch_class(found.group(1), found.group(2))
        return root, mode
    found = _KEY_OF.search(text)
    if found:
        return _pitch_class(found.group(1), found.group(2)), "minor" if found.group(3) else None
    stems = {stem(word) for word in text.split()}
    modes = [
        mode
        for mode in table("instruments")["modes"]
        if mode in text and set(mode.split()) <= stems | set(text.split())
    ]
    return None, max(modes, key=len, default=None)


def _pitch_class(letter: str, accidental: str | None) -> int:
    shift = {"sharp": 1, "#": 1, "flat": -1, "b": -1}.get((accidental or "").strip(), 0)
    return (_NOTES[letter] + shift) % 12
