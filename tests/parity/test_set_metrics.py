"""Against other implementations and closed forms. The scipy form is what frechet-audio-distance 0.3.4 computes."""

import math

import numpy as np
import pytest
import scipy.linalg
import torch

from audioforge.metrics.frechet import fad
from audioforge.metrics.kad import kad
from audioforge.metrics.prdc import prdc
from audioforge.metrics.vendi import vendi
from reward_models.statistics import GaussianStats


def clips(n: int, dim: int, seed: int, shift: float = 0.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.randn(dim, dim, dtype=torch.float64, generator=generator) / dim**0.5
    return torch.randn(n, dim, dtype=torch.float64, generator=generator) @ mixing + shift


def fad_by_scipy(reference: torch.Tensor, candidate: torch.Tensor) -> float:
    x, y = reference.numpy(), candidate.numpy()
    cov_x, cov_y = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = scipy.linalg.sqrtm((cov_x @ cov_y).astype(complex)).real
    shift = x.mean(0) - y.mean(0)
    return float(shift @ shift + np.trace(cov_x) + np.trace(cov_y) - 2 * np.trace(root))


@pytest.mark.parametrize(("n", "m", "dim"), [(300, 200, 32), (400, 500, 64), (2000, 5000, 3)])
def test_fad_equals_the_matrix_square_root_of_scipy(n, m, dim):
    reference, candidate = clips(n, dim, 0), clips(m, dim, 1, 0.1)
    assert fad(reference, candidate).value == pytest.approx(fad_by_scipy(reference, candidate), rel=1e-6)


def test_fad_of_fewer_clips_than_dimensions_equals_scipy_within_its_own_error():
    reference, candidate = clips(40, 64, 0), clips(30, 64, 1)
    assert fad(reference, candidate).value == pytest.approx(fad_by_scipy(reference, candidate), rel=1e-4)


def test_fad_equals_that_of_torchmetrics():
    fid = pytest.importorskip("torchmetrics.image.fid")
    first, second = GaussianStats.of(clips(300, 32, 0)), GaussianStats.of(clips(200, 32, 1, 0.1))
    expected = fid._compute_fid(first.mean, first.covariance, second.mean, second.covariance)
    assert fad(first, second).value == pytest.approx(float(expected), rel=1e-6)


def test_fad_of_commuting_gaussians_has_its_closed_form():
    deviations = {"first": torch.logspace(0, -4, 12).double(), "second": torch.linspace(0.2, 1, 12).double()}
    n = 100
    mean = torch.linspace(-1, 1, 12).double()
    first, second = (GaussianStats(n, mean * i, torch.diag(d**2) * (n - 1)) for i, d in enumerate(deviations.values()))
    expected = mean.square().sum() + (deviations["first"] - deviations["second"]).square().sum()
    assert fad(first, second).value == pytest.approx(float(expected), rel=1e-12)


def test_kad_equals_a_double_loop():
    reference, candidate = clips(9, 4, 0), clips(7, 4, 1, 0.3)
    width = float(torch.pdist(reference).quantile(0.5))

    def mean_kernel(first: torch.Tensor, second: torch.Tensor, same: bool) -> float:
        values = [
            math.exp(-float((a - b).square().sum()) / (2 * width**2))
            for i, a in enumerate(first)
            for j, b in enumerate(second)
            if not (same and i == j)
        ]
        return sum(values) / len(values)

    within = mean_kernel(reference, reference, True) + mean_kernel(candidate, candidate, True)
    expected = 100 * (within - 2 * mean_kernel(reference, candidate, False))
    assert kad(reference, candidate).value == pytest.approx(expected, rel=1e-9)


def test_prdc_equals_its_definition_spelt_out():
    reference, candidate = clips(25, 3, 0), clips(20, 3, 1, 0.5)
    k = 5

    def radii(own: torch.Tensor) -> torch.Tensor:
        return torch.stack([(own - one).norm(dim=1).sort().values[k] for one in own])

    far = torch.stack([(candidate - one).norm(dim=1) for one in reference])
    inside = far <= radii(reference)[:, None]
    found = prdc(reference, candidate, k=k)
    assert found.precision.value == pytest.approx(float(inside.any(0).double().mean()))
    assert found.recall.value == pytest.approx(float((far <= radii(candidate)[None]).any(1).double().mean()))
    assert found.density.value == pytest.approx(float(inside.sum()) / (k * len(candidate)))
    assert found.coverage.value == pytest.approx(float((far.min(1).values <= radii(reference)).double().mean()))


def test_vendi_equals_the_entropy_of_the_full_kernel():
    own = clips(12, 5, 0)
    unit = own / own.norm(dim=1, keepdim=True)
    share = np.linalg.eigvalsh((unit @ unit.T).numpy() / 12).clip(1e-300)
    assert vendi(own).value == pytest.approx(float(np.exp(-(share * np.log(share)).sum())), rel=1e-9)
