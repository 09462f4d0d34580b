import pytest
import torch

from audioforge.rewards import PromptPairQuality
from audioforge.status import Status
from tests.stand_ins import LoudnessEmbedder, tone


def test_the_score_is_the_softmax_of_the_pair_at_the_models_scale():
    embedder = LoudnessEmbedder()
    embedder.logit_scale = 5.0
    result = PromptPairQuality(embedder, pair=("loud", "quiet"))([tone(0.2), tone(0.9)], sample_rate=16_000)
    angle = torch.tensor([0.2, 0.9]) * 0.5**0.5 / 0.7 * torch.pi / 2
    expected = torch.sigmoid(5.0 * (angle.sin() - angle.cos()))
    torch.testing.assert_close(result.score, expected, atol=1e-3, rtol=0)
    torch.testing.assert_close(result.raw, result.score)
    assert result.provenance["pair"] == "loud | quiet"
    assert result.provenance["scale"] == "5"


def test_swapping_the_pair_turns_the_score_round():
    audio = [tone(0.3), tone(0.8)]
    good, bad = (
        PromptPairQuality(LoudnessEmbedder(), pair=pair)(audio, sample_rate=16_000).score
        for pair in (("loud", "quiet"), ("quiet", "loud"))
    )
    torch.testing.assert_close(good, 1 - bad)


def test_a_clip_is_the_mean_of_its_windows():
    reward = PromptPairQuality(LoudnessEmbedder(), pair=("loud", "quiet"))
    long = torch.cat([tone(0.1), tone(0.9)])
    score = reward([long, tone(0.1), tone(0.9)], sample_rate=16_000).score
    assert float(score[0]) == pytest.approx(float(score[1:].mean()), abs=1e-3)


def test_a_silent_clip_is_a_status():
    result = PromptPairQuality(LoudnessEmbedder(), pair=("loud", "quiet"))([tone(0.0), tone(0.5)], sample_rate=16_000)
    assert result.status[0].code == Status.SILENT
    assert bool(result.score[0].isnan())
    assert bool(result.score[1].isfinite())
