"""Drum loops and one-shots: pattern tables played on a synthesised or a soundfont kit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator as Random

from audioforge.generators.sketch.drum_voices import ALWAYS, MACHINE, machine_voice
from audioforge.generators.sketch.envelopes import decay
from audioforge.generators.sketch.filters import lowpass
from audioforge.generators.sketch.lexicon import table
from audioforge.generators.sketch.request import SketchRequest
from audioforge.generators.sketch.soundfont import drum_stroke
from audioforge.generators.sketch.space import pan, place
from audioforge.generators.sketch.timebase import Stereo, to_samples

_LEVEL = {"X": 1.0, "x": 0.72, "o": 0.36, "?": 0.5}
_DEFAULT_GENRES = ("rock", "funk", "pop", "hip hop", "breakbeat", "house")
_MACHINE_GENRES = {
    "909": ("house", "techno"),
    "808": ("electro", "trap"),
    "trap": ("trap",),
    "chip": ("chiptune",),
    "industrial": ("industrial",),
}
_KIT_GENRES = {"jazz": ("jazz",), "brush": ("jazz",), "orchestra": ("cinematic", "march"), "power": ("rock",)}


class Hit(NamedTuple):
    """One stroke: when (s), on what, how hard (0 to 1)."""

    start: float
    voice: str
    level: float


@dataclass(frozen=True)
class Kit:
    """Plays a voice.

    Attributes:
        name: Key of the lexicon's kits.
        tightness: Factor on ring times: below 1 is damped.
        pitch: Factor on pitch.
        random: Source of the kit's tuning.
    """

    name: str
    tightness: float
    pitch: float
    random: Random

    def sound(self, voice: str) -> Stereo:
        """One full-level stroke, in the middle."""
        entry = table("drums")["kits"][self.name]
        if voice in ALWAYS:
            mono = ALWAYS[voice]({}, self.random)
            sound = np.stack([mono, mono])
        elif entry["kind"] == "machine" and voice in MACHINE:
            mono = machine_voice(voice, entry, self.random)
            sound = np.stack([mono, mono])
        else:
            sound = self._from_soundfont(voice, int(entry.get("program", 0)))
        sound = _repitch(sound, self.pitch * (1 + 0.03 * self.random.uniform(-1, 1)))
        return sound * decay(sound.shape[1], self.tightness * 3.0) if self.tightness < 1 else sound

    def _from_soundfont(self, voice: str, program: int) -> Stereo:
        ring = 2.5 if voice in ("crash", "ride", "taiko", "surdo", "triangle") else 1.0
        stroke = drum_stroke(program, table("drums")["voices"][voice]["gm"], ring)
        return stroke * np.minimum(1.0, np.linspace(8.0, 0.0, stroke.shape[1]))


def _repitch(sound: Stereo, factor: float) -> Stereo:
    if abs(factor - 1) < 0.004:
        return sound
    at = np.arange(0, sound.shape[1] - 1, factor)
    grid = np.arange(sound.shape[1])
    return np.stack([np.interp(at, grid, side) for side in sound])


def wanted_genre(request: SketchRequest, random: Random) -> str:
    """The genre asked for, else one that suits the kit, else a common one."""
    if request.genres:
        return request.genres[0]
    kit = request.kits[0] if request.kits else ""
    choices = _MACHINE_GENRES.get(kit) or _KIT_GENRES.get(kit) or _DEFAULT_GENRES
    return str(random.choice(choices))


def tempo(request: SketchRequest, genre: str, random: Random) -> float:
    """Beats a minute: as asked, else drawn from the genre's range, towards its ends for "fast" and "slow"."""
    if request.bpm is not None:
        return request.bpm
    low, high = table("drums")["genres"][genre]["bpm"]
    place_in_range = 0.5 + 0.5 * request.traits.get("fast", 0) - 0.5 * request.traits.get("slow", 0)
    return float(np.round(low + (high - low) * np.clip(place_in_range + random.uniform(-0.3, 0.3), -0.4, 1.4)))


