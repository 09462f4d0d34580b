import shutil

import numpy as np
import pytest
import torch

from reward_models.audio import AudioBatch
from reward_models.checkpoints import CheckpointError, checkpoint_path
from reward_models.embedders.aisfx import AisfxEmbedder
from reward_models.embedders.registry import load_embedder
from tests.embedder_laws import obeys_the_laws

RATE = 44_100


@pytest.fixture(scope="module")
def embedder():
    return AisfxEmbedder.load(checkpoint_path("aisfx"))


def tone(hertz, seconds, level=0.3):
    return level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE).astype(np.float32)


def noise(seconds, seed=0, level=0.1):
    return (level * np.random.default_rng(seed).standard_normal(int(seconds * RATE))).astype(np.float32)


def test_it_obeys_the_laws_of_an_embedder(embedder):
    obeys_the_laws(embedder)


def test_silence_and_full_scale_give_finite_unit_vectors(embedder):
    clips = [np.zeros(RATE, dtype=np.float32), np.ones(RATE, dtype=np.float32), tone(1000, 1.0, level=1.0)]
    vectors = embedder.embed_audio(AudioBatch.from_arrays(clips, RATE))
    assert torch.isfinite(vectors).all()
    assert torch.allclose(vectors.norm(dim=1), torch.ones(3), atol=1e-5)


def test_two_takes_of_noise_are_closer_than_noise_and_a_tone(embedder):
    vectors = embedder.embed_audio(AudioBatch.from_arrays([noise(3.0), noise(3.0, seed=1), tone(440, 3.0)], RATE))
    similarity = vectors @ vectors.T
    assert similarity[0, 1] > 0.95 > similarity[0, 2]


def test_other_rates_and_stereo_are_accepted(embedder):
    stereo = AudioBatch.from_arrays([np.stack([tone(440, 3.0), tone(440, 3.0)])], RATE)
    resampled = stereo.resample(48_000)
    assert torch.cosine_similarity(embedder.embed_audio(stereo), embedder.embed_audio(resampled)).item() > 0.999


def test_window_features_begin_with_the_embedding(embedder):
    window = torch.from_numpy(noise(2.5)[: round(embedder.window_seconds * RATE)])[None]
    features = embedder.window_features(window)
    assert features.shape == (1, 1536)
    assert torch.equal(features[:, :512], embedder.embed_windows(window))
    assert (features[:, :512] >= features[:, 512:1024]).all()


def test_the_registry_knows_it_and_its_fingerprint_is_the_checkpoints(embedder):
    assert load_embedder("aisfx").fingerprint == embedder.fingerprint


def test_a_configuration_of_another_front_end_is_refused_with_the_way_to_remake_it(tmp_path):
    shutil.copytree(checkpoint_path("aisfx"), tmp_path / "aisfx")
    config = tmp_path / "aisfx" / "config.json"
    config.write_text(config.read_text().replace("44100", "48000"))
    with pytest.raises(CheckpointError, match=r"another model or front end.*convert_aisfx"):
        AisfxEmbedder.load(tmp_path / "aisfx")
