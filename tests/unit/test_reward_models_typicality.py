import pytest
import torch

from reward_models.statistics import GaussianStats
from reward_models.typicality import KernelTypicality, MahalanobisTypicality, oracle_shrinkage, shrunk_covariance


def clips(n: int, dim: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, dim, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_with_many_clips_the_distance_is_that_of_mahalanobis():
    reference = clips(200_000, 3) * torch.tensor([1.0, 2.0, 0.5])
    typicality = MahalanobisTypicality.of(GaussianStats.of(reference))
    found = typicality(torch.tensor([[1.0, 0, 0], [0, 4.0, 0], [0, 0, 1.5]]))
    torch.testing.assert_close(found, torch.tensor([-1.0, -2.0, -3.0], dtype=torch.float64), rtol=0.05, atol=0.05)


def test_fewer_clips_than_dimensions_give_a_well_conditioned_covariance():
    covariance, shrinkage = shrunk_covariance(GaussianStats.of(clips(10, 50)))
    assert 0 < shrinkage <= 1
    assert float(torch.linalg.cond(covariance)) < 100


def test_shrinking_fades_with_more_clips_and_keeps_the_trace():
    stretched = torch.linspace(0.1, 3, 6)
    few, many = (GaussianStats.of(clips(n, 6) * stretched) for n in (10, 5000))
    assert shrunk_covariance(few)[1] > 5 * shrunk_covariance(many)[1]
    assert float(shrunk_covariance(few)[0].trace()) == pytest.approx(float(few.scatter.trace()) / 10)


def test_shrinkage_is_close_to_that_of_scikit_learn():
    # Which drops the 2 / dim of the paper's formula.
    covariance = pytest.importorskip("sklearn.covariance")
    reference = clips(40, 200) * torch.linspace(0.1, 3, 200)
    expected = covariance.OAS().fit(reference.numpy())
    covariance_of_clips = GaussianStats.of(reference).scatter / 40
    assert oracle_shrinkage(covariance_of_clips, 40) == pytest.approx(expected.shrinkage_, rel=0.02)


def test_the_kernel_sees_two_kinds_of_sound_where_a_gaussian_sees_their_middle():
    reference = torch.cat([clips(50, 4) * 0.1 + 1, clips(50, 4, 1) * 0.1 - 1])
    middle, inside = torch.zeros(1, 4), torch.ones(1, 4)
    kernel = KernelTypicality(reference, 0.5)
    assert kernel(inside) > kernel(middle)
    gaussian = MahalanobisTypicality.of(GaussianStats.of(reference))
    assert gaussian(inside) < gaussian(middle)


def test_far_clips_are_told_apart_where_every_kernel_value_rounds_to_zero():
    kernel = KernelTypicality(clips(10, 4) * 0.01, 0.01)
    near, far = kernel(torch.tensor([[10.0, 0, 0, 0], [20.0, 0, 0, 0]]))
    assert float(near) > float(far) > -torch.inf


def test_an_unscored_clip_stays_unscored():
    row = torch.full((1, 4), float("nan"))
    assert bool(KernelTypicality(clips(5, 4), 1.0)(row).isnan())
    assert bool(MahalanobisTypicality.of(GaussianStats.of(clips(9, 4)))(row).isnan())


def test_two_clips_are_too_few():
    with pytest.raises(ValueError, match="at least 3 reference clips, got 2"):
        shrunk_covariance(GaussianStats.of(clips(2, 4)))


def test_coinciding_clips_are_refused():
    with pytest.raises(ValueError, match="the reference clips coincide"):
        shrunk_covariance(GaussianStats.of(torch.ones(5, 4)))
