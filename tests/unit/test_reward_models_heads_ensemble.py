import pytest
import torch

from reward_models.heads.ensemble import Ensemble


def test_each_member_is_a_perceptron_of_its_own():
    torch.manual_seed(0)
    ensemble = Ensemble(4, 3, 2)
    embedding = torch.randn(5, 4)
    ensemble.standardise(embedding)
    inputs = (embedding - embedding.mean(0)) / embedding.std(0)
    for member in range(2):
        hidden = torch.relu(inputs @ ensemble.weight_in[member] + ensemble.bias_in[member])
        expected = (hidden @ ensemble.weight_out[member] + ensemble.bias_out[member])[:, 0]
        torch.testing.assert_close(ensemble(embedding)[:, member], expected)


def test_a_row_does_not_depend_on_its_batch_and_nan_rows_stay_nan():
    torch.manual_seed(0)
    ensemble = Ensemble(4, 3, 2)
    embedding = torch.randn(3, 4)
    embedding[1] = float("nan")
    together = ensemble(embedding)
    torch.testing.assert_close(together[2:], ensemble(embedding[2:]))
    assert bool(together[1].isnan().all())
    assert not bool(together[[0, 2]].isnan().any())


def test_members_share_themselves_out_among_the_parts_of_an_embedding():
    torch.manual_seed(0)
    ensemble = Ensemble(6, 3, 4, parts=2)
    embedding = torch.randn(5, 6)
    ensemble.standardise(embedding)
    before = ensemble(embedding)
    embedding[:, 3:] *= 7  # the length of a part doesn't count
    torch.testing.assert_close(ensemble(embedding), before)
    embedding[:, 3:] = torch.randn(5, 3)
    torch.testing.assert_close(ensemble(embedding)[:, :2], before[:, :2])
    assert not torch.allclose(ensemble(embedding)[:, 2:], before[:, 2:])
    with pytest.raises(ValueError, match="4 parts don't divide an embedding of 6 and 4 members"):
        Ensemble(6, 3, 4, parts=4)
