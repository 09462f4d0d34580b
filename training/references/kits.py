"""Beats put together from single recorded hits."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from training.references.recordings import read
from training.references.signals import count, place
from training.references.sounds import Credit, Samples, Sound

BARS = 2


class Beat(NamedTuple):
    """A beat: its rows map a file of the package to sixteen steps, marked as in ``drum_patterns``."""

    genre: str
    bpm: int
    package: str
    authors: str
    words: str
    rows: Mapping[str, str]


BEATS = (
    Beat(
        "house",
        122,
        "sonic-pi",
        "Rodrigo The Mad, Adriak909, menegass (freesound)",
        "house drum loop with round kick, dub snare and off-beat hats",
        {"bd_haus": "x---x---x---x---", "sn_dub": "----x-------x---", "drum_cymbal_closed": "--x---x---x---x-"},
    ),
    Beat(
        "hip hop",
        88,
        "sonic-pi",
        "cubix, Dolfeus, menegass (freesound)",
        "hip hop beat with a fat kick and dry snare",
        {"bd_fat": "x------x-x------", "sn_zome": "----x-------x---", "drum_cymbal_pedal": "o-o-o-o-o-o-o-oo"},
    ),
    Beat(
        "tabla",
        96,
        "sonic-pi",
        "dio_333 (freesound)",
        "tabla groove with bass and rim strokes",
        {"tabla_ghe4": "x-----x---x-----", "tabla_na": "--x-x---x-x--x-x", "tabla_te_ne": "-o-o-o-o-o-o-o-o"},
    ),
    Beat(
        "electro",
        110,
        "sonic-pi",
        "looppool, menegass (freesound)",
        "quirky electro beat with pops and pings",
        {
            "elec_lo_snare": "----x-------x---",
            "bd_gas": "x--x----x-x-----",
            "elec_ping": "--o-----o-----o-",
            "elec_pop": "o-o-o-o-o-o-o-o-",
        },
    ),
    Beat(
        "dubstep",
        140,
        "audiophob",
        "audiophobdubstep",
        "half-time dubstep beat with snappy snare",
        {
            "86335__zgump__tom-0105": "x---------x-----",
            "25671__walter-odington__garage-city-snare-snappy": "--------x-------",
            "116973__cbeeching__hat-light": "o-.-o-.oo-.-o.o.",
        },
    ),
    Beat(
        "garage",
        132,
        "audiophob",
        "audiophobdubstep",
        "UK garage beat with shuffled claps and open hats",
        {
            "86335__zgump__tom-0105": "x-----x---x-----",
            "29800__stomachache__3": "----x-------x---",
            "104227__minorr__hhat-paiste-302-14-open-p": "--x---x---x---x-",
            "99931__menegass__noise-tom1": "---o--o------o--",
        },
    ),
)


def kit_loops(sonic_pi: Path, hydrogen: Path) -> Iterator[Sound]:
    """Every beat; its hits come from Sonic Pi or from Hydrogen's Audiophob kit, both CC0."""
    places = {"sonic-pi": (sonic_pi, ".flac"), "audiophob": (hydrogen / "Audiophob", ".wav")}
    for beat in BEATS:
        folder, suffix = places[beat.package]
        hits = {folder / f"{name}{suffix}": pattern for name, pattern in beat.rows.items()}
        files = ", ".join(path.name for path in hits)
        package = "Sonic Pi samples" if beat.package == "sonic-pi" else "Hydrogen drumkits"
        credit = Credit("CC0-1.0", beat.authors, f"{package}, {files}, sequenced by training/references")
        # Beats of one package may share hits with its single clips of the same author.
        group = "freesound-dio_333-sounds" if beat.genre == "tabla" else f"kit-{beat.package}"
        samples = partial(_sequence, hits, beat.bpm)
        yield Sound(
            "drums", f"{beat.genre} drum loop", f"A {beat.bpm} BPM {beat.words}", "render", group, credit, samples
        )


def _sequence(hits: Mapping[Path, str], bpm: int) -> Samples:
    step = 60 / bpm / 4
    out = np.zeros((count(BARS * 16 * step), 2))
    for file, pattern in hits.items():
        hit = read(file)
        hit = np.broadcast_to(hit, (len(hit), 2)) * (0.7 / np.abs(hit).max())
        for index, mark in enumerate(pattern * BARS):
            if mark != "-":
                place(out, hit, index * step, {"x": 1.0, "o": 0.6, ".": 0.3}[mark])
    return out
