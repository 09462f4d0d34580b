import json

import pytest
import torch

from audioforge.reference_building import build_reference_set
from audioforge.reference_clips import load_reference_clips
from reward_models.checkpoints import CheckpointError
from reward_models.reference import ReferenceSet
from tests.reference_stand_ins import SpectrumEmbedder, write_references


@pytest.fixture(scope="module")
def drums(tmp_path_factory):
    folder = write_references(tmp_path_factory.mktemp("clips"))
    return build_reference_set("drums", SpectrumEmbedder(), load_reference_clips(folder, category="drums"))


def test_a_saved_set_judges_like_the_one_that_was_built(drums, tmp_path):
    drums.save(tmp_path)
    loaded = ReferenceSet.load(tmp_path, "drums")
    assert (loaded.data_hash, loaded.fingerprint, loaded.makeup) == (drums.data_hash, drums.fingerprint, drums.makeup)
    torch.testing.assert_close(
        loaded.mahalanobis(drums.held_out), drums.mahalanobis(drums.held_out), rtol=1e-4, atol=1e-4
    )
    torch.testing.assert_close(loaded.kernel(drums.held_out), drums.kernel(drums.held_out))
    torch.testing.assert_close(loaded.frame_stats.covariance, drums.frame_stats.covariance, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(loaded.held_out_frame_distance, drums.held_out_frame_distance)


def test_held_out_clips_spread_evenly_over_the_scores(drums):
    for rank, typicality in ((drums.mahalanobis_rank, drums.mahalanobis), (drums.kernel_rank, drums.kernel)):
        shares = rank.share_below(typicality(drums.held_out)).sort().values
        torch.testing.assert_close(shares, torch.arange(1, 11).double() / 11)


def test_a_reference_clip_is_at_no_distance_and_has_rank_zero(drums):
    distance = drums.nearest_distance(drums.embedding[:3])
    assert float(distance.max()) == 0
    assert drums.nearest_rank.share_below(distance).tolist() == [0, 0, 0]


def test_a_missing_set_names_the_command_that_builds_it(tmp_path):
    with pytest.raises(CheckpointError, match="audioforge reference build"):
        ReferenceSet.load(tmp_path, "drums")


def test_a_set_of_another_format_is_refused(drums, tmp_path):
    drums.save(tmp_path)
    path = tmp_path / "drums.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    with pytest.raises(CheckpointError, match="format 99, this version reads 1"):
        ReferenceSet.load(tmp_path, "drums")


def test_a_damaged_file_is_refused(drums, tmp_path):
    drums.save(tmp_path)
    (tmp_path / "drums.safetensors").write_bytes(b"nonsense")
    with pytest.raises(CheckpointError, match="is no reference set"):
        ReferenceSet.load(tmp_path, "drums")
