import pytest
import torch

from audioforge.metrics.bootstrap import Bootstrap
from audioforge.metrics.embeddings import MetricError
from audioforge.metrics.frechet import fad
from audioforge.metrics.paired import compare_paired


def noise(n: int, seed: int) -> torch.Tensor:
    return torch.randn(n, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_a_small_gain_shows_through_large_differences_between_requests():
    difficulty = noise(60, 0) * 10
    found = compare_paired(difficulty + noise(60, 1) * 0.1, difficulty + noise(60, 2) * 0.1 + 0.2)
    assert found.difference == pytest.approx(0.2, abs=0.05)
    assert 0 < found.interval.low < found.difference < found.interval.high
    assert found.p_value < 0.01


def test_a_p_value_is_never_zero():
    scores = noise(20, 0)
    assert compare_paired(scores, scores + 9, bootstrap=Bootstrap(99)).p_value == pytest.approx(1 / 100)


def test_two_equal_systems_are_told_apart_no_more_often_than_chance():
    p_values = [
        compare_paired(noise(30, 2 * i), noise(30, 2 * i + 1), bootstrap=Bootstrap()).p_value for i in range(30)
    ]
    assert sum(p < 0.1 for p in p_values) <= 8
    assert min(p_values) > 0


def test_a_set_metric_compares_two_systems():
    reference = torch.randn(80, 3, generator=torch.Generator().manual_seed(0))
    first = torch.randn(40, 3, generator=torch.Generator().manual_seed(1)) + 1
    second = torch.randn(40, 3, generator=torch.Generator().manual_seed(2))
    found = compare_paired(first, second, metric=lambda e: fad(reference, e).value, bootstrap=Bootstrap(100))
    assert found.difference < 0
    assert found.interval.high < 0
    assert found.p_value < 0.02


def test_requests_without_an_answer_are_dropped_and_counted():
    first, second = noise(20, 0), noise(20, 1)
    first[3] = float("nan")
    found = compare_paired(first, second)
    assert (found.n, found.n_dropped) == (19, 1)


def test_unequal_numbers_of_answers_are_refused():
    with pytest.raises(MetricError, match="same requests, in the same order"):
        compare_paired(noise(20, 0), noise(19, 1))


def test_too_few_requests_are_refused():
    with pytest.raises(MetricError, match="at least 8 requests with both answers, got 5"):
        compare_paired(noise(5, 0), noise(5, 1))


def test_embeddings_without_a_metric_are_refused():
    with pytest.raises(MetricError, match="embeddings need a metric"):
        compare_paired(torch.zeros(10, 2), torch.zeros(10, 2))
