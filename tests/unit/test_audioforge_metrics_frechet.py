import pytest
import torch

from audioforge.metrics.bootstrap import Bootstrap
from audioforge.metrics.embeddings import MetricError
from audioforge.metrics.frechet import fad
from reward_models.statistics import GaussianStats


def clips(n: int, dim: int, seed: int, shift: float = 0.0) -> torch.Tensor:
    return torch.randn(n, dim, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) + shift


def test_statistics_and_embeddings_give_the_same_distance():
    reference, candidate = clips(50, 8, 0), clips(60, 8, 1, 0.3)
    whole = fad(reference, candidate).value
    assert fad(GaussianStats.of(reference), GaussianStats.of(candidate)).value == pytest.approx(whole, rel=1e-9)
    assert fad(GaussianStats.of(reference), candidate).value == pytest.approx(whole, rel=1e-9)


def test_fewer_clips_than_dimensions_still_give_a_real_distance():
    reference, candidate = clips(10, 64, 0), clips(7, 64, 1)
    few = fad(reference, candidate).value
    full = fad(GaussianStats.of(reference), GaussianStats.of(candidate)).value
    assert few > 0
    assert full == pytest.approx(few, rel=1e-6)


def test_statistics_of_nearly_singular_sets_give_the_distance_of_their_clips():
    narrow = torch.logspace(0, -7, 8, dtype=torch.float64)
    reference, candidate = clips(50, 8, 0) * narrow, clips(60, 8, 1) * narrow.flip(0)
    whole = fad(reference[:8], candidate[:8]).value  # by singular values of the clips themselves
    kept = fad(GaussianStats.of(reference[:8]), GaussianStats.of(candidate[:8])).value
    assert kept == pytest.approx(whole, rel=1e-6)


def test_sets_of_one_dimension_have_their_closed_form():
    reference, candidate = clips(50, 1, 0), 3 * clips(60, 1, 1)
    expected = (reference.mean() - candidate.mean()) ** 2 + (reference.std() - candidate.std()) ** 2
    assert fad(reference, candidate).value == pytest.approx(float(expected), rel=1e-9)


def test_the_sizes_of_both_sets_are_in_the_result():
    measured = fad(clips(30, 4, 0), GaussianStats.of(clips(20, 4, 1)))
    assert (measured.n_reference, measured.n_candidate) == (30, 20)


def test_the_interval_contains_the_estimate_and_narrows_with_more_clips():
    widths = []
    for n in (40, 640):
        measured = fad(clips(n, 4, 0), clips(n, 4, 1, 0.5), bootstrap=Bootstrap(resamples=100))
        low, high = measured.interval.low, measured.interval.high
        assert low < measured.value < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2


def test_statistics_have_no_interval():
    with pytest.raises(MetricError, match="needs the candidate's embeddings"):
        fad(clips(30, 4, 0), GaussianStats.of(clips(20, 4, 1)), bootstrap=Bootstrap())


def test_statistics_of_one_clip_are_refused():
    with pytest.raises(MetricError, match="statistics are of 1 clips"):
        fad(GaussianStats.of(clips(1, 4, 0)), clips(20, 4, 1))


def test_sets_of_different_dimensions_are_refused():
    with pytest.raises(MetricError, match="embed both by one embedder"):
        fad(clips(5, 4, 0), clips(5, 3, 1))
