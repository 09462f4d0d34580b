import pytest

from audioforge.env.unjudged import UnjudgedError, UnjudgedGroups
from audioforge.status import ClipStatus, Status
from tests.env_stand_ins import make_record

FAILED = make_record(status=ClipStatus(Status.FAILED, "out of memory"), total=None)
SILENT = make_record(status=ClipStatus(Status.SILENT, "no sound"), total=None)


def test_a_group_with_a_failure_of_ours_is_tried_again_once_before_it_counts():
    groups = UnjudgedGroups()
    with pytest.raises(UnjudgedError, match="1 of 3 clips could not be judged: failed: out of memory"):
        groups.check(4, [make_record(), FAILED, SILENT])
    assert groups.check(4, [make_record(), FAILED, FAILED]) == 2
    with pytest.raises(UnjudgedError):
        groups.check(4, [FAILED])


def test_what_a_policy_did_itself_counts_at_once():
    malformed = make_record(status=ClipStatus(Status.MALFORMED, "no JSON"), total=None)
    assert UnjudgedGroups().check(0, [make_record(), SILENT, malformed]) == 0


@pytest.mark.parametrize("code", [Status.NON_FINITE, Status.UNREADABLE, Status.NO_REFERENCE, Status.NO_REQUEST])
def test_what_no_answer_can_bring_about_is_a_failure_of_ours(code: Status):
    with pytest.raises(UnjudgedError):
        UnjudgedGroups().check(0, [make_record(status=ClipStatus(code), total=None)])


def test_a_second_try_that_works_is_forgotten():
    groups = UnjudgedGroups()
    with pytest.raises(UnjudgedError):
        groups.check(1, [FAILED])
    assert groups.check(1, [make_record()]) == 0
    with pytest.raises(UnjudgedError):
        groups.check(1, [FAILED])
