import pytest
import torch

from reward_models import AudioBatch, load_embedder
from reward_models.checkpoints import CheckpointError
from reward_models.embedders.vggish import VggishEmbedder, VggishLogMel
from tests.embedder_laws import obeys_the_laws
from tests.tiny_audio_models import vggish_weights


@pytest.fixture(scope="module")
def embedder():
    return VggishEmbedder(vggish_weights())


def test_it_obeys_the_laws_of_an_embedder(embedder):
    obeys_the_laws(embedder, longest=2.5)


def test_a_window_is_one_picture_of_ninety_six_frames(embedder):
    size = round(embedder.window_seconds * embedder.sample_rate)
    silence = VggishLogMel()(torch.zeros(2, size))
    assert silence.shape == (2, 96, 64)
    assert torch.allclose(silence, torch.tensor(0.01).log())


def test_windows_start_every_0_96_seconds(embedder):
    clip = torch.randn(16_000 * 4).clamp(-1, 1)
    frames = embedder.frame_embeddings(AudioBatch.from_arrays([clip], 16_000)).embedding
    starts = [0, 15_360, 30_720, 46_080, 64_000 - 15_600]  # the last is aligned to the end
    expected = embedder.embed_windows(torch.stack([clip[start : start + 15_600] for start in starts]))
    torch.testing.assert_close(frames, expected, atol=1e-5, rtol=0)


def test_a_file_is_known_by_its_published_name(tmp_path):
    path = tmp_path / "vggish-10086976.pth"
    torch.save(vggish_weights(), path)
    assert load_embedder(str(path)).fingerprint == VggishEmbedder(vggish_weights()).fingerprint
    assert VggishEmbedder(vggish_weights(seed=1)).fingerprint != VggishEmbedder(vggish_weights()).fingerprint


def test_a_file_in_torchs_hub_folder_is_found_by_the_embedders_name(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    with pytest.raises(CheckpointError, match=r"weights of vggish are not here \(275 MB\).*curl .*github\.com"):
        load_embedder("vggish")
    (tmp_path / "checkpoints").mkdir()
    torch.save(vggish_weights(), tmp_path / "checkpoints" / "vggish-10086976.pth")
    assert load_embedder("vggish").dim == 12


def test_other_weights_are_refused_with_the_right_files_name():
    weights = vggish_weights()
    weights.pop("embeddings.4.bias")
    with pytest.raises(CheckpointError, match=r"no weights of VGGish .*embeddings\.4\.bias.*vggish-10086976\.pth"):
        VggishEmbedder(weights)
    with pytest.raises(CheckpointError, match="no weights of VGGish"):
        VggishEmbedder({})


def test_a_file_that_would_run_code_is_refused(tmp_path):
    class Harmful:
        def __reduce__(self):
            return print, ("run",)

    path = tmp_path / "vggish.pth"
    torch.save({"model": Harmful()}, path)
    with pytest.raises(CheckpointError, match="can't be read as tensors and plain values"):
        load_embedder(str(path))


def test_precision_is_not_the_callers_to_choose(tmp_path):
    path = tmp_path / "vggish.pth"
    torch.save(vggish_weights(), path)
    with pytest.raises(CheckpointError, match="runs in float32"):
        load_embedder(str(path), precision="bfloat16")
