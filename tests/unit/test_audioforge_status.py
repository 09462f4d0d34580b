"""Behaviour of audioforge/status.py."""

from audioforge.status import ClipStatus, Status


def test_every_outcome_is_ok_or_the_answers_fault_or_unjudged():
    unjudged = {code for code in Status if ClipStatus(code).is_unjudged}
    assert unjudged == {
        Status.NON_FINITE, Status.UNREADABLE, Status.FAILED, Status.NO_REQUEST, Status.NO_REFERENCE
    }  # fmt: skip
    assert not ClipStatus().is_unjudged
