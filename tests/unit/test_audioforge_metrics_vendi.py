import math

import pytest
import torch

from audioforge.metrics.bootstrap import Bootstrap
from audioforge.metrics.embeddings import MetricError
from audioforge.metrics.vendi import vendi


@pytest.mark.parametrize("order", [0, 0.5, 1, 2, math.inf])
def test_copies_count_once_and_orthogonal_clips_each(order):
    assert vendi(torch.ones(7, 4), order=order).value == pytest.approx(1)
    assert vendi(torch.eye(5) * 3, order=order).value == pytest.approx(5)


def test_the_score_is_the_same_on_either_side_of_the_square():
    clips = torch.randn(6, 6, generator=torch.Generator().manual_seed(0))
    padded = torch.nn.functional.pad(clips, (0, 3))
    assert vendi(padded).value == pytest.approx(vendi(clips).value)
    assert vendi(torch.cat([clips, clips])).value == pytest.approx(vendi(clips).value)


def test_the_length_of_an_embedding_does_not_count():
    clips = torch.randn(6, 4, generator=torch.Generator().manual_seed(1))
    assert vendi(clips * torch.logspace(-1, 1, 6)[:, None]).value == pytest.approx(vendi(clips).value)


def test_larger_orders_see_fewer_clips():
    clips = torch.cat([torch.eye(4)[:1].repeat(9, 1), torch.eye(4)])
    scores = [vendi(clips, order=order).value for order in (0, 1, 2, math.inf)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == pytest.approx(4)
    assert scores[-1] == pytest.approx(13 / 10)


def test_an_interval_can_be_had():
    clips = torch.randn(30, 6, generator=torch.Generator().manual_seed(0))
    measured = vendi(clips, bootstrap=Bootstrap(resamples=20))
    assert measured.interval.low < measured.value < measured.interval.high
    assert measured.n_candidate == 30


def test_a_negative_order_is_refused():
    with pytest.raises(MetricError, match="at least 0, got -1"):
        vendi(torch.eye(3), order=-1)


def test_a_zero_embedding_is_refused():
    with pytest.raises(MetricError, match="an embedding is zero"):
        vendi(torch.zeros(2, 3))