def render_drums(request: SketchRequest, seconds: float, random: Random, bpm: float, genre: str) -> Stereo:
    """The drum part of a request.

    Args:
        request: With ``wants_drums``, or a genre to play.
        seconds: Length.
        random: Varies pattern, timing, strength and tuning.
        bpm: Beats a minute.
        genre: Key of the lexicon's genres.
    """
    entry = table("drums")["genres"][genre]
    tight = request.traits.get("tight", 0)
    pitch = 2.0 ** (0.25 * (request.traits.get("high", 0) - request.traits.get("deep", 0)))
    kit = Kit(request.kits[0] if request.kits else entry["kit"], 1.0 - 0.75 * tight, pitch, random)
    single = bool(request.voices) and not (request.drums or request.genres or "loop" in request.flags or request.bpm)
    hits = _one_shots(request, seconds, random) if single else _groove(request, seconds, random, bpm, entry)
    return _play(hits, kit, seconds, request, random)


def _play(hits: Sequence[Hit], kit: Kit, seconds: float, request: SketchRequest, random: Random) -> Stereo:
    mix = np.zeros((2, to_samples(seconds)))
    hard = {voice: kit.sound(voice) for voice in sorted({hit.voice for hit in hits})}
    soft = {voice: lowpass(sound, 2_500, order=1) for voice, sound in hard.items()}
    for hit in hits:
        entry = table("drums")["voices"][hit.voice]
        sound = hit.level * hard[hit.voice] + (1 - hit.level) * 0.5 * soft[hit.voice]
        sides = pan(np.ones(1), entry.get("pan", 0.0))
        named = 1.35 if hit.voice in request.voices else float(hit.voice not in request.muted)
        level = hit.level * entry["level"] * named * (1 + 0.05 * random.uniform(-1, 1))
        place(mix, 1.2 * level * sound * sides, to_samples(max(0.0, hit.start)) - 1)
    return mix


def _one_shots(request: SketchRequest, seconds: float, random: Random) -> list[Hit]:
    """The named voices, one by one, at their natural pace; just once if asked."""
    every = max(table("drums")["voices"][voice]["every"] for voice in request.voices)
    every /= 1 + 0.8 * request.traits.get("fast", 0) - 0.4 * request.traits.get("slow", 0)
    every *= random.uniform(0.9, 1.15)
    count = 1 if "once" in request.flags else request.count or max(1, int((seconds - 0.1) / every) + 1)
    starts = 0.02 + every * np.arange(count)
    voices = request.voices
    return [
        Hit(float(start), voices[index % len(voices)], random.uniform(0.75, 1.0)) for index, start in enumerate(starts)
    ]


def _groove(request: SketchRequest, seconds: float, random: Random, bpm: float, entry: Mapping[str, Any]) -> list[Hit]:
    patterns = dict(entry["patterns"][random.integers(len(entry["patterns"]))])
    if request.voices and not (request.drums or request.genres):
        patterns = {voice: _solo_pattern(voice, entry, random) for voice in request.voices}
    for voice in request.voices:
        patterns.setdefault(voice, _solo_pattern(voice, entry, random))
    bar = 60.0 / bpm * entry.get("beats", 4)
    hits: list[Hit] = []
    for index in range(int(np.ceil(seconds / bar))):
        hits += _bar(patterns, index * bar, bar, entry.get("swing", 0.0), random)
    return [hit for hit in hits if hit.start < seconds]


def _solo_pattern(voice: str, entry: Mapping[str, Any], random: Random) -> str:
    """A pattern for a voice that the chosen groove lacks: from a variation, from any genre, or plain."""
    own = [pattern[voice] for pattern in entry["patterns"] if voice in pattern]
    others = [
        pattern[voice]
        for genre in table("drums")["genres"].values()
        for pattern in genre["patterns"]
        if voice in pattern and len(pattern[voice]) == 16
    ]
    return str(random.choice(own or others or ["X..x..x.X..x..xo", "x.xxx.xxx.xxx.xo", "X.o.x.o.X.o.x.oo"]))


def _bar(patterns: Mapping[str, str], start: float, bar: float, swing: float, random: Random) -> list[Hit]:
    hits = []
    for voice, pattern in patterns.items():
        step = bar / len(pattern)
        for index, mark in enumerate(pattern):
            if mark == "." or (mark == "?" and random.uniform() < 0.5):
                if random.uniform() >= 0.012:
                    continue
                mark = "o"
            late = swing * step if index % 2 else 0.0
            at = start + index * step + late + random.normal(0, 0.0025) * (voice != "kick")
            hits.append(Hit(at, voice, float(np.clip(_LEVEL[mark] * random.normal(1.0, 0.08), 0.1, 1.0))))
    return hits
