import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from reward_models.audio import AudioBatch
from reward_models.checkpoints import CheckpointError, checkpoint_path
from reward_models.embedders.musicnn import TAG_NAMES, MusicnnEmbedder
from reward_models.embedders.registry import load_embedder
from tests.embedder_laws import obeys_the_laws

RATE = 16_000
RENDERS = Path(__file__).parents[1] / "golden" / "renders"


@pytest.fixture(scope="module")
def embedder():
    return MusicnnEmbedder.load(checkpoint_path("musicnn"))


def tone(hertz, seconds, level=0.3):
    return level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE).astype(np.float32)


def noise(seconds, seed=0, level=0.1):
    return (level * np.random.default_rng(seed).standard_normal(int(seconds * RATE))).astype(np.float32)


def test_it_obeys_the_laws_of_an_embedder(embedder):
    obeys_the_laws(embedder)


def test_silence_and_loud_tones_give_finite_unit_vectors(embedder):
    clips = [np.zeros(RATE, dtype=np.float32), np.ones(RATE, dtype=np.float32), tone(300, 1.0, level=1.0)]
    vectors = embedder.embed_audio(AudioBatch.from_arrays(clips, RATE))
    assert torch.isfinite(vectors).all()
    assert torch.allclose(vectors.norm(dim=1), torch.ones(3), atol=1e-5)


@pytest.mark.parametrize("instrument", ["guitar", "piano", "drums", "flute", "violin"])
def test_the_right_tag_comes_first_for_a_clear_instrument(embedder, instrument):
    probability = embedder.tags(AudioBatch.load([RENDERS / f"{instrument}.ogg"]))[0]
    assert TAG_NAMES[int(probability.argmax())] == instrument


def test_tags_are_probabilities_one_row_a_clip_and_the_mean_of_the_windows(embedder):
    clips = [noise(embedder.window_seconds), tone(440, embedder.window_seconds)]
    alone = embedder.tags(AudioBatch.from_arrays(clips, RATE))
    joined = embedder.tags(AudioBatch.from_arrays([np.concatenate(clips)], RATE))
    assert alone.shape == (2, len(embedder.tag_names)) == (2, 50)
    assert alone.min() >= 0
    assert alone.max() <= 1
    assert torch.allclose(joined[0], alone.mean(0), atol=1e-5)


def test_window_features_end_with_the_embedding(embedder):
    window = torch.from_numpy(noise(3.1)[: round(embedder.window_seconds * RATE)])[None]
    features = embedder.window_features(window)
    assert features.shape == (1, 1706)
    assert torch.equal(features[:, 1506:], embedder.embed_windows(window))
    assert (features[:, :753] >= features[:, 753:1506] - 1e-6).all()


def test_the_registry_knows_it_and_its_fingerprint_is_the_checkpoints(embedder):
    assert load_embedder("musicnn").fingerprint == embedder.fingerprint


def test_a_configuration_of_another_front_end_is_refused_with_the_way_to_remake_it(tmp_path):
    shutil.copytree(checkpoint_path("musicnn"), tmp_path / "musicnn")
    config = tmp_path / "musicnn" / "config.json"
    config.write_text(config.read_text().replace("16000", "22050"))
    with pytest.raises(CheckpointError, match=r"another model or front end.*convert_musicnn"):
        MusicnnEmbedder.load(tmp_path / "musicnn")
