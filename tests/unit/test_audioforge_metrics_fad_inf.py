import pytest
import torch

from audioforge.metrics.embeddings import MetricError
from audioforge.metrics.fad_inf import fad_infinite
from audioforge.metrics.frechet import fad
from reward_models.statistics import GaussianStats


def clips(n: int, dim: int, seed: int, shift: float = 0.0) -> torch.Tensor:
    return torch.randn(n, dim, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) + shift


def test_two_samples_of_one_distribution_extrapolate_to_zero():
    reference, candidate = clips(1000, 32, 0), clips(1000, 32, 1)
    result = fad_infinite(reference, candidate)
    plain = fad(reference, candidate).value
    assert abs(result.value) < plain / 5
    assert result.r_squared > 0.9
    assert 0 < result.standard_error < plain / 5


def test_a_known_shift_is_recovered_without_its_bias():
    result = fad_infinite(clips(1500, 16, 0), clips(1500, 16, 1, 0.25))
    assert result.value == pytest.approx(16 * 0.25**2, rel=0.1)


def test_equal_seeds_give_equal_results():
    reference, candidate = GaussianStats.of(clips(400, 8, 0)), clips(200, 8, 1)
    assert fad_infinite(reference, candidate, seed=3).value == fad_infinite(reference, candidate, seed=3).value
    assert fad_infinite(reference, candidate, seed=3).value != fad_infinite(reference, candidate, seed=4).value


def test_sub_samples_never_exceed_the_smaller_set():
    result = fad_infinite(clips(100, 8, 0), clips(300, 8, 1))
    assert max(result.sizes) == 100
    assert min(result.sizes) == 16
    assert len(result.distances) == len(result.sizes) == 15


def test_too_few_clips_are_refused_with_what_to_do():
    with pytest.raises(MetricError, match=r"at least 128 clips a set .* got 100: add clips"):
        fad_infinite(clips(100, 32, 0), clips(500, 32, 1))


def test_sub_samples_below_the_dimension_are_refused():
    with pytest.raises(MetricError, match="must exceed the dimension"):
        fad_infinite(clips(100, 32, 0), clips(100, 32, 1), min_n=20)


def test_a_line_through_too_few_points_is_refused():
    with pytest.raises(MetricError, match="at least 5 sub-samples"):
        fad_infinite(clips(100, 8, 0), clips(100, 8, 1), steps=3)
