import numpy as np
import pytest

from audioforge.generators.sketch.composition import FORMS, compose, within, write
from audioforge.generators.sketch.request import SketchRequest
from audioforge.generators.sketch.scene import _layers

SCALE = {0, 2, 4, 5, 7, 9, 11}
IN_KEY = sorted(set(FORMS) - {"power"})  # parallel fifths leave the key


@pytest.mark.parametrize("form", IN_KEY)
def test_every_note_is_in_the_key_however_narrow_the_instrument(form):
    request = SketchRequest(root=0, mode="major")
    pitches = set()
    for seed in range(12):
        for span in ((28, 43), (55, 75), (60, 84)):
            random = np.random.default_rng(seed)
            piece = compose(request, 8.0, 100.0, random)
            pitches |= {note.pitch % 12 for note in write(piece, form, span, random)}
    assert pitches <= SCALE


def test_a_pitch_outside_the_range_moves_by_octaves():
    assert within(72, (48, 60)) == 60
    assert within(74, (48, 60)) == 50
    assert within(35, (48, 60)) == 59
    assert within(50, (48, 60)) == 50
    assert within(55, (60, 64)) == 64  # no octave of it lies within


def test_drums_and_instruments_of_a_clip_share_their_tempo(monkeypatch):
    tempos = []
    scene = "audioforge.generators.sketch.scene"
    monkeypatch.setattr(f"{scene}.render_drums", lambda *given: tempos.append(given[3]) or np.zeros(2))
    monkeypatch.setattr(f"{scene}.compose", lambda *given: tempos.append(given[2]))
    list(_layers(SketchRequest(drums=True), 2.0, 1))
    assert len(tempos) == 2
    assert len(set(tempos)) == 1
