import pytest
import torch

from reward_models import load_embedder
from reward_models.checkpoints import CheckpointError
from reward_models.embedders.pann import VARIANTS, PannEmbedder
from tests.embedder_laws import obeys_the_laws
from tests.tiny_audio_models import pann_weights

BINS = {"pann": 513, "pann-16k": 257}


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_it_obeys_the_laws_of_an_embedder(name):
    embedder = PannEmbedder(pann_weights(BINS[name]), VARIANTS[name])
    assert embedder.sample_rate == {"pann": 32_000, "pann-16k": 16_000}[name]
    obeys_the_laws(embedder)


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_a_file_is_known_by_its_published_name(name, tmp_path):
    path = tmp_path / "folder of 16k" / VARIANTS[name].published.file
    path.parent.mkdir()
    torch.save({"iteration": 600_000, "model": pann_weights(BINS[name])}, path)
    embedder = load_embedder(str(path))
    assert (embedder.name, embedder.sample_rate) == (name, VARIANTS[name].sample_rate)


def test_weights_of_the_other_rate_are_refused():
    with pytest.raises(CheckpointError, match=r"hear 257 frequencies, Cnn14_mAP.*hears 513"):
        PannEmbedder(pann_weights(257), VARIANTS["pann"])


def test_the_mel_filters_are_those_of_the_file():
    weights = pann_weights()
    other = PannEmbedder({**weights, "logmel_extractor.melW": torch.ones(513, 64)}, VARIANTS["pann"])
    plain = PannEmbedder(weights, VARIANTS["pann"])
    assert other.fingerprint != plain.fingerprint
    window = 0.1 * torch.randn(1, 320_000)
    assert not torch.allclose(other.embed_windows(window), plain.embed_windows(window))


def test_a_missing_file_says_where_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    with pytest.raises(CheckpointError, match=r"curl .*zenodo\.org/record/3987831/files/Cnn14_16k"):
        load_embedder("pann-16k")


def test_a_file_of_unknown_name_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match="none of the published files, which begin with vggish, Cnn14"):
        load_embedder(str(tmp_path / "model.pth"))
