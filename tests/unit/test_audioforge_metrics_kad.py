import pytest
import torch

from audioforge.metrics.bootstrap import Bootstrap
from audioforge.metrics.embeddings import MetricError
from audioforge.metrics.kad import kad


def clips(n: int, dim: int, seed: int, shift: float = 0.0) -> torch.Tensor:
    return torch.randn(n, dim, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) + shift


def test_equal_distributions_average_to_zero_at_any_size():
    for n in (10, 40):
        values = torch.tensor([kad(clips(n, 4, 2 * i), clips(n, 4, 2 * i + 1)).value for i in range(60)])
        assert abs(float(values.mean())) < 4 * float(values.std()) / 60**0.5
        assert float(values.min()) < 0


def test_the_bandwidth_is_the_references():
    reference, candidate = clips(30, 4, 0), clips(30, 4, 1) * 5
    own = float(torch.pdist(reference).quantile(0.5))
    assert kad(reference, candidate).value == pytest.approx(kad(reference, candidate, bandwidth=own).value)
    assert kad(reference, candidate).value != pytest.approx(kad(candidate, reference).value)


def test_a_farther_set_is_farther():
    near, far = (kad(clips(50, 4, 0), clips(50, 4, 1, shift)).value for shift in (0.3, 1.0))
    assert 0 < near < far


def test_large_sets_in_blocks_equal_small_ones_whole(monkeypatch):
    reference, candidate = clips(20, 4, 0), clips(30, 4, 1)
    whole = kad(reference, candidate).value
    monkeypatch.setattr("audioforge.metrics.kad._ROWS", 7)
    assert kad(reference, candidate).value == pytest.approx(whole, rel=1e-12)


def test_the_interval_lies_around_the_estimate():
    measured = kad(clips(40, 4, 0), clips(40, 4, 1, 0.5), bootstrap=Bootstrap(resamples=50))
    assert measured.interval.low < measured.value < measured.interval.high


def test_a_bandwidth_of_zero_is_refused():
    with pytest.raises(MetricError, match="bandwidth must be above 0, got 0"):
        kad(clips(5, 4, 0), clips(5, 4, 1), bandwidth=0.0)
