import json

import pytest
import torch
from safetensors.torch import save_file

from reward_models import AudioBatch, load_embedder
from reward_models.checkpoints import CheckpointError
from reward_models.embedders.fidelity import DIM, FORMAT, FidelityEmbedder, FidelityNetwork, region_statistics
from tests.embedder_laws import obeys_the_laws


@pytest.fixture(scope="module")
def embedder():
    return load_embedder("fidelity")


def clips(*seconds):
    generator = torch.Generator().manual_seed(0)
    return [0.1 * torch.randn(round(32_000 * own), generator=generator) for own in seconds]


def test_it_obeys_the_laws_of_an_embedder(embedder):
    obeys_the_laws(embedder)
    assert embedder.dim == 2 * DIM


def test_level_is_not_heard_and_silence_is_finite(embedder):
    noise = clips(3.0)[0]
    vectors = embedder.embed_audio(AudioBatch.from_arrays([noise, 0.1 * noise, torch.zeros(32_000)], 32_000))
    torch.testing.assert_close(vectors[0], vectors[1], atol=1e-3, rtol=0)
    assert bool(torch.isfinite(vectors).all())


def test_statistics_are_those_of_each_region_of_frequency():
    hidden = torch.arange(2 * 3 * 10 * 4, dtype=torch.float32).reshape(2, 3, 10, 4)
    mean, spread = region_statistics(hidden)
    torch.testing.assert_close(mean[1, 5 + 2], hidden[1, 1, 4:6].mean())
    torch.testing.assert_close(spread[1, 5 + 2], hidden[1, 1, 4:6].std(correction=0))


def test_a_checkpoint_of_another_form_says_how_to_remake_it(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"format": "fidelity-0"}))
    with pytest.raises(CheckpointError, match=r"not of format 'fidelity-4': remake it with training/fit_fidelity.py"):
        FidelityEmbedder.load(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"format": FORMAT, "networks": 1}))
    weights = FidelityNetwork().state_dict()
    weights.pop("project.1.bias")
    save_file(weights, str(tmp_path / "model.safetensors"))
    with pytest.raises(CheckpointError, match=r"doesn't fit the network"):
        FidelityEmbedder.load(tmp_path)


def test_two_networks_look_at_the_same_clip_one_after_the_other(tmp_path):
    torch.manual_seed(0)
    for file in ("model.safetensors", "second.safetensors"):
        save_file(dict(FidelityNetwork().state_dict()), str(tmp_path / file))
    audio = AudioBatch.from_arrays(clips(1.0), 32_000)
    vectors = {}
    for networks in (1, 2):
        (tmp_path / "config.json").write_text(json.dumps({"format": FORMAT, "networks": networks}))
        vectors[networks] = FidelityEmbedder.load(tmp_path).embed_audio(audio)
    first = torch.nn.functional.normalize(vectors[2][:, :DIM], dim=1)
    torch.testing.assert_close(first, vectors[1])
    (tmp_path / "second.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"no second.safetensors"):
        FidelityEmbedder.load(tmp_path)
