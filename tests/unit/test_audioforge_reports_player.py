import torch

from audioforge.reports.pictures import player_source
from reward_models.audio import AudioBatch


def test_a_clip_with_impossible_samples_still_makes_a_player():
    waveform = torch.full((8_000,), 0.1)
    waveform[5], waveform[6] = float("nan"), float("inf")
    assert player_source(AudioBatch.from_arrays([waveform], 8_000), 0).startswith("data:audio/mpeg;base64,")
