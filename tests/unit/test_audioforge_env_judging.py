"""Behaviour of audioforge/env/judging.py and answers.py."""

import asyncio
import threading

import pytest

from audioforge.env.answers import Answer
from audioforge.env.schedule import GroupItem
from audioforge.env.statistics import metric_means
from audioforge.proposals import ParseFailure, Proposal
from audioforge.scoring.answers import cut_prompt
from audioforge.scoring.calls import Priority
from audioforge.status import Status
from reward_models.audio import AudioBatch
from tests.env_stand_ins import PeakScorer, ToneGenerator, make_judge, make_target

ITEM = GroupItem(number=3, target=make_target(), seed=11)


def judge(*texts, **options):
    judged = make_judge(**options)
    return judged, asyncio.run(judged.judge(ITEM, [], [Answer(text) for text in texts]))


def test_a_group_is_rendered_and_scored_as_one_batch():
    judged, records = judge('{"prompt": "one"}', '{"prompt": "one two three"}')
    assert [len(batch) for batch in judged.generator.batches] == [2]
    (call,) = judged.scorer.calls
    assert call["requests"] == [ITEM.target.target_description] * 2
    assert (call["categories"], call["groups"]) == (["drums"] * 2, ["3", "3"])
    assert call["terms"].priority is Priority.TRAINING
    assert [round(record.reward, 1) for record in records] == [0.1, 0.3]
    assert records[0].components["peak"].raw == pytest.approx(records[0].total)


def test_all_answers_of_a_group_are_rendered_with_the_group_s_seed():
    judged, _ = judge('{"prompt": "one"}', '{"prompt": "two"}')
    assert judged.generator.seeds == [[11, 11]]


def test_a_malformed_answer_keeps_its_place_with_the_floor_and_a_name():
    _, records = judge('{"prompt": "one"}', "no idea", '{"prompt": "one two"}', floor=0.05)
    assert [record.id for record in records] == ["3-0", "3-1", "3-2"]
    assert records[1].status.code is Status.MALFORMED
    assert records[1].parse_failure == "no_json"
    assert (records[1].reward, records[1].total, records[1].proposal) == (0.05, None, None)
    assert round(records[2].reward, 1) == 0.2


def test_a_group_of_malformed_answers_alone_renders_nothing():
    judged, records = judge("", "{}")
    assert judged.generator.batches == []
    assert [record.parse_failure for record in records] == ["empty_answer", "missing_prompt"]


def test_values_the_generator_refuses_are_malformed():
    _, records = judge('{"prompt": "one", "steps": 500}')
    assert records[0].parse_failure == "illegal_value"
    assert "between 1 and 50" in records[0].status.reason


def test_a_clip_that_cannot_be_scored_has_its_status_and_the_floor():
    _, records = judge('{"prompt": "silence"}', '{"prompt": "one"}')
    assert (records[0].status.code, records[0].total, records[0].reward) == (Status.SILENT, None, 0.0)
    assert records[0].components["peak"].score is None


def test_words_past_the_generator_s_limit_are_cut_and_counted():
    judged, records = judge('{"prompt": "a b c d e f g h"}')
    assert judged.generator.batches[0][0].prompt == "a b c d e f"
    assert records[0].prompt_words_cut == 2


def test_a_prompt_within_the_limit_or_without_one_is_left_alone():
    proposal = Proposal("a b c")
    assert cut_prompt(proposal, 3) == (proposal, 0)
    assert cut_prompt(proposal, None) == (proposal, 0)


def test_clips_are_kept_beside_the_records(tmp_path):
    _, records = judge("nothing", '{"prompt": "one"}', audio_folder=tmp_path / "audio")
    assert [record.audio for record in records] == [None, "audio/3-1.flac"]
    assert AudioBatch.load([tmp_path / records[1].audio]).sample_rate == 8_000


def test_rendering_does_not_happen_on_the_event_loop_s_thread():
    seen = []

    class Watched(ToneGenerator):
        def generate(self, proposals, seeds):
            seen.append(threading.current_thread())
            return super().generate(proposals, seeds)

    watched = make_judge()
    object.__setattr__(watched, "generator", Watched())
    asyncio.run(watched.judge(ITEM, [], [Answer('{"prompt": "one"}')]))
    assert seen
    assert seen[0] is not threading.main_thread()


def test_records_say_what_made_and_judged_them():
    _, records = judge('{"prompt": "one"}', provenance={"preset": "test"})
    assert records[0].provenance == {"preset": "test", "combined": "peak"}


class FussyGenerator(ToneGenerator):
    """Breaks on a word."""

    def generate(self, proposals, seeds):
        if any(proposal.prompt == "break" for proposal in proposals):
            raise RuntimeError("out of memory")
        return super().generate(proposals, seeds)


