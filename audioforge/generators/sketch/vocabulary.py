"""Finding known phrases in a text: longest first, exact spelling before stems."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from audioforge.generators.sketch.lexicon import phrases, table


class Meaning(NamedTuple):
    """What a phrase may stand for: ``kind`` is a table of the lexicon, ``name`` an entry of it."""

    kind: str
    name: str


class Match(NamedTuple):
    """A known phrase at ``start`` (token index); ``stop`` is behind its last token."""

    start: int
    stop: int
    meanings: tuple[Meaning, ...]


_TOKEN = re.compile(r"[a-z0-9&/#.']+|[,;:]")
_LONGEST = 5
#: Lists of words that are their own meaning; "nothing" holds phrases whose words mean something else alone.
FLAGS = ("once", "loop", "music", "sounds", "ambience", "negation", "nothing")
#: Words without a sound, left out when the share of understood words is taken.
FILLER = frozenset(table("words")["filler"].split("|"))


def tokens(text: str) -> list[str]:
    """Lower-case words; hyphens separate, punctuation that ends a phrase is kept."""
    spaced = text.lower().replace("-", " ").replace("_", " ").replace("’", "'")
    return [token.strip(".'") or token for token in _TOKEN.findall(spaced)]


def stem(token: str) -> str:
    """Without a plural's ending."""
    if len(token) > 3 and token.endswith("s") and not token.endswith("ss"):
        return token[:-1]
    return token


def _entries() -> Iterator[tuple[str, Meaning]]:
    drums, instruments, words = table("drums"), table("instruments"), table("words")
    for kind, entries in (
        ("sfx", table("sfx")),
        ("ambient", table("ambient")),
        ("voice", drums["voices"]),
        ("kit", drums["kits"]),
        ("genre", drums["genres"]),
        ("instrument", instruments["instruments"]),
    ):
        yield from ((entry["say"], Meaning(kind, name)) for name, entry in entries.items())
    for kind, says in (
        ("form", instruments["forms"]),
        ("trait", table("traits")),
        ("material", words["materials"]),
        ("drums", {"everything": drums["everything"]}),
    ):
        yield from ((say, Meaning(kind, name)) for name, say in says.items())
    yield from ((name, Meaning("group", name)) for name in drums["groups"])
    yield from ((name, Meaning("count", name)) for name in words["counts"])
    yield from ((words[name], Meaning(name, name)) for name in FLAGS)


@lru_cache(maxsize=1)
def _index() -> tuple[Mapping[tuple[str, ...], tuple[Meaning, ...]], Mapping[tuple[str, ...], tuple[Meaning, ...]]]:
    exact: dict[tuple[str, ...], list[Meaning]] = defaultdict(list)
    stemmed: dict[tuple[str, ...], list[Meaning]] = defaultdict(list)
    for say, meaning in _entries():
        for phrase in phrases(say):
            key = tuple(tokens(phrase))
            for index, entry in ((exact, key), (stemmed, tuple(map(stem, key)))):
                if meaning not in index[entry]:
                    index[entry].append(meaning)
    return {key: tuple(found) for key, found in exact.items()}, {key: tuple(found) for key, found in stemmed.items()}


def _look_up(words: Sequence[str]) -> tuple[Meaning, ...]:
    exact, stemmed = _index()
    found = exact.get(tuple(words)) or stemmed.get(tuple(map(stem, words)))
    if not found and len(words) == 1:
        found = _look_up_root(words[0])
    return found or ()


def _look_up_root(word: str) -> tuple[Meaning, ...]:
    _, stemmed = _index()
    for ending in ("ing", "ed", "y", "er", "ly", "es"):
        root = word.removesuffix(ending)
        if root != word and len(root) > 2:
            for guess in (root, root + "e", root[:-1]):
                if (guess,) in stemmed:
                    return stemmed[(guess,)]
    return ()


def matches(words: Sequence[str]) -> list[Match]:
    """Known phrases from left to right, none overlapping."""
    found: list[Match] = []
    start = 0
    while start < len(words):
        match = _longest(words, start)
        if match:
            found.append(match)
        start = match.stop if match else start + 1
    return found


def _longest(words: Sequence[str], start: int) -> Match | None:
    for length in range(min(_LONGEST, len(words) - start), 0, -1):
        meanings = _look_up(words[start : start + length])
        if meanings:
            return Match(start, start + length, meanings)
    return None
