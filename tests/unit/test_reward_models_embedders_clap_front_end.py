import json

import pytest
import torch

from reward_models.checkpoints import CheckpointError
from reward_models.embedders.clap.front_end import LogMel, read_front_end_config
from tests.tiny_clap import FUSED_PREPROCESSOR, UNFUSED_PREPROCESSOR, write_preprocessor


def test_a_ten_second_window_gives_1001_frames_of_64_bands(tmp_path):
    write_preprocessor(tmp_path, UNFUSED_PREPROCESSOR)
    features = LogMel(read_front_end_config(tmp_path))(torch.randn(1, 480_000))
    assert features.shape == (1, 1001, 64)
    assert features.dtype == torch.float32


def test_silence_is_at_minus_100_db(tmp_path):
    write_preprocessor(tmp_path, UNFUSED_PREPROCESSOR)
    features = LogMel(read_front_end_config(tmp_path))(torch.zeros(1, 48_000))
    assert torch.equal(features, torch.full_like(features, -100.0))


def test_a_window_has_the_same_features_alone_and_in_a_batch(tmp_path):
    write_preprocessor(tmp_path, UNFUSED_PREPROCESSOR)
    front_end = LogMel(read_front_end_config(tmp_path))
    windows = torch.randn(3, 48_000)
    assert torch.equal(front_end(windows)[1], front_end(windows[1:2])[0])


def test_the_checkpoints_own_file_decides_the_filter_bank(tmp_path):
    write_preprocessor(tmp_path, UNFUSED_PREPROCESSOR)
    unfused = read_front_end_config(tmp_path)
    write_preprocessor(tmp_path, FUSED_PREPROCESSOR)
    fused = read_front_end_config(tmp_path)
    assert (unfused.scale, fused.scale) == ("slaney", "htk")
    assert (unfused.low, unfused.high, unfused.sample_rate, unfused.window_seconds) == (50.0, 14_000.0, 48_000, 10.0)


def test_a_processor_file_of_transformers_5_is_read(tmp_path):
    (tmp_path / "processor_config.json").write_text(json.dumps({"feature_extractor": UNFUSED_PREPROCESSOR}))
    assert read_front_end_config(tmp_path).low == 50.0


@pytest.mark.parametrize(
    "absent",
    ["sampling_rate", "max_length_s", "fft_window_size", "hop_length", "frequency_min", "frequency_max", "truncation"],
)
def test_a_missing_field_is_named_and_never_a_class_default(tmp_path, absent):
    fields = {key: value for key, value in UNFUSED_PREPROCESSOR.items() if key != absent}
    write_preprocessor(tmp_path, fields)
    with pytest.raises(CheckpointError, match=f"lacks '{absent}'"):
        read_front_end_config(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"has no preprocessor_config\.json"):
        read_front_end_config(tmp_path)


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "preprocessor_config.json").write_text("{")
    with pytest.raises(CheckpointError, match=r"preprocessor_config\.json is no JSON object"):
        read_front_end_config(tmp_path)
