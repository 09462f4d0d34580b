from pathlib import Path

import pytest

from audioforge.audition.answer_table import choices_table, ratings_table
from audioforge.audition.clip_list import AuditionClip, AuditionError
from audioforge.audition.session import Audition

CLIPS = [
    AuditionClip(Path(f"/{system}/{n}.wav"), f"{n}.wav", system, f"request {n}", f"request {n}", total=0.5)
    for system in ("new", "old")
    for n in range(3)
]


def rating(tmp_path):
    return Audition(CLIPS, ratings_table(tmp_path / "ratings.csv"))


def test_answers_are_remembered_by_the_table_alone(tmp_path):
    first = rating(tmp_path).trials("ann")[0]
    rating(tmp_path).answer("ann", first.id, "4")
    assert [trial.answer for trial in rating(tmp_path).trials("ann")] == ["4", *[None] * 5]
    assert all(trial.answer is None for trial in rating(tmp_path).trials("bob"))
    clip = rating(tmp_path).clip_of[first.id]
    assert rating(tmp_path).table.rows()[0]["clip"].endswith(f"{clip.system}/{clip.name}")


def test_a_trial_gives_away_neither_name_nor_system_nor_reward(tmp_path):
    told = str([vars(trial) for trial in rating(tmp_path).trials("ann")])
    assert not any(word in told for word in ("wav", "new", "old", "0.5"))


def test_results_wait_until_all_is_judged(tmp_path):
    audition = rating(tmp_path)
    trials = audition.trials("ann")
    for trial in trials[:-1]:
        audition.answer("ann", trial.id, "3")
    with pytest.raises(AuditionError, match="1 of 6 are still to do"):
        audition.results("ann")
    audition.answer("ann", trials[-1].id, "5")
    audition.answer("bob", trials[-1].id, "2")
    last = audition.results("ann")[-1]
    assert (last["answer"], last["mean"]) == ("5", 3.5)
    assert last["clips"][0]["total"] == 0.5


@pytest.mark.parametrize("said", ["a", "b", "tie"])
def test_a_choice_is_kept_by_the_clips_names_whichever_was_played_as_a(tmp_path, said):
    audition = Audition(CLIPS, choices_table(tmp_path / "pairs.csv"), "compare")
    for trial in audition.trials("ann"):
        audition.answer("ann", trial.id, said)
    assert [trial.answer for trial in audition.trials("ann")] == [said] * 3
    rows = audition.table.rows()
    heard = {"a": "first", "b": "second"}
    for row, trial in zip(rows, audition.trials("ann"), strict=True):
        assert "new/" in row["first"]
        first_was_a = audition.clip_of[trial.clips[0]].system == "new"
        assert row["played_first"] == ("first" if first_was_a else "second")
        expected = heard["a" if (said == "a") == first_was_a else "b"] if said != "tie" else "tie"
        assert row["choice"] == expected


@pytest.mark.parametrize(
    ("rater", "trial", "answer", "message"),
    [
        ("=cmd()", None, "3", "a rater's name has 1 to 40 letters"),
        ("", None, "3", "a rater's name"),
        ("a\nb", None, "3", "a rater's name"),
        ("ann", "../../etc/passwd", "3", "nothing here is called '../../etc/passwd'"),
        ("ann", None, "6", "a score is a whole number from 1 to 5, got '6'"),
        ("ann", None, "2.5", "a score is a whole number"),
    ],
)
def test_an_answer_that_is_none_is_refused_and_nothing_is_written(tmp_path, rater, trial, answer, message):
    audition = rating(tmp_path)
    with pytest.raises(AuditionError, match=message):
        audition.answer(rater, trial or CLIPS[0].id, answer)
    assert audition.table.rows() == []


def test_an_unplayable_clip_is_asked_no_more(tmp_path):
    audition = rating(tmp_path)
    audition.unplayable[CLIPS[0].id] = "unreadable"
    assert len(audition.trials("ann")) == 5


def test_clips_of_different_requests_are_not_compared(tmp_path):
    audition = Audition(CLIPS[:3], choices_table(tmp_path / "pairs.csv"), "compare")
    with pytest.raises(AuditionError, match="no two clips answer the same request"):
        audition.trials("ann")
