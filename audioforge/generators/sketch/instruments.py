"""Playing composed notes on a soundfont or a synthesiser voice."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.random import Generator as Random

from audioforge.generators.sketch import soundfont
from audioforge.generators.sketch.composition import Note, Piece, choose_form, write
from audioforge.generators.sketch.envelopes import decay
from audioforge.generators.sketch.filters import lowpass
from audioforge.generators.sketch.lexicon import table
from audioforge.generators.sketch.request import SketchRequest
from audioforge.generators.sketch.space import pan, place
from audioforge.generators.sketch.synths import SYNTHS
from audioforge.generators.sketch.timebase import Stereo, time_axis, to_samples

_SIDES = (0.0, -0.35, 0.35, 0.2, -0.2, 0.0)


def render_instrument(name: str, request: SketchRequest, piece: Piece, random: Random, order: int = 0) -> Stereo:
    """One instrument's part.

    Args:
        name: Key of the lexicon's instruments.
        request: Forms and adjectives.
        piece: Key, tempo and chords.
        random: Melody, timing and strength.
        order: Which of the clip's instruments it is; they sit at different places.
    """
    entry = table("instruments")["instruments"][name]
    form = choose_form(entry["form"], _forms(request, order), "once" in request.flags)
    span = _span(entry, request)
    notes = _stretched(write(piece, form, span, random), request)
    if "once" in request.flags:
        notes = notes[:1]
    side = _SIDES[order % len(_SIDES)]
    mix = np.zeros((2, to_samples(piece.seconds)))
    for note in notes:
        sound = (
            _soundfont_note(entry, note, request) if "program" in entry else _synth_note(entry["synth"], note, random)
        )
        place(mix, 1.4 * note.level**1.3 * sound * pan(np.ones(1), side), to_samples(max(note.start, 1e-4)) - 1)
    return mix


def _forms(request: SketchRequest, order: int) -> Sequence[str]:
    """The first instrument takes the first form asked for, the second the second."""
    return request.forms[min(order, len(request.forms) - 1) :] if request.forms else ()


def _span(entry: Mapping[str, Any], request: SketchRequest) -> tuple[int, int]:
    low, high = entry["range"]
    shift = round(8 * request.traits.get("high", 0)) - round(8 * request.traits.get("deep", 0))
    if high - low < 18 and shift < 0:
        shift = 0
    return low + shift, high + shift


def _stretched(notes: Sequence[Note], request: SketchRequest) -> list[Note]:
    tight = request.traits.get("tight", 0)
    return [note._replace(seconds=note.seconds * (1 - 0.65 * tight)) for note in notes]


def _soundfont_note(entry: Mapping[str, Any], note: Note, request: SketchRequest) -> Stereo:
    """The sample under an envelope: the renderer has none (see ``soundfont``)."""
    percussive = entry.get("t60")
    release = 0.35 if percussive else 0.14
    seconds = note.seconds + release
    sound = soundfont.note(int(entry["program"]), note.pitch, min(seconds, 9.0))[:, : to_samples(seconds)]
    length = sound.shape[1]
    at = time_axis(length)
    attack = entry.get("attack", 0.002) * (
        1 + 2 * request.traits.get("soft", 0) - 0.5 * request.traits.get("punchy", 0)
    )
    level = np.minimum(1.0, at / min(max(attack, 0.002), 0.6 * seconds))
    if percussive:
        level *= decay(length, percussive * 2.0 ** ((60 - note.pitch) / 24))
    else:
        level *= 0.75 + 0.25 * np.exp(-4 * at)
    level *= np.clip((seconds - at) / release, 0.0, 1.0) ** 1.5
    shaped = sound * level
    # Softly struck notes are duller, which the renderer does not model either.
    return lowpass(shaped, 1_800 + 3_000 * note.level, order=1) if note.level < 0.6 else shaped


def _synth_note(name: str, note: Note, random: Random) -> Stereo:
    sound = SYNTHS[name](440.0 * 2.0 ** ((note.pitch - 69) / 12), note.seconds, random)
    return np.stack([sound, sound]) * 0.7
