import math

import pytest
import torch

from audioforge.rewards import CLAPAlignment
from audioforge.status import ScoringError, Status
from tests.stand_ins import LoudnessEmbedder, tone
from tests.unit.test_audioforge_rewards_unwanted import ReadingEmbedder

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
    expected = {"embedder": "loudness", "fingerprint": "loudness-1", "calibration": "test", "negation": "read"}
    assert result.provenance == expected


def test_what_is_ruled_out_lowers_the_score_where_it_is_heard_and_nowhere_else():
    requests = ["quiet without loud", "quiet"]
    read = CLAPAlignment(ReadingEmbedder())(AUDIO[:1] * 2, requests, sample_rate=16_000)
    assert torch.equal(read.score[0], read.score[1])
    heard = CLAPAlignment(ReadingEmbedder())([tone(0.45)] * 3, [*requests, "loud"], sample_rate=16_000)
    assert torch.equal(heard.raw[0], heard.raw[1])
    assert float(heard.score[2]) > 0.5
    assert float(heard.score[0]) == pytest.approx(float(heard.score[1] * 2 * (1 - heard.score[2])))


def test_reading_negations_can_be_turned_off():
    reward = CLAPAlignment(ReadingEmbedder(), read_negation=False)
    result = reward([tone(0.9)], ["quiet without loud"], sample_rate=16_000)
    assert float(result.score) > 0.9
    assert result.provenance["negation"] == "as it stands"


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
