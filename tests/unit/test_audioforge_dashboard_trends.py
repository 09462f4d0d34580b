from dataclasses import replace

import pytest

from audioforge.dashboard.trend_charts import component_charts
from audioforge.dashboard.trends import WINDOWS, prompt_vendi, windows_of
from audioforge.proposals import Proposal
from tests.rollout_makers import malformed, scored


def test_windows_cover_every_group_once_and_are_bounded(tmp_path):
    records = [scored(tmp_path, f"{group}-{own}", group / 100) for group in range(50) for own in range(2)]
    windows = windows_of(records)
    assert len(windows) <= WINDOWS
    assert [own.groups for own in windows][-1] == 50
    assert sum(own.rollouts for own in windows) == 100
    totals = [own.metrics["total"] for own in windows]
    assert totals == sorted(totals)
    assert windows[0].metrics["component/quality_head"] == pytest.approx(0.8)


def run_of(tmp_path, steps):
    return windows_of([replace(scored(tmp_path, f"{n}-0", 0.5), step=step) for n, step in enumerate(steps)])


@pytest.mark.parametrize(
    ("runs", "label"),
    [
        ([[1, 2, 5]], "step"),
        ([[0, 0, 0]], "groups so far"),
        ([[1, 2, 5], [0, 0, 0]], "groups so far"),
        ([[1, 1, 2]], "groups so far"),
    ],
)
def test_the_axis_is_the_step_where_every_run_and_window_has_one_of_its_own(tmp_path, monkeypatch, runs, label):
    drawn = []
    monkeypatch.setattr("audioforge.dashboard.trend_charts.trend_chart", lambda *given: drawn.append(given))
    component_charts([run_of(tmp_path, steps) for steps in runs])
    _, _, lines, x_label, _, ends = drawn[0]
    assert x_label == label
    assert [point.x for point in lines[0]] == (runs[0] if label == "step" else [1, 2, 3])
    assert ends == ((1, 5) if label == "step" else (1, 3))


def test_diversity_counts_prompts_that_differ_beyond_case_and_spaces(tmp_path):
    prompts = ("a dark drone", "A  dark Drone", "bright bells")
    records = [scored(tmp_path, f"0-{n}", 0.5, proposal=Proposal(prompt)) for n, prompt in enumerate(prompts)]
    (window,) = windows_of([*records, malformed(tmp_path, "0-3")])
    assert window.metrics["distinct_prompts"] == pytest.approx(2 / 3)
    assert 1.8 < window.metrics["vendi_prompts"] < 2
    assert window.metrics["valid"] == 0.75


def test_prompts_without_a_shared_word_are_worth_their_number_and_copies_one():
    assert prompt_vendi(["one", "two", "three"]) == pytest.approx(3)
    assert prompt_vendi(["same words"] * 5) == pytest.approx(1)


def test_a_window_without_a_parsed_answer_has_no_diversity(tmp_path):
    (window,) = windows_of([malformed(tmp_path, "0-0")])
    assert "vendi_prompts" not in window.metrics
    assert windows_of([]) == []
