from collections import Counter

import numpy as np
import pytest

from audioforge.reference_clips import load_reference_clips
from training.build_references import choose_splits, file_names, finish
from training.references.computed import computed
from training.references.drum_patterns import GROOVES, groove_notes, groove_seconds
from training.references.phrases import phrase_notes
from training.references.renders import PHRASES, rng_of
from training.references.reserved import is_reserved, is_reserved_name
from training.references.sounds import SAMPLE_RATE, Credit, Sound


def sound(category="sfx", origin="recording", group="g", label="bang"):
    return Sound(
        category, label, "A bang", origin, group, Credit("CC0-1.0", "someone", "somewhere"), lambda: np.ones(9)
    )


def test_computed_sounds_are_finite_audible_and_the_same_every_time():
    by_label = {item.label: item for item in computed()}
    for label in ("whoosh", "water drop", "wind chimes"):
        samples = by_label[label].samples()
        assert np.isfinite(samples).all()
        assert samples.std() > 1e-3
        again = {item.label: item for item in computed()}[label].samples()
        assert np.array_equal(samples, again)


@pytest.mark.parametrize("groove", GROOVES, ids=lambda groove: groove.genre)
def test_a_groove_fills_whole_bars_and_no_more(groove):
    notes = groove_notes(groove, rng_of(groove.genre))
    assert groove_seconds(groove) == pytest.approx(groove.bars * 240 / groove.bpm)
    assert min(note.start for note in notes) >= 0
    assert max(note.start for note in notes) < groove_seconds(groove)
    bar = 240 / groove.bpm
    assert {int(note.start // bar) for note in notes} == set(range(groove.bars))


def test_phrases_stay_within_reach_of_an_instrument():
    for _, _, label, _, phrase in PHRASES:
        pitches = [note.pitch for note in phrase_notes(phrase, rng_of(label))]
        assert min(pitches) >= 24
        assert max(pitches) <= 100


def test_groups_go_to_one_split_and_thirty_percent_to_calibration():
    sounds = [sound(group=f"g{number // 2}") for number in range(200)]
    splits = choose_splits(sounds)
    share = Counter(splits[item.group] for item in sounds)["calibration"] / 200
    assert share == pytest.approx(0.3, abs=0.02)


def test_repeated_labels_get_numbered_names():
    assert file_names([sound(), sound(label="Big Bang!"), sound()]) == [
        "sfx/bang_recording.ogg",
        "sfx/big_bang_recording.ogg",
        "sfx/bang_recording_2.ogg",
    ]


def test_finishing_trims_silence_caps_the_length_and_levels_the_peak():
    tone = np.sin(np.arange(10 * SAMPLE_RATE) / 20) * 0.01
    padded = np.concatenate([np.zeros(SAMPLE_RATE), tone])
    done = finish(padded, sound())
    assert len(done) == 8 * SAMPLE_RATE
    assert np.abs(done).max() == pytest.approx(0.89)
    assert abs(done[-1, 0]) < 1e-6


def test_reserved_clips_are_in_no_reference():
    assert is_reserved_name("loop_amen_full.flac")
    assert is_reserved("Sonic Pi samples, loop_amen.flac; https://example.org")
    assert not is_reserved("Sonic Pi samples, bd_808.flac; https://example.org")
    assert not any(is_reserved(clip.source) for clip in load_reference_clips())
