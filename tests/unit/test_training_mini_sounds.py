"""``mini``'s made sounds: drum loops, soundfont segments and procedural makers."""

import random
import struct

import numpy as np
import pytest

from training.mini.drum_patterns import GENRES, drum_loops, play
from training.mini.drum_synthesis import synthetic_kit
from training.mini.general_midi import DRUM_KEYS, PROGRAMS, VOICE_KEYS
from training.mini.records import SAMPLE_RATE
from training.mini.soundfont import Note, Segment, faded, instrument_segments, midi_file
from training.mini.synthesis import SOUNDS, synthetic_sounds


def note_ons(midi: bytes) -> list[tuple[int, int]]:
    """``(tick, key)`` of every note-on of a one-track file, read independently of the writer."""
    track, position, tick, found = midi[22:], 0, 0, []
    while position < len(track):
        delta = 0
        while track[position] & 0x80:
            delta, position = (delta << 7) | (track[position] & 0x7F), position + 1
        delta, position = (delta << 7) | track[position], position + 1
        tick += delta
        status = track[position]
        if status & 0xF0 == 0x90:
            found.append((tick, track[position + 1]))
        position += 2 if status & 0xF0 == 0xC0 else 3
    return found


def test_segments_start_a_slot_apart_in_the_midi_file() -> None:
    segment = Segment(0, 0, (Note(60, 100, 0.0, 1.0), Note(67, 100, 0.5, 1.0)), "piano note", "instruments", ("piano",))
    midi = midi_file([segment, segment])
    assert midi[:4] == b"MThd"
    assert struct.unpack(">I", midi[18:22])[0] == len(midi) - 22
    assert note_ons(midi) == [(2, 60), (482, 67), (5762, 60), (6242, 67)]


def test_every_program_gets_its_segments_in_its_range() -> None:
    segments = instrument_segments(2, random.Random(0))
    assert len(segments) == 256
    assert all(segment.notes and segment.phrases for segment in segments)


def test_general_midi_tables_are_complete() -> None:
    assert len(PROGRAMS) == 128
    assert {key for keys in VOICE_KEYS.values() for key in keys} <= set(DRUM_KEYS)


def test_faded_renders_lose_their_silence_and_silent_ones_are_empty() -> None:
    sound = np.concatenate([np.full(1000, 0.3, np.float32), np.zeros(5000, np.float32)])
    assert len(faded(sound)) == 1000
    assert len(faded(np.zeros(100, np.float32))) == 0


def test_every_genre_has_sixteen_steps_a_line() -> None:
    assert all(len(line) == 16 for genre in GENRES.values() for lines in genre.lines.values() for line in lines)


@pytest.mark.parametrize("bpm", [120.0, 140.0])
def test_a_techno_loop_repeats_every_beat(bpm: float) -> None:
    loop = play(GENRES["kick"], synthetic_kit(np.random.default_rng(0)), bpm, 5.0, random.Random(0))
    envelope = np.abs(loop[: len(loop) // 320 * 320]).reshape(-1, 320).max(1)
    lags = np.arange(20, 90)
    best = lags[np.argmax([np.corrcoef(envelope[:-lag], envelope[lag:])[0, 1] for lag in lags])]
    assert abs(best * 0.01 - 60.0 / bpm) < 0.015


def test_loops_say_their_genre_and_tempo() -> None:
    kits = {"electronic": synthetic_kit(np.random.default_rng(1))}
    for loop in drum_loops(kits, 5, random.Random(2), group="pack"):
        assert loop.label.removesuffix(" drum loop") in GENRES
        low, high = GENRES[loop.label.removesuffix(" drum loop")].bpm
        assert low <= (loop.bpm or 0.0) <= high
        assert np.abs(loop.waveform).max() == pytest.approx(0.9, abs=1e-3)
        assert loop.group == "pack"


def test_every_maker_makes_a_finite_sound_of_sensible_length() -> None:
    for recording in synthetic_sounds(1, seed=3):
        assert np.isfinite(recording.waveform).all()
        assert 0.05 < len(recording.waveform) / SAMPLE_RATE < 10.0
        assert np.abs(recording.waveform).max() == pytest.approx(0.9, abs=1e-3)


def test_synthetic_sounds_are_the_same_for_the_same_seed() -> None:
    first, second = (next(synthetic_sounds(1, seed=4)) for _ in range(2))
    assert np.array_equal(first.waveform, second.waveform)
    assert first.label == SOUNDS[0].label
