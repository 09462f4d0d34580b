import math

import pytest
import torch

from audioforge.rewards import CLAPAlignment
from audioforge.status import ScoringError, Status
from tests.stand_ins import LoudnessEmbedder, tone

AUDIO = [tone(0.02), tone(0.9)]


def test_the_matching_request_scores_higher():
    reward = CLAPAlignment(LoudnessEmbedder())
    matched = reward(AUDIO, ["quiet", "loud"], sample_rate=16_000)
    swapped = reward(AUDIO, ["loud", "quiet"], sample_rate=16_000)
    assert bool((matched.score > swapped.score).all())
    assert bool((matched.raw > swapped.raw).all())


def test_the_score_is_the_calibrated_probability_of_the_cosine():
    result = CLAPAlignment(LoudnessEmbedder())(AUDIO, ["quiet", "loud"], sample_rate=16_000)
    assert torch.allclose(result.score, torch.sigmoid(8 * result.raw - 5))
    assert result.provenance == {"embedder": "loudness", "fingerprint": "loudness-1", "calibration": "test"}


def test_an_embedder_without_calibration_gives_raw_cosines_only():
    embedder = LoudnessEmbedder()
    embedder.calibration = None
    result = CLAPAlignment(embedder)(AUDIO, ["quiet", "loud"], sample_rate=16_000)
    assert torch.isfinite(result.raw).all()
    assert torch.isnan(result.score).all()
    assert result.provenance["calibration"] == "none"


def test_clips_without_a_usable_request_are_statuses():
    result = CLAPAlignment(LoudnessEmbedder())([tone(0.5)] * 3, [None, "  ", "x" * 10_000], sample_rate=16_000)
    assert [status.code for status in result.status] == [Status.NO_REQUEST] * 3
    assert "has 10000 characters: keep it under 4000" in result.status[2].reason
    assert torch.isnan(result.score).all()


def test_strict_raises_and_names_the_clip():
    with pytest.raises(ScoringError, match="clap_alignment can't score clip 1: silent: clip 1 is silent"):
        CLAPAlignment(LoudnessEmbedder())([tone(0.5), tone(0.0)], "loud", sample_rate=16_000, strict=True)


def test_gradients_stay_as_the_caller_has_them():
    assert torch.is_grad_enabled()
    result = CLAPAlignment(LoudnessEmbedder())(AUDIO, ["quiet", "loud"], sample_rate=16_000)
    assert torch.is_grad_enabled()
    assert not math.isnan(float(result.score.sum()))
    assert not result.score.is_inference()
