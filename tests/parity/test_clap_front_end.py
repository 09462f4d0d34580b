"""The log-mel features against transformers' extractor, which computes them clip by clip in numpy."""

import numpy as np
import pytest
import torch
from transformers import ClapFeatureExtractor
from transformers.audio_utils import mel_filter_bank

from reward_models.embedders.clap.front_end import LogMel, read_front_end_config
from reward_models.embedders.clap.mel_filters import mel_filters
from tests.tiny_clap import FUSED_PREPROCESSOR, UNFUSED_PREPROCESSOR, write_preprocessor

RATE, SECONDS = 48_000, 10
TIME = torch.arange(RATE * SECONDS) / RATE
SIGNALS = {
    "noise": 0.1 * torch.randn(len(TIME), generator=torch.Generator().manual_seed(0)),
    "quiet noise": 1e-5 * torch.randn(len(TIME), generator=torch.Generator().manual_seed(1)),
    "tone": 0.9 * torch.sin(2 * torch.pi * 440 * TIME),
    "chirp": 0.5 * torch.sin(2 * torch.pi * (100 + 1000 * TIME) * TIME),
    "clicks": (torch.arange(len(TIME)) % 9_001 == 0).float(),
    "silence": torch.zeros(len(TIME)),
}


def extracted(fields: dict, waveform: torch.Tensor, **options) -> torch.Tensor:
    features = ClapFeatureExtractor(**fields)(waveform.numpy(), sampling_rate=RATE, **options)["input_features"]
    return torch.from_numpy(np.stack(features))[0, 0]


@pytest.mark.parametrize("fields", [UNFUSED_PREPROCESSOR, FUSED_PREPROCESSOR], ids=["unfused", "fused"])
@pytest.mark.parametrize("signal", SIGNALS)
def test_features_are_those_of_transformers_within_1e_4_db(tmp_path, fields, signal):
    write_preprocessor(tmp_path, fields)
    features = LogMel(read_front_end_config(tmp_path))(SIGNALS[signal][None])[0]
    expected = extracted(fields, SIGNALS[signal])
    assert features.shape == expected.shape == (1001, 64)
    assert float((features - expected).abs().max()) < 1e-4


def test_the_extractors_class_defaults_are_another_front_end(tmp_path):
    write_preprocessor(tmp_path, UNFUSED_PREPROCESSOR)
    features = LogMel(read_front_end_config(tmp_path))(SIGNALS["tone"][None])[0]
    assert float((features - extracted({}, SIGNALS["tone"])).abs().max()) > 10


@pytest.mark.parametrize(("scale", "norm"), [("slaney", "slaney"), ("htk", None)])
@pytest.mark.parametrize("low", [0.0, 50.0])
def test_filters_are_those_of_transformers(scale, norm, low):
    filters = mel_filters(513, 64, sample_rate=RATE, low=low, high=14_000.0, scale=scale)
    expected = mel_filter_bank(513, 64, low, 14_000.0, RATE, norm=norm, mel_scale=scale)
    np.testing.assert_allclose(filters.numpy(), expected, atol=1e-12)
