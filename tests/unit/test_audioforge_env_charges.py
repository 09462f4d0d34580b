"""Behaviour of audioforge/env/charges.py, and of what judging does with it."""

import asyncio

import pytest

from audioforge.env.answers import Answer
from audioforge.env.charges import Charges, unseen_words
from audioforge.env.schedule import GroupItem
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


def test_words_glued_together_are_counted_and_cut_as_words():
    spaced, glued = (judged(f'{{"prompt": "{mark.join("abcdefgh")}"}}') for mark in (" ", ","))
    assert (glued.proposal.prompt, glued.prompt_words_cut) == ("a,b,c,d,e,f", 2)
    assert glued.charges == spaced.charges
