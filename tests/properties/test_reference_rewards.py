"""Laws of the rewards that compare with references: bounds, order, batch, grad mode, input untouched."""

import pytest
import torch

from audioforge.clips import Clips
from audioforge.rewards.base import Reward
from audioforge.rewards.novelty import Novelty
from audioforge.rewards.reference_fad import ReferenceFAD
from audioforge.rewards.style_consistency import StyleConsistency
from tests.reference_stand_ins import CENTRES, SpectrumEmbedder, batch, built_references, hum

KINDS = ["mahalanobis", "kernel", "novelty", "fad", "kad", "frame_fad"]


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    return built_references(tmp_path_factory.mktemp("references"), SpectrumEmbedder())


@pytest.fixture(scope="module", params=KINDS)
def reward(request, sets) -> Reward:
    embedder = SpectrumEmbedder()
    if request.param in ("mahalanobis", "kernel"):
        return StyleConsistency(embedder, method=request.param, references=sets)
    if request.param == "novelty":
        return Novelty(embedder, references=sets)
    return ReferenceFAD(embedder, distance=request.param, references=sets)


@pytest.fixture
def clips() -> Clips:
    names = list(CENTRES) * 4
    audio = batch([hum(name, 3000 + i, seconds=0.55 + 0.03 * i) for i, name in enumerate(names)])
    return Clips(audio, categories=names, groups=names)


def test_scores_stay_in_their_bounds(reward, clips):
    score = reward.score(clips).score
    assert 0 <= float(score.min()) <= float(score.max()) <= 1


def test_permuting_clips_permutes_scores(reward, clips):
    order = torch.randperm(len(clips), generator=torch.Generator().manual_seed(0)).tolist()
    expected = reward.score(clips).score[order]
    torch.testing.assert_close(reward.score(clips.select(order)).score, expected, rtol=0, atol=1e-5)


def test_a_group_is_scored_alone_as_among_others(reward, clips):
    rows = [i for i, name in enumerate(clips.groups) if name == "sfx"]
    alone = reward.score(clips.select(rows)).score
    torch.testing.assert_close(reward.score(clips).score[rows], alone, rtol=0, atol=1e-5)


def test_scoring_twice_gives_the_same_and_changes_nothing(reward, clips):
    before = clips.audio.waveform.clone()
    with torch.enable_grad():
        first, second = reward.score(clips).score, reward.score(clips).score
        assert torch.is_grad_enabled()
    assert torch.equal(first, second)
    assert torch.equal(before, clips.audio.waveform)
    assert first.dtype == torch.float32
