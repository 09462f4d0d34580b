import json

import pytest

from audioforge.audition.clip_list import AuditionError, list_clips
from audioforge.rollouts import write_rollouts
from reward_models.audio import AudioBatch
from tests.rollout_makers import malformed, scored
from tests.stand_ins import tone


def put_tone(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    AudioBatch.from_arrays([tone(0.3)], 16_000).save([path])


def test_folders_of_two_systems_pair_by_name(tmp_path):
    for system in ("old", "new"):
        put_tone(tmp_path / system / "deep" / "kick.wav")
    (tmp_path / "old" / "notes.txt").write_text("no clip")
    old, new = list_clips([tmp_path / "old", tmp_path / "new"])
    assert (old.system, new.system) == ("old", "new")
    assert old.pair_key == new.pair_key == "deep/kick.wav"
    assert old.id != new.id
    assert "kick" not in old.id


def test_rollouts_bring_requests_and_totals_and_leave_out_answers_without_a_clip(tmp_path):
    write_rollouts(tmp_path / "run.jsonl", [scored(tmp_path, "0-0", 0.4), malformed(tmp_path, "0-1")])
    (clip,) = list_clips([tmp_path / "run.jsonl"])
    assert (clip.name, clip.system, clip.total) == ("0-0", "run", 0.4)
    assert clip.request == clip.pair_key == "128 BPM techno drum loop"


def test_a_document_with_a_list_of_clips_is_a_manifest_too(tmp_path):
    put_tone(tmp_path / "a.wav")
    (tmp_path / "list.json").write_text(json.dumps({"clips": [{"file": "a.wav"}]}))
    assert [clip.name for clip in list_clips([tmp_path / "list.json"])] == ["a.wav"]


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl"])
def test_a_manifest_names_files_relative_to_itself(tmp_path, suffix):
    put_tone(tmp_path / "clips" / "a.wav")
    row = {"file": "clips/a.wav", "request": "a tone", "category": "sfx", "system": "mine"}
    table = tmp_path / f"list.{suffix}"
    if suffix == "csv":
        table.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n")
    else:
        table.write_text(json.dumps([row] if suffix == "json" else row))
    (clip,) = list_clips([table])
    assert (clip.path.name, clip.request, clip.category, clip.system) == ("a.wav", "a tone", "sfx", "mine")


def test_a_file_named_twice_is_heard_once(tmp_path):
    put_tone(tmp_path / "a.wav")
    assert len(list_clips([tmp_path, tmp_path / "a.wav"])) == 1


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("list.csv", "path\na.wav\n", 'entry 1 has no "file"'),
        ("list.csv", "file\n../gone.wav\n", "entry 1 names ../gone.wav, which is not there"),
        ("list.txt", "a.wav", "expected a folder, an audio file, or a table"),
    ],
)
def test_a_source_that_is_none_says_what_it_should_be(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(AuditionError, match=message):
        list_clips([tmp_path / name])


def test_an_empty_folder_and_an_absent_one_are_told_apart(tmp_path):
    with pytest.raises(AuditionError, match="holds no clips"):
        list_clips([tmp_path])
    with pytest.raises(AuditionError, match="is not there"):
        list_clips([tmp_path / "gone"])
