import pytest

from audioforge.dashboard.lessons import effects_of, leads, winning_prompts
from audioforge.proposals import Proposal
from tests.rollout_makers import malformed, scored


def two_groups(tmp_path):
    """An easy request and a hard one; in both, more steps gain 0.1. Most steps were spent on the hard one."""
    plan = [("0-0", 0.9, 20, "easy good"), ("0-1", 0.8, 4, "easy bad"), ("0-2", 0.8, 4, "easy bad")]
    plan += [("1-0", 0.2, 20, "hard good"), ("1-1", 0.2, 20, "hard good"), ("1-2", 0.1, 4, "hard bad")]
    return [
        scored(tmp_path, name, total, proposal=Proposal(prompt, steps=steps)) for name, total, steps, prompt in plan
    ]


def test_a_lead_is_free_of_how_easy_the_request_was(tmp_path):
    effects = {(own.parameter, own.value): own for own in effects_of(two_groups(tmp_path))}
    many, few = effects["steps", "above 16"], effects["steps", "up to 4"]
    assert many.total < few.total  # the plain means mislead
    assert many.lead > 0 > few.lead
    assert (many.n, few.n) == (3, 3)


def test_prompts_win_by_their_mean_lead_and_losers_are_not_shown(tmp_path):
    best, second = winning_prompts(two_groups(tmp_path))
    assert (best.prompt, best.n) == ("easy good", 1)
    assert best.lead == pytest.approx(0.9 - 2.5 / 3)
    assert (second.prompt, second.n, second.total) == ("hard good", 2, pytest.approx(0.2))
    assert len(winning_prompts(two_groups(tmp_path), most=1)) == 1


def test_an_answer_alone_in_its_group_leads_nobody(tmp_path):
    assert leads([scored(tmp_path, "0-0", 0.9), malformed(tmp_path, "0-1")]) == []
    assert effects_of([malformed(tmp_path, "0-1")]) == []
