import json
from pathlib import Path

import pytest

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


def test_too_few_clips_are_refused(tmp_path: Path):
    with pytest.raises(DataError, match="at least 20 clips of 4 labels: got 8 clips"):
        calibrate(LoudnessEmbedder(), read_captioned_clips(manifest(tmp_path, 8)), data="tones")


@pytest.mark.parametrize(
    ("content", "match"),
    [("{}", "holds a dict"), ("[3]", "entry 0 must be an object"), ("[", "can't be read as a JSON list")],
)
def test_a_wrong_manifest_is_named_with_its_entry(tmp_path: Path, content, match):
    (tmp_path / "clips.json").write_text(content)
    with pytest.raises(DataError, match=match):
        read_captioned_clips(tmp_path / "clips.json")
