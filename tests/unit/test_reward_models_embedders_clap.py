import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from reward_models import AudioBatch, load_embedder
from reward_models.audio import AudioError
from reward_models.calibration import MatchCalibration
from reward_models.calibration_files import user_calibration_path
from reward_models.checkpoints import CheckpointError
from reward_models.embedders.clap import ClapEmbedder
from tests.embedder_laws import obeys_the_laws
from tests.tiny_clap import CAPTIONS, FUSED_PREPROCESSOR, UNFUSED_PREPROCESSOR, write_checkpoint, write_preprocessor

RATE = 48_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp("clap"))


@pytest.fixture(scope="module")
def embedder(folder):
    return ClapEmbedder.load(str(folder))


@pytest.fixture(scope="module")
def fused(tmp_path_factory):
    return ClapEmbedder.load(str(write_checkpoint(tmp_path_factory.mktemp("fused"), fused=True)))


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOFORGE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def copy(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "copy")


def noise(*seconds: float, seed: int = 0) -> AudioBatch:
    generator = torch.Generator().manual_seed(seed)
    return AudioBatch.from_arrays([0.1 * torch.randn(int(RATE * each), generator=generator) for each in seconds], RATE)


def test_it_says_what_it_hears(embedder, folder):
    assert (embedder.name, embedder.sample_rate, embedder.window_seconds) == (str(folder), 48_000, 10.0)
    assert (embedder.dim, embedder.fill, embedder.hop_seconds) == (32, "repeat", None)


def test_its_logit_scale_is_the_models_own(copy):
    weights = load_file(copy / "model.safetensors")
    weights["logit_scale_a"] = torch.tensor(3.0)
    save_file(weights, copy / "model.safetensors", {"format": "pt"})
    assert ClapEmbedder.load(str(copy)).logit_scale == pytest.approx(20.0855, abs=1e-3)


def test_audio_and_text_are_unit_vectors_of_one_space(embedder):
    audio, text = embedder.embed_audio(noise(0.5, 1.0)), embedder.embed_text(list(CAPTIONS))
    assert audio.shape == (2, 32)
    assert text.shape == (len(CAPTIONS), 32)
    assert torch.allclose(torch.cat([audio, text]).norm(dim=1), torch.ones(2 + len(CAPTIONS)), atol=1e-5)


def test_the_registry_loads_a_folder_by_its_model_type(embedder, folder):
    loaded = load_embedder(str(folder))
    assert isinstance(loaded, ClapEmbedder)
    assert loaded.fingerprint == embedder.fingerprint


def test_two_calls_give_the_same_vector_of_a_long_clip(embedder):
    clip = noise(12.5)
    assert torch.equal(embedder.embed_audio(clip), embedder.embed_audio(clip))


def test_a_long_clip_is_the_mean_of_its_windows_before_normalising(embedder):
    clip = noise(12.0)
    samples = clip.waveform[0, 0]
    with torch.no_grad():
        windows = embedder.embed_windows(torch.stack([samples[: 10 * RATE], samples[-10 * RATE :]]))
    expected = torch.nn.functional.normalize(windows.mean(0), dim=0)
    assert torch.allclose(embedder.embed_audio(clip)[0], expected, atol=1e-5)


def test_it_obeys_the_laws_of_an_embedder(embedder):
    obeys_the_laws(embedder)


def test_a_fused_checkpoint_does_not_look_at_the_neighbours(fused):
    clips = noise(0.5, 1.0, 2.0, 12.0)
    together = fused.embed_audio(clips)
    alone = torch.cat([fused.embed_audio(clips.select([index])) for index in range(4)])
    assert torch.allclose(together, alone, atol=1e-5)
    assert torch.equal(together, fused.embed_audio(clips))


def test_an_empty_clip_is_an_error_that_names_it(embedder):
    with pytest.raises(AudioError, match="clip 0 has no samples"):
        embedder.embed_audio(AudioBatch.from_arrays([torch.zeros(0)], RATE))


def test_no_texts_are_no_vectors(embedder):
    assert embedder.embed_text([]).shape == (0, 32)


def test_a_single_string_is_refused(embedder):
    with pytest.raises(ValueError, match=r"list of texts, got the string 'rain'"):
        embedder.embed_text("rain")


def test_gradients_reach_the_samples(embedder):
    windows = (0.1 * torch.randn(1, 10 * RATE)).requires_grad_()
    embedder.embed_windows(windows).sum().backward()
    assert float(windows.grad.abs().sum()) > 0


