import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from audioforge.metrics.frechet import fad
from audioforge.metrics.kad import kad
from audioforge.metrics.prdc import prdc
from audioforge.metrics.vendi import vendi
from reward_models.statistics import GaussianStats

SETTINGS = settings(max_examples=30, deadline=None)
SEEDS, SIZES, DIMS = st.integers(0, 10_000), st.integers(2, 30), st.integers(1, 20)


def clips(n: int, dim: int, seed: int) -> torch.Tensor:
    """Of uneven scales, so that some covariances are near singular."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, dim, dtype=torch.float64, generator=generator) * torch.logspace(0, -3, dim).double()


@SETTINGS
@given(SEEDS, SIZES, DIMS)
def test_a_set_is_at_no_distance_from_itself(seed, n, dim):
    own = clips(n, dim, seed)
    assert fad(own, own).value == pytest.approx(0, abs=1e-9)
    assert fad(GaussianStats.of(own), GaussianStats.of(own)).value == pytest.approx(0, abs=1e-9)
    assert fad(GaussianStats.of(own), own).value == pytest.approx(0, abs=1e-9)


@SETTINGS
@given(SEEDS, SIZES, SIZES, DIMS)
def test_fad_is_symmetric_and_never_negative(seed, n, m, dim):
    first, second = clips(n, dim, seed), clips(m, dim, seed + 1)
    forth, back = fad(first, second).value, fad(second, first).value
    assert forth >= 0
    assert forth == pytest.approx(back, abs=1e-8)


@SETTINGS
@given(SEEDS, SIZES, DIMS, st.floats(-5, 5))
def test_a_shift_adds_its_squared_length_to_fad(seed, n, dim, shift):
    own = clips(n, dim, seed)
    assert fad(own, own + shift).value == pytest.approx(dim * shift**2, abs=1e-8)


@SETTINGS
@given(SEEDS, SIZES, SIZES, DIMS)
def test_distances_do_not_depend_on_the_order_of_the_clips(seed, n, m, dim):
    first, second = clips(n, dim, seed), clips(m, dim, seed + 1)
    shuffled = second[torch.randperm(m, generator=torch.Generator().manual_seed(seed))]
    assert fad(first, shuffled).value == pytest.approx(fad(first, second).value, abs=1e-8)
    assert kad(first, shuffled).value == pytest.approx(kad(first, second).value, abs=1e-9)


@SETTINGS
@given(SEEDS, SIZES, SIZES, DIMS)
def test_fad_and_kad_do_not_depend_on_where_the_space_has_its_origin(seed, n, m, dim):
    first, second = clips(n, dim, seed), clips(m, dim, seed + 1)
    assert fad(first + 100, second + 100).value == pytest.approx(fad(first, second).value, abs=1e-7)
    assert kad(first + 100, second + 100).value == pytest.approx(kad(first, second).value, abs=1e-6)


@SETTINGS
@given(SEEDS, st.integers(6, 30), st.integers(6, 30), DIMS)
def test_prdc_stays_in_its_ranges_and_swaps_precision_for_recall(seed, n, m, dim):
    first, second = clips(n, dim, seed), clips(m, dim, seed + 1)
    forth, back = prdc(first, second), prdc(second, first)
    assert 0 <= forth.coverage.value <= 1
    assert 0 <= forth.density.value <= n / 5
    assert forth.precision.value == back.recall.value


@SETTINGS
@given(SEEDS, SIZES, DIMS, st.floats(0, 10))
def test_vendi_lies_between_one_and_the_number_of_clips(seed, n, dim, order):
    assert 1 - 1e-9 <= vendi(clips(n, dim, seed), order=order).value <= n + 1e-9


@SETTINGS
@given(SEEDS, st.lists(st.integers(0, 9), min_size=1, max_size=5), DIMS)
def test_pooled_statistics_equal_those_of_the_whole(seed, sizes, dim):
    own = clips(sum(sizes) + 2, dim, seed)
    pooled = GaussianStats.empty(dim)
    for batch in own.split([2, *sizes]):
        pooled = GaussianStats.of(batch).merge(pooled)
    torch.testing.assert_close(pooled.covariance, GaussianStats.of(own).covariance, rtol=1e-9, atol=1e-12)
