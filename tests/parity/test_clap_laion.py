"""Vectors against the laion-clap package on equal random weights, minus what it does by chance or by rounding.

Left out of the comparison: its random crop of clips over 10 s, and the int16 step of its numpy and file paths, which
the tensor path doesn't take (one test shows that it is the whole difference).
"""

import numpy as np
import pytest
import torch

from benchmarks.clap_pipelines import build_laion, laion_clap_is_installed, load_laion, save_laion
from reward_models import AudioBatch
from reward_models.embedders.clap import ClapEmbedder
from reward_models.embedders.clap.laion_checkpoint import read_laion_checkpoint
from reward_models.embedders.clap.transformers_checkpoint import read_tokenizer
from tests.tiny_clap import CAPTIONS, draw_weights, write_tokenizer

pytestmark = [
    pytest.mark.peers,
    pytest.mark.filterwarnings("ignore"),  # the package's imports are full of deprecations
    pytest.mark.skipif(not laion_clap_is_installed(), reason="laion-clap is not installed"),
]

RATE = 48_000


@pytest.fixture(
    scope="module",
    params=[("HTSAT-tiny", False), ("HTSAT-base", False), ("HTSAT-tiny", True)],
    ids=["tiny", "base", "tiny-fused"],
)
def pair(request, tmp_path_factory):
    """The package's module and this project's embedder of one checkpoint file."""
    audio_model, fused = request.param
    folder = tmp_path_factory.mktemp("laion")
    write_tokenizer(folder)
    tokenizer = read_tokenizer(folder)
    source = build_laion(tokenizer, audio_model, fused=fused)
    draw_weights(source.model, source.model.audio_branch.bn0)
    path = folder / "clap.pt"
    save_laion(source, path)
    theirs = build_laion(tokenizer, audio_model, fused=fused)
    load_laion(theirs, path)
    return theirs, ClapEmbedder(str(path), read_laion_checkpoint(str(path)), fill="repeatpad")


def clips(*seconds: float) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [0.1 * torch.randn(int(RATE * each), generator=generator) for each in seconds]


@torch.no_grad()
def test_audio_vectors_are_those_of_laion_clap(pair):
    theirs, ours = pair
    audio = clips(0.7, 5.1, 10.0)
    expected = theirs.get_audio_embedding_from_data(audio, use_tensor=True)
    cosine = torch.cosine_similarity(ours.embed_audio(AudioBatch.from_arrays(audio, RATE)), expected)
    assert float(cosine.min()) > 0.9999


@torch.no_grad()
def test_the_numpy_path_differs_by_its_int16_step_alone(pair):
    theirs, ours = pair
    (clip,) = clips(1.0)
    expected = torch.from_numpy(theirs.get_audio_embedding_from_data([clip.numpy()]))
    stepped = (clip.clamp(-1, 1) * 32767).to(torch.int16).float() / 32767
    cosine = torch.cosine_similarity(ours.embed_audio(AudioBatch.from_arrays([stepped], RATE)), expected)
    assert float(cosine.min()) > 0.9999


@torch.no_grad()
def test_text_vectors_are_those_of_laion_clap(pair):
    theirs, ours = pair
    expected = torch.from_numpy(theirs.get_text_embedding(list(CAPTIONS)))
    cosine = torch.cosine_similarity(ours.embed_text(list(CAPTIONS)), expected)
    assert float(cosine.min()) > 0.9999


@torch.no_grad()
def test_laion_clap_crops_a_long_clip_by_chance_and_windows_do_not(pair):
    theirs, ours = pair
    ramp = torch.linspace(0, 1, 30 * RATE) * clips(30.0)[0]
    np.random.seed(0)  # noqa: NPY002 -- the package draws from numpy's global state
    first, second = (theirs.get_audio_embedding_from_data([ramp], use_tensor=True) for _ in range(2))
    assert not torch.equal(first, second)
    batch = AudioBatch.from_arrays([ramp], RATE)
    assert torch.equal(ours.embed_audio(batch), ours.embed_audio(batch))