def test_bfloat16_stays_near_float32_with_the_mel_batch_norm_in_float32(folder, embedder):
    rounded = ClapEmbedder.load(str(folder), precision="bfloat16")
    encoder = rounded.audio_tower.model.audio_encoder
    assert encoder.batch_norm.weight.dtype == encoder.batch_norm.running_var.dtype == torch.float32
    assert encoder.patch_embed.proj.weight.dtype == torch.bfloat16
    clips = noise(0.5, 2.0)
    cosine = torch.cosine_similarity(rounded.embed_audio(clips), embedder.embed_audio(clips))
    assert float(cosine.min()) > 0.999
    assert torch.equal(rounded.embed_text(["rain"]), embedder.embed_text(["rain"]))


def test_the_fingerprint_covers_weights_fill_and_precision(folder, embedder, copy):
    weights = load_file(str(copy / "model.safetensors"))
    weights["audio_projection.linear2.bias"][0] += 1e-3
    save_file(weights, str(copy / "model.safetensors"), metadata={"format": "pt"})
    others = [
        ClapEmbedder.load(str(copy)),
        ClapEmbedder.load(str(folder), fill="repeatpad"),
        ClapEmbedder.load(str(folder), precision="bfloat16"),
    ]
    assert len({embedder.fingerprint, *(each.fingerprint for each in others)}) == 4


def test_the_fingerprint_does_not_depend_on_how_the_weights_are_stored(copy, embedder):
    torch.save(load_file(str(copy / "model.safetensors")), copy / "pytorch_model.bin")
    (copy / "model.safetensors").unlink()
    assert ClapEmbedder.load(str(copy)).fingerprint == embedder.fingerprint


def test_a_checkpoint_with_a_collapsed_text_tower_does_not_load(copy):
    weights = load_file(str(copy / "model.safetensors"))
    weights["text_projection.linear2.weight"] *= 1e-3
    save_file(weights, str(copy / "model.safetensors"), metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match=r"text tower of .*copy is collapsed"):
        ClapEmbedder.load(str(copy))


def test_missing_weights_are_refused_and_not_drawn_at_random(copy):
    weights = load_file(str(copy / "model.safetensors"))
    del weights["audio_projection.linear1.weight"]
    save_file(weights, str(copy / "model.safetensors"), metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match=r"lack 1 tensors, such as audio_projection\.linear1\.weight"):
        ClapEmbedder.load(str(copy))


def test_damaged_weights_are_refused(copy):
    (copy / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(CheckpointError, match=r"can't be read.*'mini'"):
        ClapEmbedder.load(str(copy))


def test_class_defaults_saved_as_a_preprocessor_file_are_refused(copy):
    write_preprocessor(copy, FUSED_PREPROCESSOR)
    with pytest.raises(CheckpointError, match=r"truncation='fusion' but the model has enable_fusion=False"):
        ClapEmbedder.load(str(copy))


def test_a_preprocessor_file_of_another_model_is_refused(copy):
    write_preprocessor(copy, UNFUSED_PREPROCESSOR | {"feature_size": 128})
    with pytest.raises(CheckpointError, match="has 128 mel bands, the model hears 64"):
        ClapEmbedder.load(str(copy))


def test_a_fusion_that_transformers_cannot_run_is_refused(tmp_path):
    folder = write_checkpoint(tmp_path / "fused", fused=True)
    config = json.loads((folder / "config.json").read_text())
    config["audio_config"]["fusion_type"] = "channel_map"
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match=r"channel_map|can't be read"):
        ClapEmbedder.load(str(folder))


def test_it_has_no_calibration_of_its_own(embedder):
    assert embedder.calibration is None


def calibration(fingerprint: str) -> MatchCalibration:
    return MatchCalibration(10.0, -3.0, fingerprint, "v1", "held-out pairs", 0.01, 100)


def test_a_calibration_beside_the_checkpoint_is_used(copy, embedder):
    calibration(embedder.fingerprint).save(copy / "calibration.json")
    assert ClapEmbedder.load(str(copy)).calibration == calibration(embedder.fingerprint)


def test_a_calibration_of_another_fingerprint_is_not_used(copy, embedder):
    calibration(embedder.fingerprint).save(copy / "calibration.json")
    assert ClapEmbedder.load(str(copy), fill="repeatpad").calibration is None


def test_a_calibration_in_the_users_cache_is_used(folder, embedder):
    path = user_calibration_path(embedder.fingerprint)
    path.parent.mkdir(parents=True)
    calibration(embedder.fingerprint).save(path)
    assert ClapEmbedder.load(str(folder)).calibration == calibration(embedder.fingerprint)
