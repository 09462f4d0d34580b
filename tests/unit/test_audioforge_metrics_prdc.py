import pytest
import torch

from audioforge.metrics.bootstrap import Bootstrap
from audioforge.metrics.embeddings import MetricError
from audioforge.metrics.prdc import prdc


def clips(n: int, dim: int, seed: int, shift: float = 0.0) -> torch.Tensor:
    return torch.randn(n, dim, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) + shift


def test_equal_distributions_have_density_one_and_the_known_coverage():
    results = [prdc(clips(200, 8, 2 * i), clips(200, 8, 2 * i + 1)) for i in range(30)]
    density = sum(result.density.value for result in results) / 30
    coverage = sum(result.coverage.value for result in results) / 30
    assert density == pytest.approx(1, abs=0.05)
    assert coverage == pytest.approx(1 - 2**-5, abs=0.01)


def test_copies_in_a_set_give_the_same_values_in_any_order():
    copied = clips(10, 6, 0, 3.0).repeat(4, 1)
    order = torch.randperm(40, generator=torch.Generator().manual_seed(0))
    plain, mixed = prdc(copied, copied), prdc(copied, copied[order])
    for name in ("precision", "recall", "density", "coverage"):
        assert getattr(plain, name).value == getattr(mixed, name).value


def test_a_set_far_away_is_neither_plausible_nor_covering():
    result = prdc(clips(50, 4, 0), clips(50, 4, 1, 100.0))
    assert [getattr(result, name).value for name in ("precision", "recall", "density", "coverage")] == [0, 0, 0, 0]


def test_copies_of_one_reference_are_precise_but_cover_little():
    reference = clips(100, 4, 0)
    candidate = reference[:1].repeat(100, 1) + clips(100, 4, 1) * 1e-6
    result = prdc(reference, candidate)
    assert result.precision.value == 1
    assert result.coverage.value < 0.2


def test_each_of_the_four_carries_an_interval():
    result = prdc(clips(40, 4, 0), clips(40, 4, 1), bootstrap=Bootstrap(resamples=20))
    for measured in (result.precision, result.recall, result.density, result.coverage):
        assert measured.interval.low <= measured.value <= measured.interval.high
        assert measured.n_candidate == 40


def test_no_more_clips_than_neighbours_is_refused():
    with pytest.raises(MetricError, match="the reference has 5 clips, the metric needs at least 6"):
        prdc(clips(5, 4, 0), clips(50, 4, 1))


def test_k_below_one_is_refused():
    with pytest.raises(MetricError, match="k must be at least 1"):
        prdc(clips(50, 4, 0), clips(50, 4, 1), k=0)
