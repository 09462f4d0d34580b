from collections import Counter
from pathlib import Path

import pytest

from audioforge.data_files import DataError
from audioforge.reference_building import build_reference_sets
from audioforge.reference_folder import read_reference_folder
from reward_models.audio import AudioBatch
from tests.reference_stand_ins import RATE, SpectrumEmbedder, hum


def write_clips(folder: Path, count: int, category: str = "drums") -> Path:
    (folder / category / "kicks").mkdir(parents=True)
    clips = [hum(category, seed) for seed in range(count)]
    for number, clip in enumerate(clips):
        AudioBatch.from_arrays([clip], RATE).save(
            [folder / category / ("kicks" if number % 2 else "") / f"{number}.wav"]
        )
    return folder


def test_where_a_file_lies_says_what_it_is_and_every_fourth_clip_calibrates(tmp_path: Path):
    clips = read_reference_folder(write_clips(tmp_path, 20), "drums")
    assert Counter(own.split for own in clips) == {"reference": 15, "calibration": 5}
    assert Counter(own.label for own in clips) == {"kicks": 10, "drums": 10}
    assert read_reference_folder(tmp_path, "sfx") == ()


def test_copies_count_once_and_too_few_clips_are_refused(tmp_path: Path):
    write_clips(tmp_path, 19)
    (tmp_path / "drums" / "copy.wav").write_bytes((tmp_path / "drums" / "0.wav").read_bytes())
    with pytest.raises(DataError, match="drums holds 19 different clips: give at least 20"):
        read_reference_folder(tmp_path, "drums")


def test_a_folder_of_another_form_is_told_what_it_needs(tmp_path: Path):
    with pytest.raises(DataError, match=r"neither a manifest\.json nor .*drums, instruments, sfx, ambient"):
        read_reference_folder(tmp_path, "drums")


def test_a_file_that_is_no_audio_is_named(tmp_path: Path):
    write_clips(tmp_path, 20)
    (tmp_path / "drums" / "x.wav").write_text("hello")
    with pytest.raises(DataError, match=r"x\.wav can't be read as audio"):
        read_reference_folder(tmp_path, "drums")


def test_sets_are_built_of_the_categories_that_are_there(tmp_path: Path):
    built = build_reference_sets(SpectrumEmbedder(), tmp_path / "out", clips=write_clips(tmp_path / "clips", 20))
    assert [(own.category, len(own.embedding), len(own.held_out)) for own in built] == [("drums", 15, 5)]
