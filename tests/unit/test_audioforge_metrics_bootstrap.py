import pytest
import torch

from audioforge.metrics.bootstrap import Bootstrap, bootstrap_interval
from audioforge.metrics.embeddings import MetricError


def mean_of(_: None, candidate: torch.Tensor) -> float:
    return float(candidate.mean())


def test_the_interval_of_a_mean_covers_the_truth_about_as_often_as_it_says():
    covered = 0
    for seed in range(100):
        clips = torch.randn(40, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
        found = bootstrap_interval(mean_of, None, clips, mean_of(None, clips), Bootstrap(100, 0.9, seed))
        covered += found.low <= 0 <= found.high
    assert 0.8 <= covered / 100 <= 0.97


def test_halves_of_an_odd_number_are_as_spread_as_a_bootstrap():
    clips = torch.randn(9, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    found = bootstrap_interval(mean_of, None, clips, 0.0, Bootstrap(4000, 0.68))
    expected = 2 * float(clips.std()) / 9**0.5
    assert found.high - found.low == pytest.approx(expected, rel=0.08)


def test_equal_seeds_give_equal_intervals():
    clips = torch.arange(20.0)[:, None]
    first, second = (bootstrap_interval(mean_of, None, clips, 9.5, Bootstrap(seed=4)) for _ in range(2))
    assert first == second


def test_no_clip_comes_twice_in_a_resample():
    def largest_count(_: None, candidate: torch.Tensor) -> float:
        assert len(candidate) == 10
        return float(candidate.flatten().unique(return_counts=True)[1].max())

    found = bootstrap_interval(largest_count, None, torch.arange(20.0)[:, None], 1.0, Bootstrap())
    assert (found.low, found.high) == (1.0, 1.0)


def test_too_few_clips_have_no_interval():
    with pytest.raises(MetricError, match="at least 8 candidate clips, got 7"):
        bootstrap_interval(mean_of, None, torch.zeros(7, 1), 0.0, Bootstrap())


def test_a_level_in_per_cent_is_refused():
    with pytest.raises(MetricError, match="given in per cent"):
        Bootstrap(level=95)


def test_a_handful_of_resamples_is_refused():
    with pytest.raises(MetricError, match="at least 20 resamples, got 5"):
        Bootstrap(resamples=5)
