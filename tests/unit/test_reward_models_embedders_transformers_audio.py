import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from reward_models import AudioBatch, load_embedder
from reward_models.checkpoints import CheckpointError
from reward_models.embedders.transformers_audio import TransformersAudioEmbedder, fixed_seconds
from tests.embedder_laws import obeys_the_laws
from tests.tiny_audio_models import WRITERS, write_ast, write_wav2vec2


@pytest.fixture(scope="module", params=sorted(WRITERS))
def embedder(request, tmp_path_factory):
    return load_embedder(str(WRITERS[request.param](tmp_path_factory.mktemp(request.param))))


def test_any_audio_model_obeys_the_laws_of_an_embedder(embedder):
    assert isinstance(embedder, TransformersAudioEmbedder)
    obeys_the_laws(embedder)


def test_a_window_is_as_long_as_the_extractors_fixed_input(embedder):
    kind = type(embedder._extractor).__name__
    expected = {"WhisperFeatureExtractor": 2.0, "ASTFeatureExtractor": 63 * 0.010 + 0.025}
    assert embedder.window_seconds == pytest.approx(expected.get(kind, 10.0))


@pytest.mark.filterwarnings("ignore:At least one mel filter")  # of AST's own settings
def test_the_published_extractors_have_the_lengths_that_the_page_states():
    from transformers import ASTFeatureExtractor, WhisperFeatureExtractor

    assert fixed_seconds(ASTFeatureExtractor()) == pytest.approx(10.255)
    assert fixed_seconds(WhisperFeatureExtractor()) == 30.0


def test_precision_and_fill_change_the_vectors_a_little_and_the_fingerprint_surely(tmp_path):
    folder = str(write_ast(tmp_path))
    plain = load_embedder(folder)
    rounded = load_embedder(folder, precision="bfloat16")
    padded = load_embedder(folder, fill="zero")
    assert len({plain.fingerprint, rounded.fingerprint, padded.fingerprint}) == 3
    audio = AudioBatch.from_arrays([0.1 * torch.randn(4_000)], 16_000)
    vectors = [own.embed_audio(audio) for own in (plain, rounded, padded)]
    assert not torch.equal(vectors[0], vectors[1])
    assert float((vectors[0] * vectors[1]).sum()) > 0.999
    assert not torch.allclose(vectors[0], vectors[2], atol=1e-3)


def test_weights_that_are_missing_are_never_drawn_by_chance(tmp_path):
    folder = write_wav2vec2(tmp_path)
    weights = load_file(folder / "model.safetensors")
    weights.pop(next(name for name in weights if "attention.q_proj.weight" in name))
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match=r"lack 1 tensors, such as .*q_proj\.weight"):
        load_embedder(str(folder))


def test_a_folder_without_its_preprocessor_is_refused_by_the_files_name(tmp_path):
    folder = write_wav2vec2(tmp_path)
    (folder / "preprocessor_config.json").unlink()
    with pytest.raises(CheckpointError, match=r"lacks preprocessor_config\.json"):
        load_embedder(str(folder))


def test_a_damaged_configuration_is_an_error_of_the_checkpoint(tmp_path):
    folder = write_wav2vec2(tmp_path)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "no-such-model"}))
    with pytest.raises(CheckpointError, match="can't be read as an audio model"):
        load_embedder(str(folder))


def test_a_hub_id_without_a_network_names_what_is_missing():
    with pytest.raises(CheckpointError, match=r"facebook/none is not here: config\.json.*hf download facebook/none"):
        load_embedder("facebook/none")
