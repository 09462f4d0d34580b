"""From a request to a dry mix: which layers there are, and how loud each is."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from audioforge.generators.sketch.chance import stream
from audioforge.generators.sketch.composition import compose
from audioforge.generators.sketch.cue import Cue
from audioforge.generators.sketch.drums import render_drums, tempo, wanted_genre
from audioforge.generators.sketch.filters import lowpass
from audioforge.generators.sketch.happenings import render_source
from audioforge.generators.sketch.instruments import render_instrument
from audioforge.generators.sketch.levels import at_loudness
from audioforge.generators.sketch.lexicon import table
from audioforge.generators.sketch.recipes.drones import vague
from audioforge.generators.sketch.request import SketchRequest, Source
from audioforge.generators.sketch.space import reverberate
from audioforge.generators.sketch.timebase import Stereo, to_samples

_TARGET = {"drums": 0.17, "instrument": 0.15, "sfx": 0.16, "ambient": 0.14}
# What a genre's name alone stands for.
_BANDS = {
    "jazz": ("upright bass", "piano"),
    "blues": ("bass guitar", "overdriven guitar"),
    "rock": ("bass guitar", "overdriven guitar"),
    "metal": ("picked bass", "distortion guitar"),
    "reggae": ("bass guitar", "muted guitar"),
    "funk": ("slap bass", "clavinet"),
    "country": ("bass guitar", "acoustic guitar"),
    "cinematic": ("strings", "french horn"),
    "bossa nova": ("upright bass", "nylon guitar"),
    "salsa": ("bass guitar", "piano"),
    "samba": ("bass guitar", "nylon guitar"),
    "hip hop": ("sub bass", "electric piano"),
    "chiptune": ("square lead",),
    "march": ("brass",),
    "waltz": ("strings", "piano"),
    "afrobeat": ("bass guitar", "kalimba"),
    "trap": ("sub bass", "pluck"),
    "dubstep": ("wobble bass",),
    "pop": ("bass guitar", "piano"),
    "trance": ("synth bass", "supersaw"),
    "drum and bass": ("wobble bass", "pad"),
    "disco": ("bass guitar", "strings"),
    "ambient beat": ("electric piano", "pad"),
}
_ELECTRONIC_BAND = ("synth bass", "synth")


def arrange(request: SketchRequest) -> SketchRequest:
    """Fill in what a request implies: a genre alone is a band, a form alone a piano, "ambience" alone a drone."""
    named = bool(request.sources or request.wants_drums)
    if not named and request.genres:
        band = _BANDS.get(request.genres[0], _ELECTRONIC_BAND)
        return replace(request, drums=True, sources=_instruments(band))
    if not named and (request.forms or request.root is not None):
        return replace(request, sources=_instruments(("piano",)))
    if not named and "ambience" in request.flags:
        return replace(request, sources=(Source("ambient", "drone"),))
    if request.genres and not request.wants_drums and "music" in request.flags and request.category == "instruments":
        return replace(request, drums=True)
    return _with_companions(request)


def _instruments(names: tuple[str, ...]) -> tuple[Source, ...]:
    return tuple(Source("instrument", name, 0.85**order) for order, name in enumerate(names))


def _with_companions(request: SketchRequest) -> SketchRequest:
    """An orchestra is more than its strings."""
    entries = table("instruments")["instruments"]
    extra = [
        Source("instrument", name, 0.6)
        for source in request.sources
        if source.kind == "instrument"
        for name in entries[source.name].get("also", ())
    ]
    return replace(request, sources=(*request.sources, *extra)) if extra else request


def is_vague(request: SketchRequest) -> bool:
    """Whether nothing was named that could sound."""
    return not (request.sources or request.wants_drums)


def render_scene(request: SketchRequest, seconds: float, seed: int, detail: float) -> Stereo:
    """The dry mix of an arranged request.

    Args:
        request: After ``arrange``; not vague.
        seconds: Length.
        seed: Every layer draws from its own stream of it.
        detail: Factor in [0, 1] on everything but the first layer.
    """
    mix = np.zeros((2, to_samples(seconds)))
    for order, (kind, level, layer) in enumerate(_layers(request, seconds, seed)):
        share = level if order == 0 else level * detail
        if share > 0.02:
            mix += share * at_loudness(layer, _TARGET[kind])
    return mix


def _layers(request: SketchRequest, seconds: float, seed: int) -> Iterator[tuple[str, float, Stereo]]:
    genre = wanted_genre(request, stream(seed, "genre"))
    bpm = tempo(request, genre, stream(seed, "tempo"))
    if request.wants_drums:
        yield "drums", 1.0, render_drums(request, seconds, stream(seed, "drums", genre), bpm, genre)
    tonal = not request.genres and request.bpm is None and not request.wants_drums
    piece = compose(request, seconds, _calm(bpm) if tonal else bpm, stream(seed, "piece"))
    order = 0
    for source in request.sources:
        random = stream(seed, source.kind, source.name)
        if source.kind == "instrument":
            yield (
                "instrument",
                source.level,
                _placed(source, render_instrument(source.name, request, piece, random, order)),
            )
            order += 1
        else:
            quieter = 0.7 if source.kind == "ambient" and (request.wants_drums or order) else 1.0
            yield source.kind, quieter * source.level, _placed(source, render_source(source, request, seconds, random))


def _calm(bpm: float) -> float:
    """Tempo of music of which none was asked for: between 70 and 120."""
    return 70.0 + bpm * 1.7 % 50.0


def _placed(source: Source, sound: Stereo) -> Stereo:
    if "distant" in source.traits:
        return reverberate(lowpass(sound, 1_600), 2.0, 0.8) * 0.35
    return sound


def render_vague(words: str, seconds: float, seed: int) -> Stereo:
    """The bed that stands for everything not understood; the same words give the same bed."""
    random = stream(seed, "vague", words)
    return at_loudness(vague(Cue(seconds, random)), 0.1)
