"""Behaviour of audioforge/env/charges.py, and of what judging does with it."""

import asyncio

import pytest

from audioforge.env.answers import Answer
from audioforge.env.charges import MOST_COMPUTE, MOST_LENGTH, Charges, compute_share, unseen_words
from audioforge.env.schedule import GroupItem
from audioforge.generators.base import ParameterSpace
from audioforge.proposals import Proposal
from tests.env_stand_ins import ToneGenerator, make_judge, make_target

TARIFF = Charges()


def judged(text, generator=None):
    judge = make_judge()
    if generator is not None:
        object.__setattr__(judge, "generator", generator)
    return asyncio.run(judge.judge(GroupItem(0, make_target(), 1), [], [Answer(text)]))[0]


def test_an_answer_of_the_length_asked_for_with_seen_words_alone_pays_nothing():
    assert TARIFF.of(Proposal("a"), 0, 4.0) == {}
    assert TARIFF.of(Proposal("a", seconds=3.0), 0, 4.0) == {}


@pytest.mark.parametrize("seconds", [0.5, 32.0])
def test_a_length_far_off_costs_the_more_the_further_either_way(seconds):
    near = Proposal("a", seconds=2.0 if seconds < 4 else 8.0)
    far = Proposal("a", seconds=seconds)
    assert 0 < TARIFF.of(near, 0, 4.0)["length"] < TARIFF.of(far, 0, 4.0)["length"] <= TARIFF.length


def test_each_unseen_word_costs_up_to_a_bound():
    assert TARIFF.of(Proposal("a"), 3, 4.0) == {"unseen_words": 0.03}
    assert TARIFF.of(Proposal("a"), 500, 4.0) == {"unseen_words": TARIFF.most_unseen}


def test_words_past_the_limit_take_their_share_of_the_reward_and_leave_the_total():
    record = judged('{"prompt": "a b c d e f g h"}')
    assert record.prompt_words_cut == 2
    assert record.charges == {"unseen_words": 0.02}
    assert record.reward == pytest.approx(0.98 * record.total)


def test_words_of_a_negative_prompt_past_the_limit_count_too():
    assert judged('{"prompt": "a", "negative_prompt": "a b c d e f g"}').charges == {"unseen_words": 0.01}


def test_a_generator_with_its_own_tokenizer_is_asked():
    class Tokenizing(ToneGenerator):
        def count_tokens(self, prompt):
            return 2 * len(prompt.split())

    assert unseen_words(Tokenizing(), Proposal("a b c d e", negative_prompt="a b c d"), 1, 6) == 1 + 4 + 2
    assert unseen_words(Tokenizing(), Proposal("a b c d e"), 0, None) == 0
    assert judged('{"prompt": "a b c d"}', Tokenizing()).charges == {"unseen_words": 0.02}


def test_an_answer_that_cannot_be_scored_pays_nothing_and_has_the_floor():
    record = judged("no idea")
    assert (record.charges, record.reward) == ({}, 0.0)


SPACE = ParameterSpace(("euler", "rk4"), (1, 50), (0.0, 15.0), (0.5, 11.0))


def share(seconds=4.0, **proposal):
    return compute_share(Proposal("a", seconds=seconds, **{"sampler": "euler", **proposal}), SPACE, 4.0)


def test_compute_costs_nothing_unless_asked_for():
    assert TARIFF.of(Proposal("a", steps=50), 0, 4.0, 1.0) == {}
    assert Charges(compute=0.1).of(Proposal("a"), 0, 4.0, 0.5) == {"compute": 0.05}


def test_every_doubling_of_evaluations_costs_alike_from_nothing_to_the_dearest_clip():
    assert share(steps=1) == 0
    doubled = [share(steps=16) - share(steps=8), share(steps=8, cfg_scale=3.0) - share(steps=8)]
    assert doubled == pytest.approx([share(steps=2)] * 2)
    assert share(steps=50, sampler="rk4", cfg_scale=3.0) == 1


def test_a_clip_shorter_than_asked_for_saves_no_compute_and_a_longer_one_pays():
    assert share(steps=8, seconds=1.0) == share(steps=8)
    assert share(steps=8, seconds=8.0) == share(steps=16)
    assert share(steps=50, sampler="rk4", cfg_scale=3.0, seconds=11.0) == 1


def test_a_generator_that_takes_one_evaluation_charges_no_compute():
    assert compute_share(Proposal("a", steps=1), ParameterSpace(("greedy",), (1, 1), (1.0, 1.0), (1, 9)), 4.0) == 0


def test_the_dearest_answer_that_pays_for_everything_still_beats_a_malformed_one():
    dear = Charges(unseen_word=1.0, length=MOST_LENGTH, compute=MOST_COMPUTE)
    assert sum(dear.of(Proposal("a", seconds=1000.0), 500, 0.5, 1.0).values()) <= 0.95


def test_a_judge_charges_the_compute_of_what_was_rendered():
    judge = make_judge(charges=Charges(compute=0.1))
    texts = [f'{{"prompt": "a", "steps": {steps}}}' for steps in (1, 8, 50)]
    records = asyncio.run(judge.judge(GroupItem(0, make_target(), 1), [], [Answer(text) for text in texts]))
    assert [sorted(record.charges) for record in records] == [[], ["compute"], ["compute"]]
    assert records[0].reward == records[0].total
    assert records[0].reward > records[1].reward > records[2].reward > 0.89 * records[2].total


def test_words_glued_together_are_counted_and_cut_as_words():
    spaced, glued = (judged(f'{{"prompt": "{mark.join("abcdefgh")}"}}') for mark in (" ", ","))
    assert (glued.proposal.prompt, glued.prompt_words_cut) == ("a,b,c,d,e,f", 2)
    assert glued.charges == spaced.charges
