"""Behaviour of audioforge/adapters/judging.py and audioforge/scoring/answers.py."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from audioforge.adapters.judging import Question
from audioforge.generators.base import ParameterSpace
from audioforge.proposals import ParseFailure, Proposal
from audioforge.scoring.answers import read_answer
from audioforge.status import ScoringError, Status
from tests.adapter_stand_ins import make_judge, words

ANYTHING = ParameterSpace(("pingpong",), (1, 50), (0.0, 15.0), (0.1, 11.0), prompt_tokens=2)


def test_a_batch_without_a_single_proposal_is_told_in_the_log(caplog):
    judge = make_judge()
    judge.judge([Question("just words", "a kick"), Question(words(2), "a kick")])
    assert caplog.messages == []
    judge.judge([Question("just words", "a kick"), Question("more words", "a kick")])
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("none of 2 answers is a proposal (first: malformed")


def test_an_answer_is_read_to_what_the_generator_renders():
    reading = read_answer('{"prompt": "a b c"}', ANYTHING)
    assert (reading.proposal, reading.words_cut, reading.status.ok) == (Proposal("a b"), 1, True)


def test_an_answer_that_is_no_proposal_is_a_status_and_never_raises():
    reading = read_answer("no idea", ANYTHING)
    assert (reading.proposal, reading.failure, reading.status.code) == (None, ParseFailure.NO_JSON, Status.MALFORMED)


def test_judgements_keep_the_order_of_the_answers():
    judge = make_judge()
    judgements = judge.judge([Question(text, "a tone") for text in (words(1), "no idea", words(3))])
    assert [judge.reward(own) for own in judgements] == pytest.approx([0.1, 0.0, 0.3], abs=1e-3)
    assert judgements[2].components["peak"].score == pytest.approx(0.3, abs=1e-3)


def test_an_answer_at_fault_earns_the_floor_in_total_and_components():
    judge = make_judge(floor=0.05)
    judgements = judge.judge([Question("no idea", "a tone"), Question('{"prompt": "silence"}', "a tone")])
    assert [own.status.code for own in judgements] == [Status.MALFORMED, Status.SILENT]
    assert [judge.reward(own, name) for own in judgements for name in ("total", "peak")] == [0.05] * 4


def test_without_a_floor_an_answer_at_fault_is_unscored():
    judge = make_judge(floor=None)
    [judgement] = judge.judge([Question("no idea", "a tone")])
    assert judge.reward(judgement) is None


def test_a_failure_of_the_judging_is_no_score_and_leaves_the_others_alone():
    judge = make_judge(breaks_above=0.25)
    good, bad = judge.judge([Question(words(1), "a tone"), Question(words(3), "a tone")])
    assert judge.reward(good) == pytest.approx(0.1, abs=1e-3)
    assert judge.reward(bad) is None
    with pytest.raises(ScoringError, match="total could not be scored: failed: peak failed: RuntimeError"):
        judge.reward_or_raise(bad)


def test_answers_to_one_request_share_a_seed_unless_one_is_given():
    judge = make_judge()
    judge.judge(
        [Question(words(1), "a"), Question(words(2), "a"), Question(words(1), "b"), Question(words(1), "a", seed=7)]
    )
    [seeds] = judge.generator.seeds
    assert seeds[0] == seeds[1] != seeds[2]
    assert seeds[3] == 7


def test_an_equal_batch_is_rendered_once_even_from_several_threads():
    judge = make_judge()
    start = threading.Barrier(4)

    def ask(_: int) -> float | None:
        start.wait()
        return judge.reward(judge.judge([Question(words(2), "a tone")])[0])

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(ask, range(4)))) == 1
    assert len(judge.generator.batches) == 1


def test_an_answer_that_does_not_render_fails_alone_and_is_tried_again_by_the_next_call():
    judge = make_judge()
    judge.generator.failures = 2  # the batch, then its first answer alone
    questions = [Question(words(1), "a tone"), Question(words(2), "a tone")]
    first, second = judge.judge(questions)
    assert first.status.code is Status.FAILED
    assert first.status.reason == "rendering failed: RuntimeError: the generator broke"
    assert judge.reward(first) is None
    assert judge.reward(second) == pytest.approx(0.2, abs=1e-3)
    assert judge.judge(questions)[0].status.ok


def test_an_answer_on_which_a_reward_failed_is_tried_again():
    judge = make_judge(breaks_above=0.25)
    for _ in range(2):
        assert judge.judge([Question(words(3), "a tone")])[0].status.code is Status.FAILED
    assert len(judge.generator.batches) == 2


def test_an_unknown_reward_is_refused_with_the_known_names():
    with pytest.raises(ValueError, match="no reward named 'beauty': give one of total, peak"):
        make_judge().check_name("beauty")


def test_a_category_that_there_is_not_is_refused_and_not_left_unscored():
    with pytest.raises(ValueError, match="category must be one of drums, instruments, sfx, ambient, got 'drum'"):
        Question(words(1), "a tone", category="drum")
