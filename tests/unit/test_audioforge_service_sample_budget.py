import pytest

from audioforge.service.errors import ServiceError
from audioforge.service.sample_budget import SampleBudget


def test_what_a_request_took_is_given_back_at_its_end():
    budget = SampleBudget(10, retry_seconds=3)
    with budget.share() as first, budget.share() as second:
        first.take(6)
        second.take(4)
        with pytest.raises(ServiceError, match="hold 10 samples") as refused:
            second.take(1)
    assert (refused.value.http_status, refused.value.retry_seconds, budget.held) == (503, 3, 0)


def test_a_thread_that_decodes_for_a_request_given_up_takes_no_more():
    budget = SampleBudget(10, retry_seconds=3)
    with budget.share() as share:
        share.take(6)
    with pytest.raises(ServiceError, match="given up"):
        share.take(1)
    assert budget.held == 0
