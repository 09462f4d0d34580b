import json
from pathlib import Path

import pytest
import torch

from audioforge.data_files import DataError
from audioforge.scoring.calibrating import calibrate, read_captioned_clips
from reward_models.audio import AudioBatch
from tests.stand_ins import LoudnessEmbedder, tone


def manifest(folder: Path, count: int = 24) -> Path:
    rows = []
    for index in range(count):
        loud = index % 2 == 1
        name = f"{index}.wav"
        AudioBatch.from_arrays([tone(0.9 if loud else 0.02)], 16_000).save([folder / name])
        caption = "loud" if loud else "quiet"
        rows.append({"file": name, "caption": caption, "label": f"{caption} {index % 6}", "category": caption})
    (folder / "clips.json").write_text(json.dumps(rows))
    return folder / "clips.json"


def test_captions_that_fit_become_more_probable_than_others(tmp_path: Path):
    embedder = LoudnessEmbedder()
    fitted = calibrate(embedder, read_captioned_clips(manifest(tmp_path)), data="tones")
    assert fitted.slope > 0
    assert (fitted.fingerprint, fitted.data, fitted.pairs) == ("loudness-1", "tones", 96)


def test_a_file_of_a_low_rate_changes_nothing_for_the_files_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    clips = read_captioned_clips(manifest(tmp_path))
    high = 0.9 * torch.sin(2 * torch.pi * 2_000 / 16_000 * torch.arange(8_000))
    AudioBatch.from_arrays([high], 16_000).save([clips[1].path])
    alone = LoudnessEmbedder().embed_audio(AudioBatch.load([clips[1].path]))
    AudioBatch.load([clips[0].path]).resample(1_000).save([clips[0].path])
    heard: list[torch.Tensor] = []
    own = LoudnessEmbedder.embed_audio
    monkeypatch.setattr(
        LoudnessEmbedder, "embed_audio", lambda self, audio: heard.append(own(self, audio)) or heard[-1]
    )
    calibrate(LoudnessEmbedder(), clips, data="tones")
    torch.testing.assert_close(heard[0][1], alone[0])


def test_a_table_of_clips_may_be_csv(tmp_path: Path):
    (tmp_path / "clips.csv").write_text("file,caption,label\na.wav,a kick,\n")
    (clip,) = read_captioned_clips(tmp_path / "clips.csv")
    assert (clip.path, clip.caption, clip.label, clip.category) == (tmp_path / "a.wav", "a kick", "a kick", "")


def test_too_few_clips_are_refused(tmp_path: Path):
    with pytest.raises(DataError, match="at least 20 clips of 4 labels: got 8 clips"):
        calibrate(LoudnessEmbedder(), read_captioned_clips(manifest(tmp_path, 8)), data="tones")


@pytest.mark.parametrize(
    ("content", "match"),
    [("{}", "expected a list of objects"), ('[{"file": "a.wav"}]', "entry 0 must have"), ("[", "is no JSON")],
)
def test_a_wrong_manifest_is_named_with_its_entry(tmp_path: Path, content, match):
    (tmp_path / "clips.json").write_text(content)
    with pytest.raises(DataError, match=match):
        read_captioned_clips(tmp_path / "clips.json")
