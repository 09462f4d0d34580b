import pytest
import torch

from reward_models.statistics import GaussianStats


def test_batches_in_any_split_give_the_statistics_of_the_whole():
    clips = torch.randn(57, 6, generator=torch.Generator().manual_seed(0)) + 100
    whole = GaussianStats.of(clips)
    parts = GaussianStats.empty(6)
    for batch in clips.split([1, 0, 20, 36]):
        parts = parts.update(batch)
    assert parts.n == whole.n == 57
    torch.testing.assert_close(parts.mean, whole.mean)
    torch.testing.assert_close(parts.covariance, torch.cov(clips.double().T), rtol=1e-9, atol=1e-12)


def test_a_large_common_offset_costs_no_precision():
    clips = torch.randn(100, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    near = GaussianStats.of(clips[:50]).update(clips[50:])
    far = GaussianStats.of(clips[:50] + 1e6).update(clips[50:] + 1e6)
    torch.testing.assert_close(near.covariance, far.covariance, rtol=1e-6, atol=1e-9)


def test_leaving_one_out_undoes_its_update():
    clips = torch.randn(12, 5, generator=torch.Generator().manual_seed(2))
    rest = GaussianStats.of(clips).without(clips[3])
    expected = GaussianStats.of(torch.cat([clips[:3], clips[4:]]))
    torch.testing.assert_close(rest.mean, expected.mean)
    torch.testing.assert_close(rest.covariance, expected.covariance)


def test_statistics_of_different_embedders_do_not_pool():
    with pytest.raises(ValueError, match="3 and 4 dimensions"):
        GaussianStats.empty(3).merge(GaussianStats.empty(4))


def test_a_value_that_is_not_finite_is_refused_by_row():
    clips = torch.zeros(3, 2)
    clips[1, 0] = float("nan")
    with pytest.raises(ValueError, match="embedding 1 holds NaN"):
        GaussianStats.of(clips)


def test_finite_values_are_taken_even_where_their_sum_is_not():
    assert GaussianStats.of(torch.full((3, 2), 6e4, dtype=torch.float16)).n == 3


def test_one_embedding_has_no_covariance():
    with pytest.raises(ValueError, match="at least 2 embeddings, got 1"):
        _ = GaussianStats.of(torch.zeros(1, 2)).covariance


def test_leaving_one_out_of_one_is_refused():
    with pytest.raises(ValueError, match="leaving one out needs at least 2"):
        GaussianStats.of(torch.zeros(1, 2)).without(torch.zeros(2))


def test_embeddings_that_are_no_matrix_are_refused():
    with pytest.raises(ValueError, match=r"expected \(batch, dim\)"):
        GaussianStats.of(torch.zeros(3))
