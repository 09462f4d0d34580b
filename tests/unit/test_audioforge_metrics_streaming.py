import pytest
import torch

from audioforge.metrics.embeddings import MetricError
from audioforge.metrics.frechet import fad
from audioforge.metrics.kad import kad
from audioforge.metrics.prdc import prdc
from audioforge.metrics.streaming import (
    FrechetAudioDistance,
    KernelAudioDistance,
    PrecisionRecallDensityCoverage,
    VendiScore,
)
from audioforge.metrics.vendi import vendi
from reward_models.statistics import GaussianStats


def clips(n: int, seed: int) -> torch.Tensor:
    return torch.randn(n, 5, generator=torch.Generator().manual_seed(seed)) + 50


def test_batches_give_the_distance_of_the_whole():
    reference, candidate = GaussianStats.of(clips(40, 0)), clips(33, 1)
    metric = FrechetAudioDistance(reference)
    for batch in candidate.split(10):
        metric.update(batch)
    assert float(metric.compute()) == pytest.approx(fad(reference, candidate).value, rel=1e-9)


def test_summing_the_states_of_two_processes_gives_the_distance_of_both():
    reference, candidate = GaussianStats.of(clips(40, 0)), clips(33, 1)
    first, second = FrechetAudioDistance(reference), FrechetAudioDistance(reference)
    first.update(candidate[:20])
    second.update(candidate[20:])
    for state in ("n", "total", "product"):
        setattr(first, state, getattr(first, state) + getattr(second, state))
    assert float(first.compute()) == pytest.approx(fad(reference, candidate).value, rel=1e-9)


def test_reset_forgets():
    metric = FrechetAudioDistance(GaussianStats.of(clips(40, 0)))
    metric.update(clips(5, 1))
    metric.reset()
    assert metric.candidate.n == 0
    metric.update(clips(1, 2))
    with pytest.raises(MetricError, match="statistics are of 1 clips"):
        metric.compute()


def fed(metric, candidate):
    for batch in candidate.split(10):
        metric.update(batch)
    return metric.compute()


def test_pairwise_metrics_in_batches_give_those_of_the_whole():
    reference, candidate = clips(40, 0), clips(33, 1)
    assert float(fed(KernelAudioDistance(reference), candidate)) == pytest.approx(kad(reference, candidate).value)
    assert float(fed(VendiScore(order=2.0), candidate)) == pytest.approx(vendi(candidate, order=2.0).value)
    found, whole = fed(PrecisionRecallDensityCoverage(reference, k=3), candidate), prdc(reference, candidate, k=3)
    assert {name: float(value) for name, value in found.items()} == pytest.approx(
        {name: getattr(whole, name).value for name in ("precision", "recall", "density", "coverage")}
    )


def test_candidates_of_two_processes_are_judged_together():
    reference, candidate = clips(40, 0), clips(33, 1)
    first, second = KernelAudioDistance(reference), KernelAudioDistance(reference)
    first.update(candidate[:20])
    second.update(candidate[20:])
    first.candidates = torch.cat([*first.candidates, *second.candidates])  # as torchmetrics leaves a reduced list
    assert float(first.compute()) == pytest.approx(kad(reference, candidate).value)


def test_a_pairwise_metric_that_saw_nothing_says_so():
    with pytest.raises(MetricError, match="no candidate was seen yet"):
        _ = VendiScore().candidate
