"""Drum loops of known genre and tempo: sixteen-step patterns played with one-shots of any kit.

A pattern is a line a voice: ``x`` hit, ``X`` accent, ``o`` soft hit, ``.`` rest.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from training.mini.records import SAMPLE_RATE, Recording, Waveform

Kit = Mapping[str, Sequence[Waveform]]
"""One-shots by voice: kick, snare, hat, open, clap, tom, ride, perc."""

VELOCITY = {"X": 1.0, "x": 0.8, "o": 0.4}


@dataclass(frozen=True)
class Genre:
    """A style's patterns and usual tempo.

    Attributes:
        words: Ways to name it.
        bpm: Lowest and highest tempo.
        lines: Voice → alternative patterns.
        swing: Delay of every second sixteenth, as a share of a sixteenth.
    """

    words: tuple[str, ...]
    bpm: tuple[int, int]
    lines: Mapping[str, tuple[str, ...]]
    swing: float = 0.0


GENRES: dict[str, Genre] = {
    "techno": Genre(
        ("techno", "four on the floor techno", "electronic dance"),
        (122, 142),
        {
            "kick": ("X...X...X...X...",),
            "hat": ("..x...x...x...x.", "xxxxxxxxxxxxxxxx"),
            "clap": ("....x.......x...", "................"),
            "open": ("................", "..x...x...x...x."),
        },
    ),
    "house": Genre(
        ("house", "deep house", "club house"),
        (116, 128),
        {
            "kick": ("X...X...X...X...",),
            "open": ("..x...x...x...x.",),
            "clap": ("....X.......X...",),
            "hat": ("x.xxx.xxx.xxx.xx", "................"),
            "perc": ("..o..o....o..o..", "................"),
        },
    ),
    "hip hop": Genre(
        ("hip hop", "boom bap", "lo-fi hip hop"),
        (78, 98),
        {
            "kick": ("X.....x...X.....", "X..x......X..x..", "X.......x.X....."),
            "snare": ("....X.......X...",),
            "hat": ("x.x.x.x.x.x.x.x.", "x.xxx.x.x.xxx.x."),
        },
        0.25,
    ),
    "trap": Genre(
        ("trap", "808 trap"),
        (130, 150),
        {
            "kick": ("X.....x...x.....", "X......x..X....."),
            "clap": ("........X.......",),
            "hat": ("xxxxxxxxxxxxxxxx", "x.x.xxxxx.x.xxxx"),
        },
    ),
    "drum and bass": Genre(
        ("drum and bass", "dnb", "jungle"),
        (165, 178),
        {
            "kick": ("X.........X.....", "X..x......X....."),
            "snare": ("....X.......X...", "....X..o.o..X..o"),
            "hat": ("x.x.x.x.x.x.x.x.", "xxxxxxxxxxxxxxxx"),
        },
    ),
    "rock": Genre(
        ("rock", "hard rock", "driving rock"),
        (105, 145),
        {
            "kick": ("X.......X.X.....", "X.....x.X......."),
            "snare": ("....X.......X...",),
            "hat": ("x.x.x.x.x.x.x.x.",),
        },
    ),
    "funk": Genre(
        ("funk", "funky", "syncopated funk"),
        (92, 112),
        {
            "kick": ("X.x.......X..x..", "X..x..x...x....."),
            "snare": ("....X..o.o..X..o",),
            "hat": ("xxxxxxxxxxxxxxxx", "x.xxx.xxx.xxx.xx"),
        },
    ),
    "breakbeat": Genre(
        ("breakbeat", "break", "sampled break"),
        (110, 140),
        {
            "kick": ("X.X.......XX....", "X..x..x...x....."),
            "snare": ("....X..o.o..X..o",),
            "hat": ("x.x.x.x.x.x.x.x.",),
        },
    ),
    "disco": Genre(
        ("disco", "dance disco"),
        (112, 124),
        {
            "kick": ("X...X...X...X...",),
            "snare": ("....x.......x...",),
            "open": ("..x...x...x...x.",),
            "hat": ("x.xxx.xxx.xxx.xx",),
        },
    ),
    "reggae": Genre(
        ("reggae", "one drop reggae", "dub"),
        (66, 84),
        {
            "kick": ("........X.......",),
            "snare": ("........x.......",),
            "hat": ("x.x.x.x.x.x.x.x.", "..x...x...x...x."),
        },
        0.2,
    ),
    "bossa nova": Genre(
        ("bossa nova", "latin bossa"),
        (116, 136),
        {"kick": ("x..xx..xx..xx..x",), "perc": ("x..x..x...x..x..",), "hat": ("x.x.x.x.x.x.x.x.",)},
    ),
    "samba": Genre(
        ("samba", "brazilian carnival"),
        (96, 108),
        {"kick": ("x..xX..xx..xX..x",), "snare": ("x.xxx.xxx.xxx.xx",), "perc": ("x.x..x.xx.x..x.x",)},
    ),
    "jazz": Genre(
        ("jazz swing", "swing", "jazz ride cymbal"),
        (110, 170),
        {
            "ride": ("x...x..xx...x..x",),
            "hat": ("....x.......x...",),
            "kick": ("o.......o.......",),
            "snare": (".......o.....o..", "................"),
        },
    ),
    "metal": Genre(
        ("metal", "double bass drum metal", "heavy metal"),
        (140, 190),
        {
            "kick": ("XxXxXxXxXxXxXxXx", "XxxxXxxxXxxxXxxx"),
            "snare": ("....X.......X...",),
            "ride": ("x...x...x...x...",),
        },
    ),
    "half time": Genre(
        ("half time", "dubstep", "slow heavy"),
        (68, 74),
        {
            "kick": ("X.....x...x.....", "X..x........x..."),
            "snare": ("........X.......",),
            "hat": ("x.x.x.x.x.x.x.x.",),
        },
    ),
    "reggaeton": Genre(
        ("reggaeton", "dembow", "latin pop"),
        (88, 100),
        {"kick": ("X...X...X...X...",), "snare": ("...x..x....x..x.",), "hat": ("x.x.x.x.x.x.x.x.",)},
    ),
    "afrobeat": Genre(
        ("afrobeat", "african"),
        (98, 118),
        {
            "kick": ("x..x..x.x..x..x.",),
            "perc": ("x.xx.x.xx.x.x.x.",),
            "snare": ("....o..x....o..x",),
            "hat": ("x.x.x.x.x.x.x.x.",),
        },
    ),
    "electro": Genre(
        ("electro", "808 electro", "synth pop"),
        (108, 128),
        {
            "kick": ("X.....x...X.....",),
            "snare": ("....X.......X...",),
            "hat": ("xxxxxxxxxxxxxxxx",),
            "perc": ("..x..x..x.x...x.",),
        },
    ),
    "tribal": Genre(
        ("tribal tom", "tom drum", "tribal percussion"),
        (95, 130),
        {"tom": ("X..xX.x.X..xX.xx", "x.x.X..x.xx.X.x."), "kick": ("X.......X.......",)},
    ),
    "hi-hat": Genre(
        ("hi-hat", "hi-hat groove"),
        (90, 140),
        {"hat": ("x.x.x.x.x.x.x.x.", "xoxoxoxoxoxoxoxo"), "open": ("..............x.",)},
    ),
    "kick": Genre(("kick drum", "thumping kick drum", "bass drum"), (100, 140), {"kick": ("X...X...X...X...",)}),
    "lo-fi": Genre(
        ("lo-fi", "lazy lo-fi hip hop", "chilled"),
        (70, 88),
        {
            "kick": ("X......x..X.....", "X.....x...x....."),
            "snare": ("....x.......x...",),
            "hat": ("x.x.x.x.x.x.x.x.",),
        },
        0.35,
    ),
    "punk": Genre(
        ("punk rock", "fast punk"),
        (165, 200),
        {
            "kick": ("X...X..XX...X...",),
            "snare": ("..X...X...X...X.", "....X.......X..."),
            "open": ("x.x.x.x.x.x.x.x.",),
        },
    ),
    "garage": Genre(
        ("uk garage", "two-step garage"),
        (128, 136),
        {
            "kick": ("X.........x.....", "X.....x..x......"),
            "clap": ("....X.......X...",),
            "hat": ("..x...x.x.x...x.", "x.xx.xx.x.xx.xx."),
        },
        0.3,
    ),
    "salsa": Genre(
        ("salsa", "latin", "afro-cuban"),
        (90, 110),
        {"perc": ("x.xx.xx.x.xx.xxx", "X..x..x...x.x..."), "hat": ("x..x..x...x.x...",)},
    ),
    "blues shuffle": Genre(
        ("blues shuffle", "shuffle", "swung blues"),
        (84, 130),
        {"kick": ("X.......X.......",), "snare": ("....X.......X...",), "ride": ("x..xx..xx..xx..x",)},
        0.3,
    ),
    "marching": Genre(
        ("marching band", "military snare", "parade drums"),
        (100, 124),
        {"snare": ("X.xxx.xxX.xxxxxx", "X.x.xxx.X.x.xxxx"), "kick": ("X...X...X...X...",)},
    ),
    "ballad": Genre(
        ("slow ballad", "ballad"),
        (60, 78),
        {
            "kick": ("X.......x.......",),
            "snare": ("....x.......x...",),
            "hat": ("x.x.x.x.x.x.x.x.",),
            "ride": ("................", "x...x...x...x..."),
        },
    ),
    "percussion": Genre(
        ("percussion", "hand percussion", "congas and shakers"),
        (90, 130),
        {"perc": ("x.xx.xx.x.xx.x.x", "x..x..x.x..x..x."), "hat": ("x.x.x.x.x.x.x.x.", "................")},
    ),
}


def drum_loops(
    kits: Mapping[str, Kit], count: int, rng: random.Random, *, group: str = "drum_patterns"
) -> Iterator[Recording]:
    """Loops of random genre, tempo and kit.

    Args:
        kits: Kit name → one-shots; the name appears in a quarter of the phrases.
        count: How many.
        rng: Source of every choice.
        group: Pack that the loops belong to.
    """
    names = sorted(kits)
    for _ in range(count):
        genre_name, kit_name = rng.choice(sorted(GENRES)), rng.choice(names)
        genre = GENRES[genre_name]
        bpm = float(rng.randint(*genre.bpm))
        seconds = rng.choice((2.0, 4.0, 5.12, 6.0))
        yield Recording(
            waveform=play(genre, kits[kit_name], bpm, seconds, rng),
            label=f"{genre_name} drum loop",
            category="drums",
            phrases=_phrases(genre, kits[kit_name], kit_name, rng),
            group=group,
            kind="render",
            bpm=bpm,
        )


VOICE_WORDS: dict[str, tuple[str, ...]] = {
    "kick": ("a kick", "a round kick", "a heavy kick", "a bass drum", "punchy kick"),
    "snare": ("a snare", "a dry snare", "a snappy snare", "snare hits"),
    "hat": ("hi-hats", "steady hi-hats", "tight hi-hats", "crisp hi-hats"),
    "open": ("open hi-hats", "off-beat open hats"),
    "clap": ("claps", "a clap on two and four"),
    "tom": ("toms", "rolling toms"),
    "ride": ("a ride cymbal", "a steady ride"),
    "perc": ("percussion", "congas", "a shaker and percussion"),
}


def _phrases(genre: Genre, kit: Kit, kit_name: str, rng: random.Random) -> tuple[str, ...]:
    names = [f"{word} {noun}" for word in genre.words for noun in ("drum loop", "beat", "drums", "drum pattern")]
    voices = [voice for voice in genre.lines if kit.get(voice)]
    with_voices = []
    for _ in range(4):
        chosen = [rng.choice(VOICE_WORDS[voice]) for voice in rng.sample(voices, min(len(voices), rng.randint(1, 3)))]
        listed = ", ".join(chosen[:-1]) + " and " * (len(chosen) > 1) + chosen[-1]
        with_voices.append(f"{rng.choice(names)} with {listed}")
    return (*names, *with_voices, f"{genre.words[0]} drum loop on a {kit_name.strip()} kit")


def play(genre: Genre, kit: Kit, bpm: float, seconds: float, rng: random.Random) -> Waveform:
    """One loop, peak 0.9."""
    step = 60.0 / bpm / 4.0
    mix = np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32)
    for voice, patterns in genre.lines.items():
        if not kit.get(voice):
            continue
        shot, line = rng.choice(list(kit[voice])), rng.choice(patterns)
        level = rng.uniform(0.5, 1.0) * (0.5 if voice in ("hat", "open", "ride") else 1.0)
        _place(mix, shot * level, _hits(line, step, genre.swing, seconds), rng)
    return mix * (0.9 / max(float(np.abs(mix).max()), 1e-6))


def _hits(line: str, step: float, swing: float, seconds: float) -> list[tuple[float, float]]:
    hits = []
    for index in range(int(seconds / step)):
        velocity = VELOCITY.get(line[index % len(line)])
        if velocity is not None:
            hits.append(((index + swing * (index % 2)) * step, velocity))
    return hits


def _place(mix: Waveform, shot: Waveform, hits: list[tuple[float, float]], rng: random.Random) -> None:
    for time, velocity in hits:
        start = round((time + rng.uniform(0.0, 0.004)) * SAMPLE_RATE)
        stop = min(len(mix), start + len(shot))
        if stop > start:
            mix[start:stop] += shot[: stop - start] * velocity * rng.uniform(0.9, 1.0)
