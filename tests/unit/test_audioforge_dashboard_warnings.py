from audioforge.dashboard.runs import read_run
from audioforge.dashboard.trends import windows_of
from audioforge.dashboard.warnings import warnings_of
from audioforge.rollouts import write_rollouts
from tests.rollout_makers import malformed, scored
from tests.unit.test_audioforge_dashboard_runs import write_history

EARLY = {"reward": 0.3, "reward/high": 0.35, "second_judge": 0.5, "second_judge/low": 0.45}


def told(folder):
    run = read_run(folder)
    return warnings_of(run, windows_of(run.records))


def test_a_reward_that_rises_while_the_held_out_judge_falls_is_warned_of(tmp_path):
    write_history(tmp_path, EARLY, {"reward": 0.6, "second_judge": 0.2, "second_judge/agreement": -0.4})
    parted, opposed = told(tmp_path)
    assert "rose from 0.300 to 0.600 while the judge that is not trained on fell from 0.500 to 0.200" in parted
    assert "opposite order" in opposed
    write_history(tmp_path, EARLY, {"reward": 0.6, "second_judge": 0.6})
    assert told(tmp_path) == []


def test_evaluations_of_other_settings_are_not_compared(tmp_path):
    write_history(tmp_path / "a", EARLY, settings="eight targets")
    write_history(tmp_path / "b", {}, {"reward": 0.6, "second_judge": 0.2}, settings="others")
    assert told(tmp_path) == []


def test_failing_and_repeating_answers_and_broken_lines_are_warned_of(tmp_path):
    write_rollouts(tmp_path / "r.jsonl", [malformed(tmp_path, f"0-{n}") for n in range(8)])
    assert told(tmp_path) == ["only 0% of the latest 8 answers could be parsed."]
    write_rollouts(tmp_path / "r.jsonl", [scored(tmp_path, f"0-{n}", 0.4) for n in range(8)])
    with (tmp_path / "r.jsonl").open("a") as file:
        file.write("{}\n")
    assert told(tmp_path) == [
        "only 12% of the latest prompts differ from one another.",
        "1 lines of its files are no records and were passed over.",
    ]
