"""VGGish and PANN against the code that frechet-audio-distance runs, on equal random weights.

The package's constructor downloads, so its ``get_embeddings`` runs on an instance made without it. VGGish's own code
comes from torch's hub there; here from torchvggish, which holds the same files.
"""

import importlib.util
import sys
import types

import numpy as np
import pytest
import torch

from reward_models.embedders.pann import VARIANTS, PannEmbedder
from reward_models.embedders.vggish import VggishEmbedder, VggishLogMel
from tests.tiny_audio_models import vggish_weights

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]


def _needs(package):
    return pytest.mark.skipif(importlib.util.find_spec(package) is None, reason=f"{package} is not installed")


def _window(seconds, rate, seed=0):
    generator = torch.Generator().manual_seed(seed)
    time = torch.arange(round(seconds * rate)) / rate
    return 0.1 * torch.randn(len(time), generator=generator) + 0.4 * torch.sin(2 * torch.pi * 330 * time)


@_needs("torchvggish")
def test_vggishs_pictures_are_those_of_the_published_code():
    from torchvggish.vggish_input import waveform_to_examples

    windows = torch.stack([_window(0.975, 16_000), torch.zeros(15_600), 0.9 * torch.ones(15_600)])
    ours = VggishLogMel()(windows)
    theirs = torch.cat([waveform_to_examples(own.numpy().astype(np.float64), 16_000) for own in windows])[:, 0]
    assert torch.allclose(ours, theirs, atol=1e-4)


@_needs("torchvggish")
def test_vggishs_vectors_are_those_of_the_published_code():
    from torch import nn
    from torchvggish.torchvggish import _vgg

    weights = vggish_weights((64, 128, 256, 256, 512, 512), hidden=4096, dim=128)
    theirs = _vgg(postprocess=False).eval()
    theirs.load_state_dict(weights)
    # As the package does with use_activation=False.
    theirs.embeddings = nn.Sequential(*list(theirs.embeddings.children())[:-1])
    embedder = VggishEmbedder(weights)
    window = _window(0.975, 16_000)[None]
    picture = VggishLogMel()(window)
    with torch.no_grad():
        expected = theirs(picture[:, None])
    assert float(expected.abs().max()) > 0.1
    assert torch.allclose(embedder.embed_windows(window), expected, atol=1e-4)


@pytest.fixture(scope="module")
def package():
    if importlib.util.find_spec("frechet_audio_distance") is None:
        pytest.skip("frechet-audio-distance is not installed")
    with pytest.MonkeyPatch.context() as patch:
        # Imported by the package for its CLAP alone, and asks the hub while it is.
        patch.setitem(sys.modules, "laion_clap", types.ModuleType("laion_clap"))
        return importlib.import_module("frechet_audio_distance.fad")


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_panns_vectors_are_those_of_the_package(package, name):
    variant = VARIANTS[name]
    network = {"pann": package.Cnn14, "pann-16k": package.Cnn14_16k}[name]
    torch.manual_seed(0)
    model = network(variant.sample_rate, variant.n_fft, variant.hop_length, 64, 50, variant.sample_rate // 2, 527)
    model.bn0.running_mean.fill_(-40.0)
    model.bn0.running_var.fill_(300.0)
    theirs = package.FrechetAudioDistance.__new__(package.FrechetAudioDistance)
    theirs.model, theirs.model_name, theirs.verbose = model.eval(), "pann", False
    theirs.device = torch.device("cpu")
    window = _window(10.0, variant.sample_rate)
    expected = torch.from_numpy(theirs.get_embeddings([window.numpy()], variant.sample_rate))
    ours = PannEmbedder(model.state_dict(), variant).embed_windows(window[None])[0]
    assert ours.shape == expected.shape == (2048,)
    assert float(expected.abs().max()) > 1e-3
    assert torch.cosine_similarity(ours, expected, dim=0) > 0.99999
    assert torch.allclose(ours, expected, atol=1e-3 * float(expected.abs().max()))
