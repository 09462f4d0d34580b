"""Requests and answers the tiny policy is trained on: a seeded generator of (ask, answer) pairs.

Answers vary on purpose. Most repeat the request with additions and sensible parameters, some leave words out, some are
vague, and a stated share is malformed in one of the ways ``ParseFailure`` names: an environment needs good and bad
answers to tell apart. What is left out: dialogue, several turns, few-shot examples, reasoning worth the name.
"""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from audioforge.policies.ask import Ask
from training import policy_words as words

MALFORMED_SHARE = 0.08
CATEGORIES = ("drums", "instruments", "sfx", "ambient")
SAMPLERS = ("pingpong", "euler", "rk4", "dpmpp", "heun", "ddim", "dpmpp-2m-sde", "dpmpp-3m-sde", "k-heun", "k-lms")
STEPS, STEP_WEIGHTS = (8, 4, 6, 10, 12, 16, 20, 24, 32, 2, 1), (40, 8, 6, 8, 10, 10, 6, 4, 3, 3, 2)
CFG_SCALES, CFG_WEIGHTS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8), (45, 8, 8, 5, 8, 7, 6, 4, 5, 4)


@dataclass(frozen=True)
class Example:
    """One training pair."""

    ask: Ask
    answer: str


def make_example(draw: random.Random, *, strange_words: float, vocabulary: Sequence[str] = ()) -> Example:
    """Draw a pair.

    Args:
        draw: Source of randomness.
        strange_words: Share of a request's words replaced by plain or invented ones, in [0, 1].
        vocabulary: Words to replace with instead, for held-out measurements.
    """
    category = draw.choice(CATEGORIES)
    request = _REQUESTS[category](draw)
    request = _with_strange_words(draw, request, strange_words, vocabulary)
    if draw.random() < 0.5:
        request = request[0].upper() + request[1:]
    samplers = draw.sample(SAMPLERS, draw.randint(1, 4))
    ask = Ask(request, category, _seconds(draw), samplers)
    return Example(ask, make_answer(draw, ask))


def make_answer(draw: random.Random, ask: Ask) -> str:
    """An answer to an ask, malformed in ``MALFORMED_SHARE`` of draws."""
    fields = _fields(draw, ask)
    if draw.random() < MALFORMED_SHARE:
        return draw.choice(_SLIPS)(draw, fields)
    answer = json.dumps(fields, ensure_ascii=False)
    return _dressed(draw, ask, answer)


def _fields(draw: random.Random, ask: Ask) -> dict[str, object]:
    fields: dict[str, object] = {"prompt": _prompt(draw, ask)}
    optional: dict[str, object] = {
        "negative_prompt": ", ".join(draw.sample(words.UNWANTED, draw.randint(1, 3))) if draw.random() < 0.6 else "",
        "steps": draw.choices(STEPS, STEP_WEIGHTS)[0],
        "cfg_scale": draw.choices(CFG_SCALES, CFG_WEIGHTS)[0],
        "sampler": ask.samplers[0] if draw.random() < 0.5 else draw.choice(list(ask.samplers)),
        "seconds": ask.seconds if draw.random() < 0.8 else _seconds(draw),
    }
    return fields | {name: value for name, value in optional.items() if draw.random() < 0.93}


def _prompt(draw: random.Random, ask: Ask) -> str:
    style = draw.random()
    if style < 0.36:
        return ask.request
    if style < 0.72:
        return ", ".join([ask.request, *draw.sample(words.QUALITIES, draw.randint(1, 3))])
    if style < 0.80:
        return f"{draw.choice(words.QUALITIES)}, {ask.request}"
    if style < 0.86:
        return f"{ask.request}, {draw.choice(words.ADJECTIVES)} and {draw.choice(words.ADJECTIVES)}"
    if style < 0.94:
        kept = [word for word in ask.request.split() if draw.random() < 0.7]
        return " ".join(kept) or ask.request
    return draw.choice(("a good sound", "nice audio", f"{ask.category}", f"some {ask.category} sound", "music"))


def _dressed(draw: random.Random, ask: Ask, answer: str) -> str:
    style = draw.random()
    if style < 0.72:
        return answer
    if style < 0.84:
        return f"```json\n{answer}\n```"
    if style < 0.94:
        thought = " ".join(ask.request.split()[: draw.randint(2, 6)])
        return f"<think>{thought}, so {draw.choice(words.ADJECTIVES)} {ask.category}.</think>\n{answer}"
    return f"Here is the proposal:\n{answer}"


def _half_an_answer(draw: random.Random, fields: dict[str, object]) -> str:
    text = json.dumps(fields, ensure_ascii=False)
    return text[: draw.randint(12, max(13, len(text) - 2))]


def _only_prose(draw: random.Random, fields: dict[str, object]) -> str:
    return f"I would render {fields['prompt']} with {draw.choice(STEPS)} steps."


def _two_answers(draw: random.Random, fields: dict[str, object]) -> str:
    other = fields | {"steps": draw.choice(STEPS) + 30}
    return f"{json.dumps(fields, ensure_ascii=False)}\nor\n{json.dumps(other, ensure_ascii=False)}"


