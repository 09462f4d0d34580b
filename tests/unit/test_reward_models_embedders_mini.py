"""``mini``: front end, towers, storage and the embedder around them."""

import json
import math
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from reward_models.audio import AudioBatch
from reward_models.calibration import MatchCalibration
from reward_models.calibration_files import user_calibration_path
from reward_models.checkpoints import CheckpointError, checkpoint_path
from reward_models.embedders.mini import MiniEmbedder
from reward_models.embedders.mini.front_end import FrontEndConfig, LogMel, mel_filters
from reward_models.embedders.mini.network import AudioTower, AudioTowerConfig
from reward_models.embedders.mini.storage import TRANSFORMER, WORD_VECTORS, packed, unpacked
from tests.embedder_laws import obeys_the_laws
from training.mini.drum_patterns import GENRES, play
from training.mini.drum_synthesis import synthetic_kit
from training.mini.synthesis import dark_drone, rain, siren
from training.mini.vocabulary import NOTE_NAME

RATE = 32_000


@pytest.fixture(scope="module")
def mini() -> MiniEmbedder:
    return MiniEmbedder.load(checkpoint_path("mini"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(checkpoint_path("mini"), tmp_path / "mini"))


def tone(frequency: float, seconds: float = 5.12) -> torch.Tensor:
    time = torch.arange(round(seconds * RATE)) / RATE
    return 0.5 * torch.sin(2 * math.pi * frequency * time)


def test_silence_is_a_black_picture() -> None:
    picture = LogMel(FrontEndConfig())(torch.zeros(1, 163_840))
    assert picture.shape == (1, 64, 256)
    assert torch.equal(picture, torch.zeros_like(picture))


def test_the_level_of_a_clip_does_not_reach_the_network() -> None:
    front_end = LogMel(FrontEndConfig())
    noise = torch.randn(1, 163_840, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(front_end(0.5 * noise), front_end(0.005 * noise), atol=1e-4)


def test_every_picture_has_its_peak_at_one() -> None:
    picture = LogMel(FrontEndConfig())(torch.stack([tone(440.0), 0.01 * tone(3000.0)]))
    assert torch.equal(picture.amax((1, 2)), torch.ones(2))


@pytest.mark.parametrize("frequency", [200.0, 1000.0, 6000.0])
def test_a_tone_is_loudest_in_the_band_whose_centre_is_nearest(frequency: float) -> None:
    config = FrontEndConfig()
    low, high = (2595 * math.log10(1 + f / 700) for f in (config.f_min, config.f_max))
    centres = 700 * (10 ** (np.linspace(low, high, config.n_mels + 2)[1:-1] / 2595) - 1)
    loudest = int(LogMel(config).decibels(tone(frequency)[None])[0].mean(1).argmax())
    assert abs(loudest - int(np.abs(centres - frequency).argmin())) <= 1


def test_mel_filters_cover_every_bin_between_the_edges_once() -> None:
    config = FrontEndConfig()
    filters = mel_filters(config)
    bins = torch.linspace(0, config.sample_rate / 2, config.n_fft // 2 + 1)
    inside = (bins > 200) & (bins < 14_500)
    assert torch.allclose(filters.sum(1)[inside], torch.ones(int(inside.sum())), atol=1e-4)


def test_a_window_is_embedded_alike_alone_and_in_a_batch() -> None:
    torch.manual_seed(0)
    tower = AudioTower(AudioTowerConfig()).eval()
    pictures = torch.rand(3, 64, 256)
    with torch.no_grad():
        together, alone = tower(pictures), tower(pictures[1:2])
    assert torch.allclose(together[1:2], alone, atol=1e-5)


def test_stored_weights_come_back_within_their_precision() -> None:
    state = {
        WORD_VECTORS: torch.randn(50, 384),
        TRANSFORMER + "layers.0.linear1.weight": torch.randn(7, 128),
        "audio.output.weight": torch.randn(4, 3, 3, 3),
        "audio.norm.running_var": torch.rand(4) * 1e6,
        "audio.norm.num_batches_tracked": torch.tensor(7),
    }
    stored = packed(state)
    assert stored[WORD_VECTORS].shape == (3, 50 * 384 / 8), "three bits a weight"
    restored = unpacked(stored)
    assert restored.keys() == state.keys()
    for name, least in ((WORD_VECTORS, 0.97), (TRANSFORMER + "layers.0.linear1.weight", 0.998)):
        assert float(torch.cosine_similarity(restored[name], state[name]).min()) > least
    assert torch.allclose(restored["audio.output.weight"], state["audio.output.weight"], atol=2e-2)
    assert torch.equal(restored["audio.norm.running_var"], state["audio.norm.running_var"])


def test_storing_what_was_stored_changes_nothing() -> None:
    state = unpacked(packed({TRANSFORMER + "layers.0.linear1.weight": torch.randn(5, 192)}))
    again = unpacked(packed(state))
    assert all(torch.allclose(again[name], tensor, atol=1e-6) for name, tensor in state.items())


def test_the_shipped_checkpoint_is_small_enough_to_ship() -> None:
    size = sum(path.stat().st_size for path in checkpoint_path("mini").iterdir())
    assert size < 15e6


def test_a_text_is_embedded_alike_beside_a_longer_one(mini: MiniEmbedder) -> None:
    short, long = "rain", "a very long request about a thunderstorm " * 4
    together = mini.embed_text([short, long])
    assert torch.allclose(together[:1], mini.embed_text([short]), atol=1e-5)
    assert torch.allclose(together.norm(dim=1), torch.ones(2), atol=1e-5)


def test_words_past_the_limit_are_not_read(mini: MiniEmbedder) -> None:
    text = " ".join(["rain"] * 60)
    assert torch.equal(mini.embed_text([text]), mini.embed_text([text + " trumpet solo"]))


@pytest.mark.parametrize("text", ["", " ", "ぎゃあ 🎵", "128 BPM", "é"])
def test_unusual_texts_give_finite_vectors(mini: MiniEmbedder, text: str) -> None:
    assert torch.isfinite(mini.embed_text([text])).all()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("electric bass A#1", "electric bass note"),
        ("harp in c♯4", "harp in note"),
        ("Bb3 trumpet", "note trumpet"),
        ("piano E2 and G4, soft", "piano note and note, soft"),
        ("cello note C2", "cello note"),
        ("a flute note G5 held", "a flute note held"),
    ],
)
def test_the_name_of_a_note_is_read_as_the_word_note(mini: MiniEmbedder, text: str, read: str) -> None:
    assert torch.equal(mini.embed_text([text]), mini.embed_text([read]))


@pytest.mark.parametrize(
    "texts",
    [
        ("F1", "an F1 car passing", "the roar of F1", "A4 paper rustling", "a sheet of A4", "C4 explosion"),
        ("B2 bomber", "F16", "R2D2 beeps", "Boeing B747", "e2"),
        ("key of A", "C# minor arpeggio", "C# 4", "G7 chord on a guitar"),
    ],
)
def test_what_only_looks_like_a_note_is_left_alone(mini: MiniEmbedder, texts: tuple[str, ...]) -> None:
    assert not any("note" in mini.network.text.tokenizer.encode(text).tokens for text in texts)


def test_training_builds_the_normaliser_that_ships(mini: MiniEmbedder) -> None:
    shipped = json.loads((checkpoint_path("mini") / "tokenizer.json").read_text(encoding="utf-8"))["normalizer"]
    assert shipped["normalizers"][0] == {"type": "Replace", "pattern": {"Regex": NOTE_NAME}, "content": "note"}
    assert shipped["normalizers"][1]["type"] == "BertNormalizer"


def test_it_obeys_the_laws_of_an_embedder(mini: MiniEmbedder) -> None:
    obeys_the_laws(mini)


def test_no_texts_give_no_vectors_and_a_single_string_is_refused(mini: MiniEmbedder) -> None:
    assert mini.embed_text([]).shape == (0, mini.dim)
    with pytest.raises(ValueError, match=r"list of texts, got the string 'rain'"):
        mini.embed_text("rain")


def test_silence_after_a_short_clip_does_not_count(mini: MiniEmbedder) -> None:
    hit = tone(800.0, 0.3)
    padded = torch.nn.functional.pad(hit, (0, RATE))
    vectors = mini.embed_audio(AudioBatch.from_arrays([hit, padded], RATE))
    assert float(vectors[0] @ vectors[1]) > 0.9999


def test_right_requests_beat_wrong_ones_on_synthesised_sounds(mini: MiniEmbedder) -> None:
    kit = synthetic_kit(np.random.default_rng(5))
    loop = play(GENRES["techno"], kit, 130.0, 5.0, random.Random(5))
    sounds = [maker(np.random.default_rng(99)) for maker in (rain, siren, dark_drone)]
    clips = [np.asarray(0.5 * sound / np.abs(sound).max(), dtype=np.float32) for sound in [*sounds, loop]]
    requests = ["rain on a window", "a wailing siren", "a dark ambient drone", "a techno drum loop, punchy kick"]
    cosine = mini.embed_audio(AudioBatch.from_arrays(clips, RATE)) @ mini.embed_text(requests).T
    assert cosine.argmax(1).tolist() == [0, 1, 2, 3]


def test_quality_features_describe_each_window(mini: MiniEmbedder) -> None:
    features = mini.quality_features(torch.stack([tone(300.0), torch.zeros(163_840)]))
    assert features.shape == (2, 192)
    assert torch.isfinite(features).all()
    assert not torch.equal(features[0], features[1])


def test_a_missing_tokenizer_is_named(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    with pytest.raises(CheckpointError, match=r"has no tokenizer\.json"):
        MiniEmbedder.load(folder)


@pytest.mark.parametrize("damage", ["", "{}", '{"version": "1.0", "added_to'])
def test_a_damaged_tokenizer_is_named(folder: Path, damage: str) -> None:
    (folder / "tokenizer.json").write_text(damage)
    with pytest.raises(CheckpointError, match=r"tokenizer\.json is no tokenizer .*: restore the checkpoint"):
        MiniEmbedder.load(folder)


def test_a_tokenizer_of_another_vocabulary_is_refused(folder: Path) -> None:
    words = {"[PAD]": 0, "[UNK]": 1, "rain": 99_999}
    model = {"type": "WordLevel", "vocab": words, "unk_token": "[UNK]"}
    (folder / "tokenizer.json").write_text(json.dumps({"version": "1.0", "model": model}))
    with pytest.raises(CheckpointError, match=r"has 3 word pieces, the text tower knows 27577"):
        MiniEmbedder.load(folder)


def test_another_format_names_the_script_that_makes_a_new_one(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "format": 99}))
    with pytest.raises(CheckpointError, match=r"format 99; expected 'mini', format 2.*fit_mini"):
        MiniEmbedder.load(folder)


