import json
import sys
from pathlib import Path

import pytest
import torch

from benchmarks import validity
from benchmarks.validity_parts.alignment import AlignmentFigures, CurvePoint, measure_alignment
from benchmarks.validity_parts.distances import DistanceFigures
from benchmarks.validity_parts.exploits import ExploitFigures
from benchmarks.validity_parts.honest_clips import (
    HonestClip,
    LibraryError,
    clips_hash,
    held_out_library,
    library_clips,
    undamaged_library,
)
from benchmarks.validity_parts.judges import JudgeFigures, auc, category_votes
from benchmarks.validity_parts.ladders import LadderFigures
from benchmarks.validity_parts.plots import draw_all
from benchmarks.validity_parts.tables import (
    alignment_table,
    distance_table,
    exploit_table,
    judge_table,
    ladder_table,
)

ROW = {"file": "a.ogg", "category": "sfx", "label": "bark", "captions": ["a dog"], "seconds": 1.0}
CURVE = [CurvePoint(0.1, 0.2, 30, 10, 0.1, 0.4), CurvePoint(0.9, 0.8, 40, 20, 0.6, 0.9)]
ALIGNMENT = AlignmentFigures(2, 2, 0.9, 0.8, 0.7, 0.2, 0.05, CURVE)
EXPLOITS = [
    ExploitFigures("honest clips", 0.0, 0.5, 0.5, {"clap_alignment": 0.7}),
    ExploitFigures("silence", 1.0, None, 0.0, {}),
]
LADDERS = [LadderFigures("hum", False, 0.9, 1.0, 1.0), LadderFigures("crackle", True, 0.5, 0.7, 0.8)]


def library(folder, rows):
    (folder / "manifest.json").write_text(json.dumps(rows))
    return folder


def clips(*labels):
    return [HonestClip(Path(f"{label}.ogg"), "sfx", label, label, label) for label in labels]


def test_a_folder_that_is_no_library_is_a_message_and_no_traceback(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["validity", "--library", str(tmp_path / "nowhere")])
    with pytest.raises(SystemExit, match=r"validity: .*nowhere is no clip library \(No such file.*give a folder with"):
        validity.main()


def test_a_manifest_of_another_form_is_named(tmp_path):
    with pytest.raises(LibraryError, match=r"manifest.json can't be used \(KeyError: 'group'\): give a folder with"):
        library_clips(library(tmp_path, [ROW]))
    (tmp_path / "manifest.json").write_text("not json")
    with pytest.raises(LibraryError, match="JSONDecodeError"):
        library_clips(tmp_path)


def test_a_library_without_held_out_groups_is_refused_and_short_clips_are_left_out(tmp_path):
    rows = [ROW | {"group": "some pack"}, ROW | {"group": "some pack", "seconds": 0.1}]
    assert len(library_clips(library(tmp_path, rows))) == 1
    with pytest.raises(LibraryError, match="no clip of a held-out group"):
        held_out_library(tmp_path)


def test_alignment_counts_only_requests_of_other_labels():
    score = torch.tensor([[0.9, 0.95, 0.1], [0.9, 0.8, 0.1], [0.2, 0.3, 0.1]])
    figures = measure_alignment(clips("bark", "bark", "rain"), score)
    assert figures.pairs == 4
    assert figures.beats_any == pytest.approx(0.5)  # two wins of the first two clips, two losses of the third
    assert figures.matched == pytest.approx(0.6)


def test_an_interval_counts_each_clip_once_however_many_pairs_it_gives():
    labels = [f"label {number}" for number in range(12)]
    score = torch.full((12, 12), 0.05) + 0.9 * torch.eye(12)
    low, high = measure_alignment(clips(*labels), score).curve
    assert (low.found, low.clips, low.pairs) == (0.0, 12, 96)
    assert (high.found, high.clips, high.pairs) == (1.0, 12, 96)
    assert high.low == pytest.approx(0.757, abs=0.002)  # Wilson's interval of 12 in 12; 96 in 96 would give 0.96


def test_votes_are_shares_among_the_nearest():
    likeness = torch.tensor([[*[1.0] * 12, *[0.5] * 20]])
    votes = category_votes(likeness, ["drums"] * 12 + ["sfx"] * 20)
    assert votes["drums"].tolist() == pytest.approx([0.8])
    assert votes["sfx"].tolist() == pytest.approx([0.2])


def test_auc_counts_ties_half():
    assert auc(torch.tensor([0.9, 0.5, 0.5, 0.1]), torch.tensor([True, True, False, False])) == 0.875


def test_tables_hold_the_figures_and_leave_out_what_was_not_scored():
    assert "| honest clips | 0% | 0.50 | 50% | 0.70 |" in exploit_table(EXPLOITS)
    assert "| silence | 100% | – | 0% | – |" in exploit_table(EXPLOITS)
    assert "| 0.90 | 0.80 | 0.60–0.90 | 20 | 40 |" in alignment_table(ALIGNMENT)
    assert "| **unseen kinds**, mean | 0.50 | 0.70 | 0.80 |" in ladder_table(LADDERS)
    assert "| `aisfx` | 0.80 | 0.30 | 0.90 | 0.85 | 0.40 |" in judge_table(
        [JudgeFigures("aisfx", 0.8, 0.3, 0.9, 0.85, 0.4, 384)]
    )


def test_the_nearest_category_is_in_bold():
    both = {"drums": 0.2, "sfx": 0.5}, {"drums": 9.0, "sfx": 8.0}
    table = distance_table([DistanceFigures(name, 24, *both, [0.2] * 6, [1.0] * 6) for name in ("drums", "sfx")])
    assert "| drums | 24 | **0.20** / 9.0 | 0.50 / **8.0** |" in table
    assert "| sfx | 0.20 / 1.0 |" in table


def test_pictures_are_drawn_and_are_the_same_each_time(tmp_path):
    pytest.importorskip("matplotlib")
    first, second = (draw_all(tmp_path / name, ALIGNMENT, EXPLOITS, LADDERS) for name in ("one", "two"))
    assert [path.name for path in first] == ["calibration.svg", "exploits.svg", "ladders.svg"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert "crackle" in first[2].read_text(encoding="utf-8")


def test_ladders_of_another_head_or_of_other_clips_are_not_taken_over(tmp_path):
    file = tmp_path / "earlier.json"
    row = {"kind": "hum", "unseen": False, "rank_correlation": 0.9, "clean_beats": 1.0, "clean_beats_strong": 1.0}
    own = {"head": "this", "ladders": "these", "embedder": "any"}
    file.write_text(json.dumps({"fingerprints": own, "ladders": [row]}))
    assert validity._known_ladders(file, own | {"embedder": "another"}) == [LADDERS[0]]
    assert validity._known_ladders(file, own | {"head": "that"}) == []
    assert validity._known_ladders(file, own | {"ladders": "those"}) == []
    assert validity._known_ladders(tmp_path / "none.json", own) == []


def test_ladders_are_climbed_by_groups_that_the_quality_head_never_heard(tmp_path):
    rows = [ROW | {"group": "sampled"}, ROW | {"group": "gogodze-phu"}]
    assert [clip.group for clip in undamaged_library(library(tmp_path, rows))] == ["gogodze-phu"]
    with pytest.raises(LibraryError, match="HELD_OUT_GROUPS in training/quality"):
        undamaged_library(library(tmp_path, rows[:1]))
    assert clips_hash(clips("bark", "rain")) != clips_hash(clips("rain", "bark"))
