import pytest
import torch

from audioforge.metrics.embeddings import MetricError, as_set, check_same_dim, median_distance, squared_distances


def test_distances_of_near_neighbours_far_from_the_origin_stay_exact():
    clips = torch.full((2, 3), 1e4, dtype=torch.float64)
    clips[1, 0] += 1e-3
    distances = squared_distances(clips, clips)
    assert distances[0, 1] == pytest.approx(1e-6, rel=1e-6)
    assert float(distances.min()) >= 0


def test_the_median_distance_ignores_each_clips_distance_to_itself():
    clips = torch.tensor([[0.0], [1.0], [3.0]], dtype=torch.float64)
    assert median_distance(clips) == pytest.approx(2.0)


def test_the_median_distance_of_a_large_set_is_close_to_the_full_one():
    clips = torch.randn(900, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert median_distance(clips, at_most=300) == pytest.approx(median_distance(clips), rel=0.03)


def test_coinciding_clips_have_no_bandwidth():
    with pytest.raises(MetricError, match="reference clips coincide"):
        median_distance(torch.ones(4, 2))


def test_too_few_clips_are_named_with_their_role():
    with pytest.raises(MetricError, match="the candidate has 1 clips, the metric needs at least 2"):
        as_set(torch.zeros(1, 3), "candidate", minimum=2)


def test_unscored_clips_are_refused_rather_than_dropped():
    clips = torch.zeros(4, 2)
    clips[2] = float("nan")
    with pytest.raises(MetricError, match=r"1 embeddings of the reference are not finite \(first: clip 2"):
        as_set(clips, "reference")


def test_a_single_vector_is_no_set():
    with pytest.raises(MetricError, match=r"expected \(clips, dim\)"):
        as_set(torch.zeros(3), "reference")


def test_sets_of_two_embedders_are_refused():
    with pytest.raises(MetricError, match="3 dimensions, the candidate 4"):
        check_same_dim(torch.zeros(2, 3), torch.zeros(2, 4))
