import pytest
import torch

from audioforge.clips import Clips
from audioforge.metrics.frechet import fad
from audioforge.metrics.kad import kad
from audioforge.rewards.reference_fad import ReferenceFAD, fad_of_groups, kad_of_groups
from audioforge.status import ScoringError, Status
from reward_models.reference import ReferenceSet
from tests.reference_stand_ins import SpectrumEmbedder, batch, built_references, hum


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    return built_references(tmp_path_factory.mktemp("references"), SpectrumEmbedder())


def group_of(*clips: torch.Tensor) -> Clips:
    return Clips(batch(clips), categories=["drums"] * len(clips), groups=["a"] * len(clips))


def test_distances_of_many_groups_equal_the_metrics(sets):
    reference = ReferenceSet.load(sets, "drums")
    spread = torch.randn(3, 4, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    groups = torch.nn.functional.normalize(reference.stats.mean + 0.3 * spread, dim=2)
    frechet, kernel = fad_of_groups(reference)(groups), kad_of_groups(reference)(groups)
    for index, own in enumerate(groups):
        assert float(frechet[index]) == pytest.approx(fad(reference.stats, own).value, rel=1e-6)
    expected = [kad(reference.embedding, own, bandwidth=reference.bandwidth).value for own in groups]
    assert float(kernel[1] - kernel[0]) == pytest.approx(expected[1] - expected[0], rel=1e-6)
    assert float(kernel[2] - kernel[0]) == pytest.approx(expected[2] - expected[0], rel=1e-6)


@pytest.mark.parametrize("size", [3, 6, 12])
def test_the_odd_clip_of_a_group_is_credited_least_at_any_size(sets, size):
    clips = [hum("drums", 8000 + i) for i in range(size - 1)] + [hum("ambient", 1)]
    result = ReferenceFAD(SpectrumEmbedder(), references=sets).score(group_of(*clips))
    assert int(result.raw.argmin()) == int(result.score.argmin()) == size - 1
    assert float(result.score[-1]) < 0.1
    assert float(result.score[:-1].mean()) > 0.3


def test_copies_in_a_group_lower_their_credit_under_kad(sets):
    different = [hum("drums", 8000 + i) for i in range(5)]
    result = ReferenceFAD(SpectrumEmbedder(), distance="kad", references=sets).score(
        group_of(*different, *different[:1] * 4)
    )
    assert float(result.score[[0, 5, 6, 7, 8]].mean()) < float(result.score[1:5].mean())


def test_raw_is_the_distance_without_the_clip_minus_that_with_it(sets):
    reference = ReferenceSet.load(sets, "drums")
    clips = group_of(*[hum("drums", 8000 + i) for i in range(5)])
    result = ReferenceFAD(SpectrumEmbedder(), references=sets).score(clips)
    own = clips.embedding(SpectrumEmbedder())
    expected = fad(reference.stats, own[1:]).value - fad(reference.stats, own).value
    assert float(result.raw[0]) == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_other_groups_do_not_matter(sets):
    reward = ReferenceFAD(SpectrumEmbedder(), references=sets)
    audio = batch([hum("drums", 8000 + i) for i in range(7)])
    clips = Clips(audio, categories=["drums"] * 7, groups=["a"] * 3 + ["b"] * 4)
    torch.testing.assert_close(reward.score(clips).score[:3], reward.score(clips.select([0, 1, 2])).score)


def test_a_group_too_small_is_a_status(sets):
    clips = group_of(hum("drums", 1), hum("drums", 2))
    result = ReferenceFAD(SpectrumEmbedder(), references=sets).score(clips)
    assert [own.code for own in result.status] == [Status.NO_REFERENCE] * 2
    assert "no group of at least 3 clips" in result.status[0].reason
    assert bool(result.raw.isnan().all())


def test_a_clip_of_several_windows_has_a_distance_of_its_own(sets):
    reward = ReferenceFAD(SpectrumEmbedder(), distance="frame_fad", references=sets)
    clips = [hum("drums", 2, seconds=0.2), hum("ambient", 1), *(hum("drums", i) for i in range(8))]
    result = reward(batch(clips), categories=["drums"] * 10)
    assert result.status[0].code is Status.TOO_SHORT
    assert bool(result.score[0].isnan())
    assert float(result.raw[1]) < float(result.raw[2:].min())
    assert float(result.score[1]) < 0.1 < float(result.score[2:].mean())


def test_an_unknown_distance_is_refused(sets):
    with pytest.raises(ScoringError, match="one of fad, kad, frame_fad, got 'fid'"):
        ReferenceFAD(SpectrumEmbedder(), distance="fid", references=sets)