def test_a_proposal_that_breaks_the_generator_does_not_take_its_group_down():
    judged = with_generator(FussyGenerator())
    texts = ('{"prompt": "break"}', "nothing", '{"prompt": "one two"}')
    found = asyncio.run(judged.judge_aloud(ITEM, [], [Answer(text) for text in texts]))
    assert [record.status.code for record in found.records] == [Status.FAILED, Status.MALFORMED, Status.OK]
    assert "RuntimeError: out of memory" in found.records[0].status.reason
    assert found.records[2].total == pytest.approx(0.2, abs=0.01)
    assert (found.rows, len(found.audio)) == ((2,), 1)
    alone = asyncio.run(judged.judge_aloud(ITEM, [], [Answer(texts[0])]))
    assert (alone.audio, alone.records[0].proposal.prompt, alone.records[0].total) == (None, "break", None)


def test_a_scorer_s_failure_reaches_the_caller():
    with pytest.raises(RuntimeError, match="the scorer broke"):
        judge('{"prompt": "one"}', scorer=PeakScorer(failures=1))


class SlowGenerator(ToneGenerator):
    """Renders only when told; counts how many do so at once."""

    def __init__(self):
        super().__init__()
        self.go, self.now, self.most, self.started = threading.Event(), 0, 0, threading.Semaphore(0)

    def generate(self, proposals, seeds):
        self.now += 1
        self.most = max(self.most, self.now)
        self.started.release()
        assert self.go.wait(10)
        self.now -= 1
        return super().generate(proposals, seeds)


def with_generator(generator):
    judged = make_judge()
    object.__setattr__(judged, "generator", generator)
    return judged


async def in_flight(judged, count):
    tasks = [asyncio.create_task(judged.judge(ITEM, [], [Answer('{"prompt": "one"}')])) for _ in range(count)]
    assert await asyncio.to_thread(judged.generator.started.acquire, timeout=10)
    return tasks


def test_a_group_is_rendered_while_another_is_scored_and_rendering_is_bounded():
    generator = SlowGenerator()
    generator.go.set()
    scoring, rendered = asyncio.Event(), []

    class WaitingScorer(PeakScorer):
        async def score_async(self, audio, *args, **options):
            rendered.append(audio)
            if len(rendered) == 1:
                await asyncio.wait_for(scoring.wait(), 10)  # only a second rendering lets the first score through
            scoring.set()
            return await super().score_async(audio, *args, **options)

    judged = with_generator(generator)
    object.__setattr__(judged, "scorer", WaitingScorer())

    async def run():
        return await asyncio.gather(*(judged.judge(ITEM, [], [Answer('{"prompt": "one"}')]) for _ in range(4)))

    assert len(asyncio.run(run())) == 4
    assert generator.most == 1


def test_a_group_cancelled_before_its_turn_is_not_rendered():
    async def run():
        judged = with_generator(SlowGenerator())
        first, second = await in_flight(judged, 2)
        second.cancel()
        judged.generator.go.set()
        await first
        return judged.generator.batches

    assert len(asyncio.run(run())) == 1


def test_a_group_cancelled_while_it_is_rendered_keeps_its_slot_until_the_thread_is_done():
    async def run():
        judged = with_generator(SlowGenerator())
        first, second = await in_flight(judged, 2)
        first.cancel()
        await asyncio.sleep(0.05)
        judged.generator.go.set()
        await second
        return judged.generator.most

    assert asyncio.run(run()) == 1


MALFORMED = {
    ParseFailure.EMPTY_ANSWER: " ",
    ParseFailure.UNFINISHED_REASONING: '<think>let me see {"prompt": "a"}',
    ParseFailure.NO_JSON: "a kick drum",
    ParseFailure.BAD_JSON: '{"prompt": "a',
    ParseFailure.SEVERAL_ANSWERS: '{"prompt": "a"} {"prompt": "b"}',
    ParseFailure.MISSING_PROMPT: '{"seconds": 2}',
    ParseFailure.EMPTY_PROMPT: '{"prompt": " "}',
    ParseFailure.WRONG_TYPE: '{"prompt": "a", "steps": "8"}',
    ParseFailure.UNKNOWN_FIELD: '{"prompt": "a", "reward": 1}',
    ParseFailure.ILLEGAL_VALUE: '{"prompt": "a", "seconds": 900}',
    ParseFailure.TOO_LONG: '{"prompt": "%s"}' % ("a" * 3000),
}


def test_every_malformed_kind_has_its_name_the_floor_and_a_count():
    assert set(MALFORMED) == set(ParseFailure)
    judged, records = judge(*MALFORMED.values(), floor=0.02)
    assert [record.parse_failure for record in records] == [kind.value for kind in MALFORMED]
    assert {record.reward for record in records} == {0.02}
    assert judged.generator.batches == []
    means = metric_means(records)
    assert {means[f"parse_failure/{kind}"] for kind in ParseFailure} == {1 / len(MALFORMED)}
    assert all(record.status.reason for record in records)
