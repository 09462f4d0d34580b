import numpy as np
import pytest
import torch

from reward_models.embedders.mini.front_end import LogMel
from reward_models.heads.tempo import (
    FEATURES,
    FRONT_END,
    MULTIPLES,
    REGIONS,
    TempoNetwork,
    beat_features,
    folded_error,
    near,
    onset_strength,
    tempi,
)


def pulses(bpm: float, seconds: float = 6.0) -> torch.Tensor:
    """Short noise bursts on every beat."""
    rng = np.random.default_rng(0)
    time = np.arange(round(seconds * FRONT_END.sample_rate)) / FRONT_END.sample_rate
    since = time % (60 / bpm)
    return torch.from_numpy((0.5 * rng.standard_normal(len(time)) * np.exp(-60 * since)).astype(np.float32))


@pytest.mark.parametrize("bpm", [75.0, 128.0, 171.0])
def test_onsets_resemble_themselves_most_a_beat_later(bpm):
    features = beat_features(onset_strength(pulses(bpm), LogMel(FRONT_END)))
    assert features.shape == (len(tempi()), FEATURES)
    one_beat = MULTIPLES.index(1.0) * REGIONS
    similarity = features[:, one_beat : one_beat + REGIONS].mean(1)
    assert folded_error(float(tempi()[similarity.argmax()]), bpm) < 0.02


def test_features_do_not_hear_level_and_silence_is_finite():
    front_end = LogMel(FRONT_END)
    loud, quiet = (beat_features(onset_strength(gain * pulses(100.0), front_end)) for gain in (1.0, 0.1))
    torch.testing.assert_close(loud, quiet, atol=2e-2, rtol=0)
    assert bool(torch.isfinite(beat_features(onset_strength(torch.zeros(64_000), front_end))).all())


def test_the_network_gives_a_distribution_over_tempi():
    torch.manual_seed(0)
    probability = TempoNetwork()(torch.randn(2, len(tempi()), FEATURES)).exp()
    torch.testing.assert_close(probability.sum(1), torch.ones(2))


def test_near_means_within_four_per_cent_of_the_tempo_its_half_or_its_double():
    chosen = tempi()[near(120.0).bool()]
    for inside in (58.0, 60.0, 62.0, 116.0, 124.0):
        assert float((chosen / inside - 1).abs().min()) < 0.01
    for outside in (70.0, 90.0, 112.0, 130.0):
        assert float((chosen / outside - 1).abs().min()) > 0.02


def test_an_error_is_taken_against_the_nearest_octave():
    assert folded_error(60.0, 120.0) == 0.0
    assert folded_error(240.0, 120.0) == 0.0
    assert folded_error(90.0, 120.0) == pytest.approx(0.25)
