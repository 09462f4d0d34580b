import copy
import json

import pytest

from audioforge.data_files import DataError, data_path
from audioforge.targets import CATEGORIES, load_targets

FIRST = json.loads(data_path("target_styles.json").read_text(encoding="utf-8"))[0]


@pytest.fixture
def load_changed(tmp_path):
    def load(change):
        row = copy.deepcopy(FIRST)
        change(row)
        path = tmp_path / "targets.json"
        path.write_text(json.dumps([row]))
        return load_targets(path)

    return load


def test_each_category_has_forty_targets_a_quarter_of_them_held_out():
    for category in CATEGORIES:
        assert len(load_targets(category=category, split="train")) == 30
        assert len(load_targets(category=category, split="held_out")) == 10


def test_every_difficulty_occurs_in_each_category_and_split():
    for category in CATEGORIES:
        for split in ("train", "held_out"):
            assert {t.difficulty for t in load_targets(category=category, split=split)} == {"easy", "medium", "hard"}


def test_held_out_subcategories_do_not_occur_in_training():
    for category in CATEGORIES:
        train = {t.subcategory for t in load_targets(category=category, split="train")}
        held_out = {t.subcategory for t in load_targets(category=category, split="held_out")}
        assert not train & held_out


def test_a_tempo_is_told_in_the_description():
    # A policy sees the description only, so nothing may be judged that it does not say.
    for target in load_targets():
        if target.parameters.target_bpm is not None:
            assert f"{target.parameters.target_bpm} BPM" in target.target_description


def test_descriptions_are_all_different():
    descriptions = [t.target_description.lower() for t in load_targets()]
    assert len(set(descriptions)) == len(descriptions)


def test_a_reference_is_of_its_targets_category():
    for target in load_targets():
        assert target.reference_file.startswith(f"{target.category}/")
        assert target.reference_path.is_file()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda row: row.pop("split"), r'targets\.json, entry 0 \("drums-techno-128"\): missing "split"'),
        (lambda row: row.update(tempo=3), 'unknown key "tempo"'),
        (lambda row: row.update(category="vocals"), '"category" must be one of "drums"'),
        (lambda row: row.update(difficulty="brutal"), '"difficulty" must be one of'),
        (lambda row: row.update(target_description=""), '"target_description" is empty'),
        (lambda row: row.update(reference_file="drums/none.ogg"), "is not in evaluation_references: name a file of"),
        (lambda row: row["parameters"].update(target_bpm=999), '"parameters": "target_bpm" must lie in 40 to 240'),
        (lambda row: row["parameters"].update(target_bpm="fast"), '"target_bpm" must be a whole number'),
        (lambda row: row["parameters"].update(seconds_total=30), '"seconds_total" must lie in 0.5 to 11'),
        (lambda row: row["parameters"].update(tone_characteristics="punchy"), "a list of at least one non-empty"),
        (lambda row: row["parameters"].update(key="C"), '"parameters": unknown key "key"'),
        (lambda row: row["metadata"].update(recommended_steps=0), '"recommended_steps" must lie in 1 to 250'),
        (lambda row: row["metadata"].update(typical_cfg_scale=None), '"typical_cfg_scale" must be a finite number'),
    ],
)
def test_a_wrong_entry_is_refused_with_its_place_and_mend(load_changed, change, message):
    with pytest.raises(DataError, match=message):
        load_changed(change)


def test_a_target_without_a_beat_has_no_tempo(load_changed):
    (target,) = load_changed(lambda row: row["parameters"].update(target_bpm=None))
    assert target.parameters.target_bpm is None


def test_two_entries_of_one_id_are_refused(tmp_path):
    path = tmp_path / "targets.json"
    path.write_text(json.dumps([FIRST, FIRST]))
    with pytest.raises(DataError, match=r'entry 1 .*"id" is that of entry 0'):
        load_targets(path)


def test_unknown_filters_are_refused():
    with pytest.raises(ValueError, match="split must be one of train, held_out, got 'test'"):
        load_targets(split="test")
    with pytest.raises(ValueError, match="category must be one of drums"):
        load_targets(category="vocals")
