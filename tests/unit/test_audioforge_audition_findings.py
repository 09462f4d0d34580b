import pytest

from audioforge.audition.answer_table import choices_table, ratings_table
from audioforge.audition.clip_list import AuditionClip, AuditionError
from audioforge.audition.findings import find_in_choices, find_in_ratings, is_choices, judge_clips
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.weights import RewardWeights
from reward_models.audio import AudioBatch
from tests.stand_ins import PeakReward, tone


def loud_and_quiet(tmp_path, count=8):
    paths = [tmp_path / "clips" / f"{n}.wav" for n in range(count)]
    paths[0].parent.mkdir()
    AudioBatch.from_arrays([tone(0.1 + 0.08 * n) for n in range(count)], 16_000).save(paths)
    return paths


def peak_reward():
    return CombinedReward([PeakReward()], weights=RewardWeights("test", {"peak": 1.0}))


def test_a_reward_that_hears_as_the_raters_do_correlates_fully(tmp_path):
    paths = loud_and_quiet(tmp_path)
    table = ratings_table(tmp_path / "ratings.csv")
    for n, path in enumerate(paths):
        for rater in ("ann", "bob"):
            table.put({"clip": f"clips/{path.name}", "rater": rater, "score": str(1 + n // 2)})
    names = [row["clip"] for row in table.rows()]
    scores, unscored = judge_clips(table.path, names, [], peak_reward())
    findings = find_in_ratings(table.path, scores, unscored)
    assert findings.rewards["peak"].value > 0.95
    assert findings.rewards["peak"].n == findings.clips == 8
    assert findings.agreement.alpha.value == 1.0
    assert dict(findings.raters) == {"ann": 8, "bob": 8}
    assert not is_choices(table.path)


def test_choices_tell_which_system_wins_and_how_often_the_reward_shares_them(tmp_path):
    paths = loud_and_quiet(tmp_path, count=10)
    table = choices_table(tmp_path / "pairs.csv")
    for n in range(0, 10, 2):
        names = {"first": f"clips/{n}.wav", "second": f"clips/{n + 1}.wav"}
        for rater, choice in (("ann", "first" if n == 2 else "second"), ("bob", "tie" if n else "first")):
            table.put(names | {"rater": rater, "choice": choice, "played_first": "first"})
    assert is_choices(table.path)
    known = [AuditionClip(path, path.name, "quiet" if n % 2 == 0 else "loud", "") for n, path in enumerate(paths)]
    names = [row[end] for row in table.rows() for end in ("first", "second")]
    scores, unscored = judge_clips(table.path, names, known, peak_reward())
    system_of = {f"clips/{clip.name}": clip.system for clip in known}
    findings = find_in_choices(table.path, scores, unscored, system_of)
    assert findings.wins == {"loud": (4, 2, 4), "quiet": (2, 4, 4)}
    assert findings.rewards["peak"].value == pytest.approx(0.7)  # three pairs shared, one half, one not; ties left out
    assert findings.clips == 10


def test_an_unreadable_clip_is_named_and_a_missing_one_refused(tmp_path):
    loud_and_quiet(tmp_path)
    (tmp_path / "clips" / "bad.wav").write_bytes(b"RIFF....")
    scores, unscored = judge_clips(tmp_path / "r.csv", ["clips/0.wav", "clips/bad.wav"], [], peak_reward())
    assert list(unscored) == ["clips/bad.wav"]
    assert scores["total"]["clips/0.wav"] == pytest.approx(0.1, abs=0.01)
    with pytest.raises(AuditionError, match=r"names gone.wav, which is not there"):
        judge_clips(tmp_path / "r.csv", ["gone.wav"], [], peak_reward())


def test_a_score_that_is_no_number_is_refused_and_so_is_an_absent_table(tmp_path):
    table = ratings_table(tmp_path / "ratings.csv")
    table.put({"clip": "a.wav", "rater": "ann", "score": "good"})
    with pytest.raises(AuditionError, match=r"a.wav has the score 'good'"):
        find_in_ratings(table.path, {}, {})
    with pytest.raises(AuditionError, match="rate clips first"):
        is_choices(tmp_path / "gone.csv")
