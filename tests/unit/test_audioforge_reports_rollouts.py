import base64
import io
import re
from pathlib import Path

import pytest
import soundfile
from PIL import Image

from audioforge.reports.rollouts_page import render_rollouts_page, reward_words, write_rollouts_page
from audioforge.reports.rollouts_summary import best_and_worst, groups_of, summarise
from audioforge.rewards.weights import RewardWeights
from audioforge.rollouts import RolloutFileError, write_rollouts
from tests.rollout_makers import malformed, scored

WEIGHTS = RewardWeights("t", {"clap_alignment": 1, "quality_head": 1})


def test_a_summary_counts_what_was_scored_and_what_was_not(tmp_path: Path):
    records = [
        scored(tmp_path, "0-0", 0.5),
        malformed(tmp_path, "0-1"),
        scored(tmp_path, "1-0", 0.9, category="sfx"),
    ]
    drums, sfx, everything = summarise(records)
    assert (drums.category, drums.rollouts, drums.scored, drums.mean_total) == ("drums", 2, 1, 0.5)
    assert (sfx.category, sfx.best_total) == ("sfx", 0.9)
    assert everything.mean_total == pytest.approx(0.7)
    assert everything.components["clap_alignment"] == pytest.approx(0.7)


def test_groups_list_their_best_clip_first_and_failures_last(tmp_path: Path):
    records = [malformed(tmp_path, "0-0"), scored(tmp_path, "0-1", 0.2), scored(tmp_path, "0-2", 0.6)]
    assert [record.id for record in groups_of(records)[0]] == ["0-2", "0-1", "0-0"]
    best, worst = best_and_worst(records)
    assert (best.id, worst.id) == ("0-2", "0-1")


def test_no_scored_record_has_no_best_one(tmp_path: Path):
    assert best_and_worst([malformed(tmp_path, "0-0")]) is None
    assert "no_json" in render_rollouts_page([malformed(tmp_path, "0-0")], tmp_path, weights=WEIGHTS)


def test_the_page_stands_alone_and_its_clips_decode(tmp_path: Path):
    records = [scored(tmp_path, "0-0", 0.5), malformed(tmp_path, "0-1")]
    html = render_rollouts_page(records, tmp_path, weights=WEIGHTS)
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", html)
    clip = base64.b64decode(re.search(r"data:audio/mpeg;base64,([^\"]+)", html)[1])
    samples, rate = soundfile.read(io.BytesIO(clip))
    assert rate == 44_100
    assert len(samples) / rate == pytest.approx(0.5, abs=0.1)
    picture = base64.b64decode(re.search(r"data:image/png;base64,([^\"]+)", html)[1])
    assert Image.open(io.BytesIO(picture)).size == (480, 192)


def test_the_page_says_why_and_escapes_what_the_policy_wrote(tmp_path: Path):
    html = render_rollouts_page([scored(tmp_path, "0-0", 0.2)], tmp_path, weights=WEIGHTS)
    assert "techno &lt;drum&gt; loop" in html
    assert "Sounds clean (quality_head 0.80), but does not sound like what was asked for" in html


def test_the_page_is_a_pure_function_of_its_records(tmp_path: Path):
    records = [scored(tmp_path, "0-0", 0.5), scored(tmp_path, "1-0", 0.6)]
    assert render_rollouts_page(records, tmp_path) == render_rollouts_page(records, tmp_path)


def test_a_page_is_written_from_a_file(tmp_path: Path):
    write_rollouts(tmp_path / "rollouts.jsonl", [scored(tmp_path, "0-0", 0.5)])
    write_rollouts_page(tmp_path / "rollouts.jsonl", tmp_path / "page.html")
    assert "128 BPM techno drum loop" in (tmp_path / "page.html").read_text()


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(RolloutFileError, match="no rollout file"):
        write_rollouts_page(tmp_path / "none.jsonl", tmp_path / "page.html")


def test_a_clip_that_is_gone_or_lies_elsewhere_costs_its_own_sound_only(tmp_path: Path):
    (tmp_path / "run").mkdir()
    records = [
        scored(tmp_path / "run", "0-0", 0.5),
        scored(tmp_path / "run", "0-1", 0.5, audio="gone.flac"),
        scored(tmp_path, "0-2", 0.5, audio="../0-2.flac"),
    ]
    html = render_rollouts_page(records, tmp_path / "run", weights=WEIGHTS)
    assert html.count("<audio") == 1
    assert "gone.flac can’t be read" in html
    assert "../0-2.flac can’t be read" in html


def test_what_the_trainer_gets_is_told_where_it_is_not_the_total(tmp_path: Path):
    charged = scored(tmp_path, "0-0", 0.5, reward=0.3, charges={"length": 0.34, "unseen_words": 0.06})
    assert reward_words(charged) == "The trainer gets 0.30: length −34%, unseen words −6%."
    assert reward_words(malformed(tmp_path, "0-1")) == "The trainer gets the floor, 0.00."
    assert reward_words(scored(tmp_path, "0-2", 0.5)) == ""
    html = render_rollouts_page([charged], tmp_path, weights=WEIGHTS)
    assert "The trainer gets 0.30" in html
    assert summarise([charged, malformed(tmp_path, "0-1")])[-1].mean_reward == pytest.approx(0.15)
