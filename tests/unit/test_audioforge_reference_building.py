from dataclasses import replace

import pytest
import torch

from audioforge.data_files import DataError
from audioforge.reference_building import build_reference_set, build_reference_sets
from audioforge.reference_clips import load_reference_clips
from reward_models.audio import AudioBatch
from reward_models.reference import ReferenceSet
from reward_models.statistics import GaussianStats
from tests.reference_stand_ins import SpectrumEmbedder, write_references


@pytest.fixture(scope="module")
def drums(tmp_path_factory):
    return load_reference_clips(write_references(tmp_path_factory.mktemp("clips")), category="drums")


def test_held_out_clips_are_in_no_statistics(drums):
    built = build_reference_set("drums", SpectrumEmbedder(), drums)
    assert (built.stats.n, len(built.embedding), len(built.held_out)) == (20, 20, 10)
    torch.testing.assert_close(built.stats.covariance, GaussianStats.of(built.embedding).covariance)


def test_the_order_of_the_clips_makes_no_difference(drums):
    forth = build_reference_set("drums", SpectrumEmbedder(), drums)
    back = build_reference_set("drums", SpectrumEmbedder(), drums[::-1])
    assert forth.data_hash == back.data_hash
    torch.testing.assert_close(forth.embedding, back.embedding)
    torch.testing.assert_close(forth.stats.scatter, back.stats.scatter)


def test_a_file_of_a_low_rate_takes_nothing_away_from_the_files_after_it(drums, tmp_path):
    low = tmp_path / "low.wav"
    AudioBatch.load([drums[0].path]).resample(1_000).save([low])
    mixed = [replace(drums[0], path=low), *drums[1:]]
    first = build_reference_set("drums", SpectrumEmbedder(), mixed)
    last = build_reference_set("drums", SpectrumEmbedder(), mixed[::-1])
    torch.testing.assert_close(first.embedding, last.embedding)


def test_other_clips_have_another_hash(drums):
    whole = build_reference_set("drums", SpectrumEmbedder(), drums)
    assert build_reference_set("drums", SpectrumEmbedder(), drums[1:]).data_hash != whole.data_hash


def test_only_a_fixed_sample_of_a_large_set_is_kept(drums, monkeypatch):
    monkeypatch.setattr("audioforge.reference_building.MAX_KEPT", 6)
    forth = build_reference_set("drums", SpectrumEmbedder(), drums)
    back = build_reference_set("drums", SpectrumEmbedder(), drums[::-1])
    assert (forth.stats.n, len(forth.embedding), len(forth.held_out)) == (20, 6, 6)
    torch.testing.assert_close(forth.embedding, back.embedding)


def test_the_makeup_counts_labels_origins_and_seconds(drums):
    built = build_reference_set("drums", SpectrumEmbedder(), drums)
    assert [row.clips for row in built.makeup] == [6] * 5
    assert sum(row.held_out for row in built.makeup) == 10
    assert sum(row.seconds for row in built.makeup) == pytest.approx(18)
    assert built.warning is None


def test_a_set_of_mostly_one_sound_warns(tmp_path):
    folder = write_references(tmp_path, references=5, held_out=5, label=lambda i: "strum" if i < 4 else f"hum {i}")
    built = build_reference_set("sfx", SpectrumEmbedder(), load_reference_clips(folder, category="sfx"))
    assert built.warning.startswith("4 of the 10 clips of 'sfx' are 'strum'")


def test_all_categories_are_saved_and_reported(tmp_path):
    seen = []
    folder = write_references(tmp_path / "clips", references=4, held_out=5)
    built = build_reference_sets(SpectrumEmbedder(), tmp_path / "out", clips=folder, on_built=seen.append)
    assert [one.category for one in seen] == ["drums", "instruments", "sfx", "ambient"]
    loaded = ReferenceSet.load(tmp_path / "out", "sfx")
    torch.testing.assert_close(loaded.embedding, built[2].embedding)


def test_too_few_held_out_clips_are_refused(tmp_path):
    folder = write_references(tmp_path, references=4, held_out=2)
    with pytest.raises(DataError, match="4 clips with split 'reference' and 2 with 'calibration'"):
        build_reference_sets(SpectrumEmbedder(), tmp_path / "out", clips=folder)
