"""Playing composed notes on the soundfont or a synthesiser voice."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.random import Generator as Random

from audioforge.generators.sketch.composition import Note, Piece, choose_form, write
from audioforge.generators.sketch.lexicon import table
from audioforge.generators.sketch.request import SketchRequest
from audioforge.generators.sketch.soundfont import MidiNote, play
from audioforge.generators.sketch.space import pan, place
from audioforge.generators.sketch.synths import SYNTHS
from audioforge.generators.sketch.timebase import Stereo, to_samples

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
    notes = _stretched(write(piece, form, _span(entry, request), random), request)
    if "once" in request.flags:
        notes = notes[:1]
    sound = _soundfont(entry, notes, piece, request) if "program" in entry else _synth(entry, notes, piece, random)
    return np.asarray(sound * pan(np.ones(1), _SIDES[order % len(_SIDES)]))


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


def _soundfont(entry: Mapping[str, Any], notes: Sequence[Note], piece: Piece, request: SketchRequest) -> Stereo:
    # Velocity also opens the soundfont's filters: soft playing is duller, not just quieter.
    strength = 1.0 + 0.15 * request.traits.get("loud", 0) - 0.35 * request.traits.get("soft", 0)
    midi = [MidiNote(max(0.0, n.start), n.seconds, n.pitch, round(125 * n.level * strength)) for n in notes]
    return play(int(entry["program"]), midi, piece.seconds)


def _synth(entry: Mapping[str, Any], notes: Sequence[Note], piece: Piece, random: Random) -> Stereo:
    mix = np.zeros((2, to_samples(piece.seconds)))
    for note in notes:
        hz = 440.0 * 2.0 ** ((note.pitch - 69) / 12)
        sound = note.level**1.3 * SYNTHS[entry["synth"]](hz, note.seconds, random)
        place(mix, np.stack([sound, sound]), to_samples(max(note.start, 1e-4)) - 1)
    return mix
