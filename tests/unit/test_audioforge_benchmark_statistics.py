"""Standings, pairs, set metrics, reliability and highlights."""

import pytest
import torch

from audioforge.benchmark.highlights import agreement, highlights, rank_gaps
from audioforge.benchmark.references import References
from audioforge.benchmark.reliability import reliability
from audioforge.benchmark.set_measures import METRICS, fad_fit, set_rows
from audioforge.benchmark.standings import compare_means, holm_adjusted, paired, request_means, standings, swaps_for
from audioforge.reports.benchmark_report import PairedRow
from reward_models.calibration import MatchCalibration
from tests.benchmark_makers import made_up_rows, row


def test_the_clips_of_one_request_count_once():
    rows = [row("a", 0, 0.2, seed=1), row("a", 0, 0.4, seed=2), row("a", 1, 0.9), row("a", 2, None)]
    assert request_means(rows, "total") == pytest.approx({"id-0": 0.3, "id-1": 0.9})
    (own,) = standings(rows, ["a"], [], ["total"])
    assert (own.mean, own.requests, own.clips, own.clips_given) == (0.6, 2, 3, 4)
    assert own.low is None


def test_an_interval_holds_the_mean_and_a_category_holds_only_its_own():
    rows = made_up_rows(["a"], 40)
    everything, ambient = standings(rows, ["a"], ["ambient"], ["total"])
    assert everything.low < everything.mean < everything.high
    assert (everything.requests, ambient.requests) == (40, 10)


def test_a_better_system_is_found_on_shared_requests_alone():
    rows = [own for own in made_up_rows(["a", "b"], 30) if own.system == "b" or own.id != "id-7"]
    (own,) = paired(rows, ["a", "b"], [], ["total"])
    assert own.requests == 29
    assert own.difference == pytest.approx(0.15, abs=1e-5)
    assert own.low <= own.difference <= own.high
    assert own.p_value < 0.01


def test_too_few_shared_requests_are_no_comparison():
    (own,) = paired(made_up_rows(["a", "b"], 5), ["a", "b"], [], ["total"])
    assert own.difference is None
    assert "at least 8 requests" in own.reason
    (own,) = paired(made_up_rows(["a"], 5), ["a", "b"], [], ["total"])
    assert own.reason == "no request that both have a score for"


def test_holm_multiplies_the_smallest_p_value_most_and_never_reverses_the_order():
    rows = [PairedRow("a", "b", "all", "total", 0.1, 0, 0, p, None, 9) for p in (0.04, 0.01, 0.03, None)]
    assert [own.p_adjusted for own in holm_adjusted(rows)] == [0.06, 0.03, 0.06, None]


def test_a_clear_difference_survives_the_adjustment_for_many_systems():
    pairs = 120  # of 16 systems
    swaps = swaps_for(pairs)
    assert (swaps.resamples, swaps_for(1).resamples) == (4800, 1000)
    high, low = ({f"id-{n}": level + n / 100 for n in range(20)} for level in (0.8, 0.1))
    own = compare_means(low, high, PairedRow("a", "b", "all", "total", None, None, None, None, None, 0), swaps)
    assert own.p_value * pairs <= 0.05


def test_set_metrics_come_with_sizes_and_name_what_is_missing():
    clips = torch.nn.functional.normalize(torch.randn(40, 6, generator=torch.Generator().manual_seed(0)), dim=1)
    rows = {own.metric: own for own in set_rows("a", "all", clips[:20], clips, "mini")}
    assert tuple(rows) == METRICS
    assert (rows["fad"].n_reference, rows["fad"].n_candidate) == (40, 20)
    assert rows["kad"].low < rows["kad"].value < rows["kad"].high
    assert {own.reason for own in set_rows("a", "all", clips[:3], clips, "mini")} == {"fewer than 8 clips"}
    assert {own.reason for own in set_rows("a", "all", clips, None, "mini")} == {"no references"}


def test_fad_for_infinitely_many_clips_needs_enough_of_them():
    clips = torch.randn(200, 4, generator=torch.Generator().manual_seed(0))
    references = References("mini", {"drums": clips}, {})
    found = fad_fit("a", clips[:100] + 1.0, references, ["drums"])
    assert found.value == pytest.approx(4.0, abs=1.0)
    assert found.sizes[0] < found.sizes[-1] == 100
    assert "at least 16 clips" in fad_fit("a", clips[:10], references, ["drums"]).reason
    assert fad_fit("a", clips, references, ["sfx"]).reason == "no references"


def test_a_judge_that_knows_its_requests_is_reliable():
    vectors = torch.eye(4)
    calibration = MatchCalibration(20.0, -10.0, "x", "x", "x", 0.0, 2)
    own = reliability("a", vectors[[0, 1, 2, 3, 0]], vectors, [0, 1, 2, 3, 0], calibration)
    assert own.own_beats_other == 1.0
    assert own.expected_error < 0.01
    assert sum(one.n for one in own.bins) == own.n == 10
    assert reliability("a", vectors, vectors, [0, 1, 2, 3], None).reason == "the embedder has no calibration"
    assert "two different requests" in reliability("a", vectors, vectors[:1], [0] * 4, calibration).reason


def test_highlights_hold_each_clip_once_and_the_disputed_are_ranked_furthest_apart():
    rows = [row("a", n, n / 30, second_judge=n / 30) for n in range(30)]
    rows[15] = row("a", 15, 0.5, second_judge=1.0)
    found = highlights(rows, ["a"])
    assert next(own.clip for own in found if own.kind == "best") == "a/id-29"
    assert next(own.clip for own in found if own.kind == "worst") == "a/id-0"
    assert next(own.clip for own in found if own.kind == "disputed") == "a/id-15"
    assert len({own.clip for own in found}) == len(found)
    few = highlights(rows[:8], ["a"])  # fewer clips than places: none stands in two
    assert len({own.clip for own in few}) == len(few) == 8
    assert rank_gaps(rows)["a/id-15"] == pytest.approx(-14 / 30, abs=1e-6)


def test_agreement_is_a_rank_correlation_or_nothing():
    rows = [row("a", n, n / 30, second_judge=(n / 30) ** 2) for n in range(30)]
    assert agreement(rows) == 1.0
    assert agreement(rows[:5]) is None
    assert agreement([row("a", n, 0.5, second_judge=n / 30) for n in range(30)]) is None
