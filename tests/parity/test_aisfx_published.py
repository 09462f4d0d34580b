"""Against the published code: Essentia 2.1b6's mel bands and the wheel's own network, on a signal given by a formula.

``tests/golden/aisfx_published.npz`` holds Essentia's log-mel values of frames 0, 25, 50 and 99 and the embedding that
the wheel's unfolded float32 network gives for all 100 of them.
"""

from pathlib import Path

import numpy as np
import pytest
import torch

from reward_models.checkpoints import checkpoint_path
from reward_models.embedders.aisfx import FRAMES, MEL, AisfxEmbedder
from reward_models.embedders.shifted_log_mel import ShiftedLogMel

GOLDEN = Path(__file__).parents[1] / "golden" / "aisfx_published.npz"


@pytest.fixture(scope="module")
def window():
    time = np.arange(MEL.window_length(FRAMES)) / MEL.sample_rate
    steady = 0.4 * np.sin(2 * np.pi * 220 * time)
    chirp = 0.2 * np.sin(2 * np.pi * (500 * time + 1500 * time**2))
    gated = 0.2 * np.sin(2 * np.pi * 9000 * time) * (np.sin(2 * np.pi * 3 * time) > 0)
    return torch.from_numpy((steady + chirp + gated).astype(np.float32))[None]


def test_log_mel_equals_essentias(window):
    log_mel = ShiftedLogMel(MEL, torch.device("cpu"))(window)[0, [0, 25, 50, 99]]
    np.testing.assert_allclose(log_mel.numpy(), np.load(GOLDEN)["log_mel"], atol=2e-4)


def test_embedding_equals_the_published_networks(window):
    embedding = AisfxEmbedder.load(checkpoint_path("aisfx")).embed_windows(window)[0]
    published = torch.from_numpy(np.load(GOLDEN)["embedding"])
    assert torch.cosine_similarity(embedding, published, dim=0).item() > 0.99999
