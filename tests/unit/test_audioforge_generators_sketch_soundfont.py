import builtins
import importlib.util

import numpy as np
import pytest

from audioforge.generators.sketch import soundfont
from audioforge.generators.sketch.soundfont import MidiNote, SoundfontError, drum_stroke, play


def harmonic_share(waveform, hz):
    """Share of the power within 2 % of the multiples of a frequency, 0 to 1."""
    power = np.abs(np.fft.rfft(waveform.mean(0) * np.hanning(waveform.shape[1]))) ** 2
    frequency = np.fft.rfftfreq(waveform.shape[1], 1 / 44_100)
    order = np.maximum(1, np.round(frequency / hz))
    return power[np.abs(frequency / (order * hz) - 1) < 0.02].sum() / power.sum()


@pytest.mark.parametrize("program", [0, 25, 33, 40, 56, 73])
@pytest.mark.parametrize("pitch", [48, 60, 72])
def test_instruments_sound_at_the_pitch_asked_for(program, pitch):
    waveform = play(program, [MidiNote(0.0, 1.0, pitch, 100)], 1.0)[:, 4_410:]
    # Above the range of its fundamental's neighbours: a fifth away the comb would miss.
    hz = 440.0 * 2.0 ** ((pitch - 69) / 12)
    assert harmonic_share(waveform, hz) > 0.8
    assert harmonic_share(waveform, hz) > 1.5 * harmonic_share(waveform, hz * 2 ** (7 / 12))


def test_a_note_starts_when_it_should_and_the_length_is_exact():
    waveform = play(0, [MidiNote(0.5, 0.4, 60, 100)], 1.25)
    assert waveform.shape == (2, round(1.25 * 44_100))
    onset = np.argmax(np.abs(waveform).max(0) > 0.1 * np.abs(waveform).max()) / 44_100
    assert onset == pytest.approx(0.5, abs=0.02)


def test_velocity_makes_it_louder():
    soft, hard = (np.abs(play(0, [MidiNote(0.0, 0.5, 60, velocity)], 0.5)).max() for velocity in (40, 120))
    assert hard > 3 * soft


def test_a_rendering_repeats_bit_by_bit():
    notes = [MidiNote(0.1 * index, 0.3, 55 + index, 90) for index in range(6)]
    np.testing.assert_array_equal(play(48, notes, 1.0), play(48, notes, 1.0))


def test_drums_come_from_the_percussion_channel():
    def centroid(waveform):
        power = np.abs(np.fft.rfft(waveform.mean(0))) ** 2
        return (power * np.fft.rfftfreq(waveform.shape[1], 1 / 44_100)).sum() / power.sum()

    kick, hat = drum_stroke(0, 36, 0.5), drum_stroke(0, 42, 0.5)
    assert centroid(hat) > 10 * centroid(kick)
    assert np.abs(kick).max() == pytest.approx(1.0)


def test_a_missing_renderer_says_what_to_install(monkeypatch):
    real_import = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "midirenderer":
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(SoundfontError, match="needs midirenderer: pip install"):
        play(0, [], 0.5)


def test_a_missing_soundfont_says_what_to_install(monkeypatch):
    soundfont.soundfont_path.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SoundfontError, match=r"needs TimGM6mb\.sf2 of pretty_midi: pip install"):
        soundfont.soundfont_path()