def _no_prompt(draw: random.Random, fields: dict[str, object]) -> str:
    del draw
    return json.dumps({name: value for name, value in fields.items() if name != "prompt"} | {"steps": 8})


def _single_quotes(draw: random.Random, fields: dict[str, object]) -> str:
    del draw
    return str(fields)


def _words_for_numbers(draw: random.Random, fields: dict[str, object]) -> str:
    return json.dumps(fields | {"steps": draw.choice(("eight", "8", "a few", "many"))}, ensure_ascii=False)


def _extra_field(draw: random.Random, fields: dict[str, object]) -> str:
    return json.dumps(
        fields | {draw.choice(("bpm", "volume", "style", "seed")): draw.randint(1, 200)}, ensure_ascii=False
    )


def _out_of_range(draw: random.Random, fields: dict[str, object]) -> str:
    wrong = draw.choice(({"steps": 5000}, {"cfg_scale": 400}, {"seconds": 900}, {"steps": 0}, {"sampler": "magic"}))
    return json.dumps(fields | wrong, ensure_ascii=False)


def _empty_prompt(draw: random.Random, fields: dict[str, object]) -> str:
    del draw
    return json.dumps(fields | {"prompt": ""}, ensure_ascii=False)


_SLIPS: tuple[Callable[[random.Random, dict[str, object]], str], ...] = (
    _half_an_answer,
    _only_prose,
    _two_answers,
    _no_prompt,
    _single_quotes,
    _words_for_numbers,
    _extra_field,
    _out_of_range,
    _empty_prompt,
)


def _drums(draw: random.Random) -> str:
    parts = [f"{draw.choice(words.ADJECTIVES)} {part}" for part in draw.sample(words.DRUM_PARTS, draw.randint(1, 2))]
    kind = draw.choice(("drum loop", "beat", "drum pattern", "groove", "percussion loop", "break", "drum kit loop"))
    genre, tempo = draw.choice(words.GENRES), draw.randint(60, 190)
    return draw.choice(
        (
            f"{tempo} BPM {genre} {kind} with {' and '.join(parts)}",
            f"{draw.choice(words.ADJECTIVES)} {genre} {kind} at {tempo} BPM",
            f"{genre} {kind}, {', '.join(parts)}, {tempo} BPM",
            f"{' and '.join(parts)} in a {genre} {kind}",
        )
    )


def _instruments(draw: random.Random) -> str:
    instrument, phrase = draw.choice(words.INSTRUMENTS), draw.choice(words.PHRASES)
    adjective, key, tempo = draw.choice(words.ADJECTIVES), draw.choice(words.KEYS), draw.randint(60, 180)
    return draw.choice(
        (
            f"{adjective} {instrument} {phrase} in {key}",
            f"{instrument} playing a {adjective} {phrase}, {tempo} BPM",
            f"a {adjective} {draw.choice(words.GENRES)} {phrase} on {instrument} in {key} at {tempo} BPM",
            f"{instrument} and {draw.choice(words.INSTRUMENTS)}, {adjective} {phrase}",
            f"solo {instrument}, {adjective} and {draw.choice(words.ADJECTIVES)}, {phrase}",
        )
    )


def _sfx(draw: random.Random) -> str:
    source, action, adjective = draw.choice(words.SOURCES), draw.choice(words.ACTIONS), draw.choice(words.ADJECTIVES)
    return draw.choice(
        (
            f"{adjective} {source} {action}",
            f"{source} {action} in a {draw.choice(words.PLACES)}",
            f"a {adjective} {source} {action}, {draw.choice(words.ADJECTIVES)} and {draw.choice(words.ADJECTIVES)}",
            f"{source} {action}, then {draw.choice(words.SOURCES)} {draw.choice(words.ACTIONS)}",
        )
    )


def _ambient(draw: random.Random) -> str:
    place, weather, adjective = draw.choice(words.PLACES), draw.choice(words.WEATHER), draw.choice(words.ADJECTIVES)
    return draw.choice(
        (
            f"{adjective} {place} ambience with {weather}",
            f"{weather} in a {adjective} {place}",
            f"{adjective} {weather} and {draw.choice(words.WEATHER)} over a {place} at night",
            f"{adjective} ambient soundscape of a {place}, {weather}, {draw.choice(words.ADJECTIVES)}",
        )
    )


_REQUESTS = {"drums": _drums, "instruments": _instruments, "sfx": _sfx, "ambient": _ambient}


def _with_strange_words(draw: random.Random, request: str, share: float, vocabulary: Sequence[str]) -> str:
    return " ".join(_strange_word(draw, vocabulary) if draw.random() < share else word for word in request.split())


def _strange_word(draw: random.Random, vocabulary: Sequence[str]) -> str:
    if vocabulary:
        return draw.choice(vocabulary)
    if draw.random() < 0.5:
        return draw.choice(words.PLAIN)
    return "".join("".join(draw.choice(part) for part in words.SYLLABLES) for _ in range(draw.randint(1, 2)))


def _seconds(draw: random.Random) -> float:
    return draw.choice((2, 3, 4, 4, 5, 6, 8, 10, draw.randint(2, 20) / 2))
