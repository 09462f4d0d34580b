"""Against the published code: librosa 0.11's mel spectrogram and the wheel's own network in TensorFlow 2.15.

``tests/golden/musicnn_published.npz`` holds librosa's log-mel values of frames 0, 60, 120 and 186, and the tags and the
penultimate layer that the wheel's ``MTT_musicnn`` gives for all 187 frames of a signal given by a formula.
"""

from pathlib import Path

import numpy as np
import pytest
import torch

from reward_models.audio import AudioBatch
from reward_models.checkpoints import checkpoint_path
from reward_models.embedders.musicnn import FRAMES, MEL, MusicnnEmbedder
from reward_models.embedders.shifted_log_mel import ShiftedLogMel

GOLDEN = Path(__file__).parents[1] / "golden" / "musicnn_published.npz"


@pytest.fixture(scope="module")
def window():
    time = np.arange(MEL.window_length(FRAMES)) / MEL.sample_rate
    steady = 0.4 * np.sin(2 * np.pi * 220 * time)
    chirp = 0.2 * np.sin(2 * np.pi * (500 * time + 500 * time**2))
    gated = 0.2 * np.sin(2 * np.pi * 6000 * time) * (np.sin(2 * np.pi * 3 * time) > 0)
    return torch.from_numpy((steady + chirp + gated).astype(np.float32))[None]


@pytest.fixture(scope="module")
def embedder():
    return MusicnnEmbedder.load(checkpoint_path("musicnn"))


def test_log_mel_equals_librosas(window):
    log_mel = ShiftedLogMel(MEL, torch.device("cpu"))(window)[0, [0, 60, 120, 186]]
    np.testing.assert_allclose(log_mel.numpy(), np.load(GOLDEN)["log_mel"], atol=2e-4)


def test_embedding_equals_the_published_networks_penultimate_layer(window, embedder):
    published = torch.from_numpy(np.load(GOLDEN)["penultimate"])
    assert torch.cosine_similarity(embedder.embed_windows(window)[0], published, dim=0).item() > 0.99999


def test_tags_equal_the_published_networks(window, embedder):
    tags = embedder.tags(AudioBatch.from_arrays([window], MEL.sample_rate))[0]
    np.testing.assert_allclose(tags.numpy(), np.load(GOLDEN)["tags"], atol=2e-3)
