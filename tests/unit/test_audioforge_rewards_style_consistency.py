import pytest
import torch

from audioforge.clips import Clips
from audioforge.rewards.style_consistency import StyleConsistency
from audioforge.status import ScoringError, Status
from reward_models.reference import ReferenceSet
from tests.reference_stand_ins import SpectrumEmbedder, batch, built_references, hum


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    return built_references(tmp_path_factory.mktemp("references"), SpectrumEmbedder())


@pytest.fixture(scope="module", params=["mahalanobis", "kernel"])
def reward(request, sets):
    return StyleConsistency(SpectrumEmbedder(), method=request.param, references=sets)


def test_a_clip_of_its_category_beats_one_of_another(reward):
    own, alien = hum("drums", 5000), hum("ambient", 5001)
    result = reward(batch([own, alien]), categories=["drums", "drums"])
    assert result.raw[0] > result.raw[1]
    assert result.score[0] > 0.1 > result.score[1] > 0


def test_raw_is_the_typicality_that_the_method_names(reward, sets):
    clips = Clips(batch([hum("drums", 5000)]), categories=["drums"])
    reference = ReferenceSet.load(sets, "drums")
    expected = {"mahalanobis": reference.mahalanobis, "kernel": reference.kernel}[reward.method]
    torch.testing.assert_close(reward.score(clips).raw, expected(clips.embedding(reward.embedder)).float())


def test_the_same_clip_is_judged_by_its_own_category(reward):
    clip = hum("sfx", 5000)
    result = reward(batch([clip, clip]), categories=["sfx", "drums"])
    assert result.score[0] > result.score[1]


def test_clips_of_the_category_spread_over_the_scores(reward):
    result = reward(batch([hum("drums", 6000 + i) for i in range(40)]), categories=["drums"] * 40)
    assert 0.25 < float(result.score.mean()) < 0.75
    assert float(result.score.std()) > 0.15


def test_no_category_and_an_unknown_one_are_statuses(reward):
    result = reward(batch([hum("drums", 1)] * 3), categories=[None, "polka", "drums"])
    assert [own.code for own in result.status] == [Status.NO_REFERENCE, Status.NO_REFERENCE, Status.OK]
    assert result.raw.isnan().tolist() == result.score.isnan().tolist() == [True, True, False]
    assert "category must be one of" in result.status[1].reason


def test_a_silent_clip_keeps_its_own_status(reward):
    result = reward(batch([torch.zeros(4000), hum("drums", 1)]), categories=["drums", "drums"])
    assert [own.code for own in result.status] == [Status.SILENT, Status.OK]
    assert result.score.isnan().tolist() == [True, False]


def test_the_sets_that_judged_are_named(reward):
    result = reward(batch([hum("drums", 1), hum("sfx", 2)]), categories=["drums", "sfx"])
    assert result.provenance["fingerprint"] == "spectrum-1"
    assert result.provenance["references"].startswith("drums:")
    assert " sfx:" in result.provenance["references"]
    assert result.provenance["method"] == reward.method


def test_an_unknown_method_is_refused(sets):
    with pytest.raises(ScoringError, match="one of mahalanobis, kernel, got 'cosine'"):
        StyleConsistency(SpectrumEmbedder(), method="cosine", references=sets)


def test_clips_are_scored_alone_as_in_a_batch(reward):
    clips = Clips(batch([hum(c, 7) for c in ("drums", "sfx")]), categories=["drums", "sfx"])
    together = reward.score(clips).score
    alone = torch.cat([reward.score(clips.select([i])).score for i in range(2)])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-5)
