import copy
import json

import pytest
import soundfile

from audioforge.data_files import DataError
from audioforge.reference_clips import ORIGINS, load_reference_clips
from audioforge.targets import CATEGORIES

CLIPS = load_reference_clips()
FREE = {"CC0-1.0", "CC-BY-3.0", "MIT", "public-domain"}


@pytest.fixture
def folder(tmp_path):
    """A folder with two clips of one group."""
    rows = []
    for clip in CLIPS[:2]:
        (tmp_path / clip.file).parent.mkdir(exist_ok=True)
        (tmp_path / clip.file).write_bytes(clip.path.read_bytes())
        rows.append({name: getattr(clip, name) for name in clip.__dataclass_fields__ if name != "path"})
    rows[0]["group"] = rows[1]["group"] = "one"
    rows[0]["split"] = rows[1]["split"] = "reference"

    def write(change=lambda rows: None):
        changed = copy.deepcopy(rows)
        change(changed)
        (tmp_path / "manifest.json").write_text(json.dumps(changed))
        return tmp_path

    return write


def test_each_category_has_forty_clips_and_real_recordings():
    for category in CATEGORIES:
        clips = [clip for clip in CLIPS if clip.category == category]
        assert len(clips) >= 40
        assert any(clip.origin == "recording" for clip in clips)
        assert {clip.origin for clip in CLIPS} == set(ORIGINS)


def test_about_thirty_percent_of_each_category_calibrate():
    for category in CATEGORIES:
        calibration = load_reference_clips(category=category, split="calibration")
        reference = load_reference_clips(category=category, split="reference")
        assert 0.25 < len(calibration) / (len(calibration) + len(reference)) < 0.35


def test_no_category_consists_of_few_labels():
    for category in CATEGORIES:
        assert len({clip.label for clip in CLIPS if clip.category == category}) >= 40


def test_every_licence_allows_redistribution_and_every_clip_has_its_author():
    assert {clip.licence for clip in CLIPS} <= FREE
    assert all(clip.author != "unknown" for clip in CLIPS)


def test_every_file_is_listed_and_as_listed():
    load_reference_clips(verify=True)
    root = CLIPS[0].path.parents[1]
    assert {str(path.relative_to(root)) for path in root.rglob("*.ogg")} == {clip.file for clip in CLIPS}


def test_lengths_are_those_of_the_files():
    for clip in CLIPS[::10]:
        info = soundfile.info(clip.path)
        assert info.samplerate == 44_100
        assert info.duration == pytest.approx(clip.seconds, abs=0.001)


def test_the_folder_stays_small():
    assert sum(clip.path.stat().st_size for clip in CLIPS) < 20e6


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows[0].pop("licence"), 'manifest.json, entry 0 .* missing "licence"'),
        (lambda rows: rows[0].update(origin="dream"), '"origin" must be one of "recording"'),
        (lambda rows: rows[0].update(seconds=99), '"seconds" must lie in'),
        (
            lambda rows: rows[0].update(file="drums/none.ogg"),
            "none.ogg is missing: restore the file, or drop the entry",
        ),
        (lambda rows: rows.append(rows[0]), "entry 2 .* is that of entry 0"),
        (lambda rows: rows[1].update(split="calibration"), 'group "one" is in both splits'),
    ],
)
def test_a_wrong_manifest_is_refused_with_place_and_mend(folder, change, message):
    with pytest.raises(DataError, match=message):
        load_reference_clips(folder(change))


def test_a_changed_file_is_noticed_when_verifying_only(folder):
    place = folder()
    file = place / CLIPS[0].file
    file.write_bytes(file.read_bytes() + b"x")
    assert len(load_reference_clips(place)) == 2
    with pytest.raises(DataError, match="sha256 differs"):
        load_reference_clips(place, verify=True)


def test_unknown_filters_are_refused():
    with pytest.raises(ValueError, match="split must be one of reference, calibration, got 'train'"):
        load_reference_clips(split="train")