def test_an_unknown_setting_is_refused(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["audio_tower"]["colour"] = 3
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="'audio_tower' must be an object with keys among"):
        MiniEmbedder.load(folder)


def test_weights_of_another_shape_are_refused(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["audio_tower"]["width"] = 128
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match=r"model\.safetensors doesn't fit its config\.json"):
        MiniEmbedder.load(folder)


def test_a_calibration_of_other_weights_is_not_used(folder: Path) -> None:
    assert MiniEmbedder.load(folder).calibration is not None
    calibration = json.loads((folder / "calibration.json").read_text())
    (folder / "calibration.json").write_text(json.dumps({**calibration, "fingerprint": "0" * 16}))
    assert MiniEmbedder.load(folder).calibration is None


def test_a_calibration_of_the_users_own_is_used(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOFORGE_CACHE", str(tmp_path / "cache"))
    (folder / "calibration.json").unlink()
    fingerprint = MiniEmbedder.load(folder).fingerprint
    own = MatchCalibration(9.0, -3.0, fingerprint, "v1", "my clips", 0.02, 100)
    user_calibration_path(fingerprint).parent.mkdir(parents=True)
    own.save(user_calibration_path(fingerprint))
    assert MiniEmbedder.load(folder).calibration == own


def test_the_shipped_calibration_belongs_to_the_shipped_weights(mini: MiniEmbedder) -> None:
    calibration = mini.calibration
    assert calibration is not None
    assert calibration.fingerprint == mini.fingerprint
    low, high = calibration.probability(torch.tensor([-0.2, 0.7])).tolist()
    assert low < 0.2 < 0.8 < high
