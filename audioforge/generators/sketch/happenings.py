"""A source of the sfx and ambient tables: its textures laid down, its events placed in time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Generator as Random

from audioforge.generators.sketch.cue import Cue
from audioforge.generators.sketch.lexicon import table
from audioforge.generators.sketch.recipes import EVENTS, TEXTURES
from audioforge.generators.sketch.request import SketchRequest, Source
from audioforge.generators.sketch.space import pan, place, reverberate, to_stereo
from audioforge.generators.sketch.timebase import Stereo, to_samples

# Noise-like textures of which a shifted copy serves as the other side.
_DIFFUSE = frozenset(
    [
        "wind",
        "waves",
        "stream",
        "fire",
        "crackle",
        "hiss",
        "applause",
        "babble",
        "bubbles",
        "roll",
        "scrape",
        "buzz",
        "cricket",
        "flush",
    ]
)
_VARIANTS = 4


def render_source(source: Source, request: SketchRequest, seconds: float, random: Random) -> Stereo:
    """All layers of one source, with its natural room."""
    entry = table(source.kind)[source.name]
    cue = _cue(source, request, seconds, random)
    mix = np.zeros((2, to_samples(seconds)))
    for recipe, options, gain in entry["layers"]:
        layer = replace(cue, options=options)
        if recipe in TEXTURES:
            place(mix, gain * _texture(recipe, layer), 0)
        else:
            mix += gain * _events(recipe, layer, entry, request, wide=source.kind == "ambient")
    return reverberate(mix, 1.6, entry.get("reverb", 0.0))


def _cue(source: Source, request: SketchRequest, seconds: float, random: Random) -> Cue:
    traits = request.traits
    has = {name: max(traits.get(name, 0.0), float(name in source.traits)) for name in ("soft", "loud")}
    size = 0.5 + 0.3 * traits.get("deep", 0) - 0.3 * traits.get("high", 0) + 0.08 * random.uniform(-1, 1)
    force = 0.5 + 0.4 * has["loud"] - 0.35 * has["soft"] + 0.1 * random.uniform(-1, 1)
    speed = 2.0 ** (0.7 * traits.get("fast", 0) - 0.7 * traits.get("slow", 0) + 0.15 * random.uniform(-1, 1))
    return Cue(
        seconds=seconds,
        random=random,
        size=float(np.clip(size, 0, 1)),
        force=float(np.clip(force, 0, 1)),
        speed=float(speed),
        pitch=float(2.0 ** random.uniform(-0.08, 0.08)),
        material=request.material,
    )


def _texture(recipe: str, cue: Cue) -> Stereo:
    sound = TEXTURES[recipe](cue)
    if sound.ndim == 1 and recipe in _DIFFUSE:
        other = np.roll(sound, int(0.37 * len(sound)))
        return np.stack([sound, 0.5 * sound + 0.87 * other]) * 0.7
    return to_stereo(sound)


def _events(recipe: str, cue: Cue, entry: Mapping[str, Any], request: SketchRequest, *, wide: bool) -> Stereo:
    mix = np.zeros((2, cue.length))
    variants: list[np.ndarray] = []
    spread = 0.8 if wide else 0.15
    for index, start in enumerate(_starts(cue, entry, request)):
        if len(variants) < _VARIANTS:
            variants.append(EVENTS[recipe](cue))
        sound = variants[index] if index < len(variants) else variants[cue.random.integers(len(variants))]
        level = cue.random.uniform(0.35, 1.0) if wide else cue.random.uniform(0.75, 1.0)
        place(mix, level * pan(sound, cue.random.uniform(-spread, spread)), to_samples(start))
    return mix


def _starts(cue: Cue, entry: Mapping[str, Any], request: SketchRequest) -> list[float]:
    """Seconds at which events begin: bursts every so often, or as many as were counted."""
    every = entry.get("every", 2.0) / cue.speed
    size, gap = entry.get("burst", (1, 0.0))
    size, gap = int(size), gap / cue.speed
    jitter = 0.03 if entry.get("regular") else 0.22
    if request.count is not None and "once" not in request.flags:
        spacing = gap or min(every, 0.95 * cue.seconds / request.count)
        return [0.05 + index * spacing * cue.vary(1, 0.05) for index in range(request.count)]
    starts: list[float] = []
    at = cue.random.uniform(0.02, 0.12)
    while at < max(0.05, cue.seconds - 0.1) or not starts:
        starts += [at + index * gap * cue.vary(1, 0.06) for index in range(size)]
        at += max(every, size * gap) * cue.vary(1, jitter)
        if "once" in request.flags:
            break
    return [start for start in starts if start < cue.seconds] or [0.0]
