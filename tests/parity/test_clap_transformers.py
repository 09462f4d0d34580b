"""Vectors against transformers' own processor and model on equal weights, where those are deterministic."""

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, ClapConfig, ClapFeatureExtractor, ClapModel

from reward_models import AudioBatch
from reward_models.embedders.clap import ClapEmbedder
from reward_models.embedders.clap.front_end import read_front_end_config
from reward_models.embedders.clap.parts import ClapParts
from reward_models.embedders.clap.transformers_checkpoint import read_tokenizer
from tests.tiny_clap import (
    CAPTIONS,
    UNFUSED_PREPROCESSOR,
    random_clap,
    write_checkpoint,
    write_preprocessor,
    write_tokenizer,
)

RATE = 48_000


def clips(*seconds: float) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [0.1 * torch.randn(int(RATE * each), generator=generator) for each in seconds]


def unit(output) -> torch.Tensor:
    """transformers 5 returns an output object, 4 a tensor."""
    tensor = output if isinstance(output, torch.Tensor) else output.pooler_output
    return torch.nn.functional.normalize(tensor, dim=1)


@torch.no_grad()
def transformers_audio(model, fields, audio, *, is_longer=None) -> torch.Tensor:
    extractor = ClapFeatureExtractor(**fields)
    arrays = [each.numpy() for each in audio]
    features = extractor(arrays, sampling_rate=RATE, padding="repeatpad")["input_features"]
    return unit(
        model.get_audio_features(input_features=torch.from_numpy(np.stack(features)).float(), is_longer=is_longer)
    )


@pytest.fixture(scope="module", params=[False, True], ids=["unfused", "fused"])
def pair(request, tmp_path_factory):
    folder = write_checkpoint(tmp_path_factory.mktemp("clap"), fused=request.param)
    return folder, ClapEmbedder.load(str(folder), fill="repeatpad"), ClapModel.from_pretrained(str(folder)).eval()


def test_audio_vectors_are_those_of_transformers(pair):
    folder, embedder, model = pair
    audio = clips(0.7, 4.9, 5.1, 10.0)
    fields = ClapFeatureExtractor.from_pretrained(str(folder)).to_dict()
    # The extractor marks one clip of a fused batch as longer, by chance: none is.
    expected = transformers_audio(model, fields, audio, is_longer=torch.zeros(4, 1, dtype=torch.bool))
    cosine = torch.cosine_similarity(embedder.embed_audio(AudioBatch.from_arrays(audio, RATE)), expected)
    assert float(cosine.min()) > 0.9999


@torch.no_grad()
def test_text_vectors_are_those_of_transformers(pair):
    folder, embedder, model = pair
    tokens = AutoTokenizer.from_pretrained(str(folder))(list(CAPTIONS), padding=True, return_tensors="pt")
    cosine = torch.cosine_similarity(embedder.embed_text(list(CAPTIONS)), unit(model.get_text_features(**tokens)))
    assert float(cosine.min()) > 0.9999


def test_transformers_crops_a_long_clip_by_chance(pair):
    """Why windows are cut here: the same clip has another vector at every call."""
    folder, _, model = pair
    fields = ClapFeatureExtractor.from_pretrained(str(folder)).to_dict()
    ramp = torch.linspace(0, 1, 30 * RATE) * clips(30.0)[0]
    longer = torch.ones(1, 1, dtype=torch.bool)
    first, second = (transformers_audio(model, fields, [ramp], is_longer=longer) for _ in range(2))
    assert not torch.equal(first, second)


HTSAT_BASE = {
    "patch_embeds_hidden_size": 128,
    "hidden_size": 1024,
    "depths": [2, 2, 12, 2],
    "num_attention_heads": [4, 8, 16, 32],
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", [{}, HTSAT_BASE], ids=["clap-htsat-unfused", "larger_clap"])
def test_vectors_are_those_of_transformers_in_the_real_shape(shape, tmp_path):
    vocabulary = write_tokenizer(tmp_path)
    write_preprocessor(tmp_path, UNFUSED_PREPROCESSOR)
    model = random_clap(ClapConfig(audio_config=shape, text_config={"vocab_size": vocabulary, "num_hidden_layers": 2}))
    parts = ClapParts(model, read_tokenizer(tmp_path), read_front_end_config(tmp_path), tmp_path)
    audio = clips(3.0, 10.0)
    embedder = ClapEmbedder("real shape", parts, fill="repeatpad")
    vectors = embedder.embed_audio(AudioBatch.from_arrays(audio, RATE))
    expected = transformers_audio(model, UNFUSED_PREPROCESSOR, audio)
    assert vectors.shape == (2, 512)
    assert float(torch.cosine_similarity(vectors, expected).min()) > 0.9999
