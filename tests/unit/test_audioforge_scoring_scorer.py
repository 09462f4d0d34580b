import asyncio
import os
import threading

import pytest
import torch

from audioforge.clips import gather_clips
from audioforge.rewards import CLAPAlignment, CombinedReward
from audioforge.rewards.weights import RewardWeights
from audioforge.scoring import CallTerms, DeadlineError, Priority, Scorer
from audioforge.scoring import calls as calls_module
from audioforge.scoring import scorer as scorer_module
from audioforge.status import ScoringError, Status
from reward_models.audio import AudioBatch
from tests.stand_ins import LoudnessEmbedder, PeakReward, tone

WEIGHTS = RewardWeights("t", {"peak": 1})


def scorer(reward: PeakReward, **options) -> Scorer:
    return Scorer(CombinedReward([reward], weights=WEIGHTS), **options)


class Blocked(PeakReward):
    """Waits until it is let go, so that further calls pile up behind the first."""

    def __init__(self) -> None:
        super().__init__()
        self.started, self.go = threading.Event(), threading.Event()
        self.peaks: list[float] = []

    def score(self, clips):
        self.started.set()
        assert self.go.wait(10)
        result = super().score(clips)
        self.peaks += result.score.tolist()
        return result


def queued(engine: Scorer, gain: float, **terms) -> threading.Thread:
    """A call on a thread of its own, once it is in the queue."""
    before = engine.stats.queued
    thread = threading.Thread(
        target=lambda: engine.score([tone(gain)], sample_rate=16_000, terms=CallTerms(**terms)), daemon=True
    )
    thread.start()
    while engine.stats.queued == before:
        threading.Event().wait(0.005)
    return thread


def test_every_face_gives_the_same_scores():
    with scorer(PeakReward(), cache_clips=0) as engine:
        now = engine.score([tone(0.3), tone(0.6)], sample_rate=16_000)
        later = asyncio.run(engine.score_async([tone(0.3), tone(0.6)], sample_rate=16_000))
        (streamed,) = engine.judge_stream([gather_clips([tone(0.3), tone(0.6)], sample_rate=16_000)])
    assert torch.equal(now.total, later.total)
    assert torch.equal(now.total, streamed.total)
    assert now.total.tolist() == pytest.approx([0.3, 0.6], abs=1e-3)


def test_an_asynchronous_call_gathers_its_clips_off_the_event_loop(monkeypatch):
    seen = []
    real = scorer_module.gather_clips

    def watched(*args, **columns):
        seen.append(threading.current_thread() is threading.main_thread())
        return real(*args, **columns)

    monkeypatch.setattr(scorer_module, "gather_clips", watched)
    with scorer(PeakReward()) as engine:
        asyncio.run(engine.score_async([tone(0.3)], sample_rate=16_000))
    assert seen == [False]


def test_a_stream_keeps_its_order_and_reads_no_further_ahead_than_told():
    read = []

    def stream():
        for step in range(1, 9):
            read.append(step)
            yield gather_clips([tone(step / 10)], sample_rate=16_000)

    with scorer(PeakReward()) as engine:
        scores = engine.judge_stream(stream(), ahead=3)
        assert float(next(scores).total[0]) == pytest.approx(0.1, abs=1e-3)
        assert read == [1, 2, 3]
        assert [round(float(own.total[0]), 1) for own in scores] == [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]


def test_evaluation_goes_before_training_and_background_comes_last():
    reward = Blocked()
    with scorer(reward, max_batch_clips=1, queue_calls=1) as engine:
        first = queued_first(engine, reward)
        calls = [
            queued(engine, gain, priority=priority)
            for gain, priority in ((0.2, Priority.BACKGROUND), (0.3, Priority.TRAINING), (0.4, Priority.EVALUATION))
        ]
        reward.go.set()
        for thread in (first, *calls):
            thread.join(10)
    assert reward.peaks == pytest.approx([0.1, 0.4, 0.3, 0.2], abs=1e-3)


def queued_first(engine: Scorer, reward: "Blocked") -> threading.Thread:
    thread = threading.Thread(target=lambda: engine.score([tone(0.1)], sample_rate=16_000), daemon=True)
    thread.start()
    assert reward.started.wait(10)
    return thread


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_call_past_its_deadline_raises_and_is_dropped_before_its_turn(asynchronous):
    reward = Blocked()
    terms = CallTerms(timeout_seconds=0.02)
    with scorer(reward) as engine:
        first = queued_first(engine, reward)
        ask = (lambda *a, **k: asyncio.run(engine.score_async(*a, **k))) if asynchronous else engine.score
        with pytest.raises(DeadlineError, match=r"1 clips were not scored within 0\.02 s"):
            ask([tone(0.2)], sample_rate=16_000, terms=terms)
        reward.go.set()
        first.join(10)
    assert reward.batches == [1]
    assert (engine.stats.expired, engine.stats.cancelled) == (1, 1)


def test_a_deadline_counts_while_the_queue_is_full():
    reward = Blocked()
    with scorer(reward, queue_calls=1) as engine:
        threads = [queued_first(engine, reward), queued(engine, 0.2)]
        with pytest.raises(TimeoutError):
            engine.score([tone(0.3)], sample_rate=16_000, terms=CallTerms(timeout_seconds=0.02))
        reward.go.set()
        for thread in threads:
            thread.join(10)
    assert reward.peaks == pytest.approx([0.1, 0.2], abs=1e-3)


def test_a_timeout_inside_the_reward_is_no_deadline():
    class Slow(PeakReward):
        def score(self, clips):
            raise KeyboardInterrupt  # past what the combination catches

    with scorer(Slow()) as engine, pytest.raises(KeyboardInterrupt):
        engine.score([tone(0.2)], sample_rate=16_000, terms=CallTerms(timeout_seconds=10))


@pytest.mark.parametrize("terms", [CallTerms(), CallTerms(timeout_seconds=10)])
def test_a_timeout_that_the_reward_raises_reaches_an_asynchronous_caller_as_it_is(terms):
    class Remote(CombinedReward):
        def judge(self, clips):
            raise TimeoutError("the remote model is slow")

    reward = Remote([PeakReward()], weights=RewardWeights("t", {"peak": 1}))
    with Scorer(reward) as engine, pytest.raises(TimeoutError, match="remote model is slow") as raised:
        asyncio.run(engine.score_async([tone(0.2)], sample_rate=16_000, terms=terms))
    assert not isinstance(raised.value, DeadlineError)


def test_calls_that_would_make_too_many_samples_together_are_judged_apart(monkeypatch):
    monkeypatch.setattr(calls_module, "MOST_SAMPLES", 3 * tone(0.1).numel())
    reward = Blocked()
    with scorer(reward) as engine:
        threads = [queued_first(engine, reward), *(queued(engine, gain / 10) for gain in range(2, 6))]
        reward.go.set()
        for thread in threads:
            thread.join(10)
    assert reward.batches == [1, 3, 1]


def test_a_request_that_came_before_is_not_embedded_again(monkeypatch):
    embedder, seen = LoudnessEmbedder(), []
    own = embedder.embed_text(["loud"])
    monkeypatch.setattr(embedder, "embed_text", lambda texts: seen.extend(texts) or own.expand(len(texts), -1))
    reward = CombinedReward([CLAPAlignment(embedder)], weights=RewardWeights("t", {"clap_alignment": 1}))
    with Scorer(reward) as engine:
        for gain, request in ((0.1, "loud"), (0.2, "loud"), (0.3, "quiet without loud bells")):
            engine.score([tone(gain)], request, sample_rate=16_000)
    assert sorted(seen) == ["loud", "loud bells", "quiet", "quiet without loud bells"]


def test_concurrent_calls_share_a_batch_and_get_their_own_scores():
    reward = Blocked()

    async def many(engine: Scorer):
        first = asyncio.create_task(engine.score_async([tone(0.05)], sample_rate=16_000))
        await asyncio.to_thread(reward.started.wait, 10)
        others = [asyncio.create_task(engine.score_async([tone(g / 10)] * 2, sample_rate=16_000)) for g in range(1, 6)]
        while engine.stats.calls < 6:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        reward.go.set()
        return await asyncio.gather(first, *others)

    with scorer(reward, max_wait_seconds=0.2) as engine:
        answers = asyncio.run(many(engine))
    assert reward.batches == [1, 10]
    assert [round(float(scores.total[0]), 2) for scores in answers] == [0.05, 0.1, 0.2, 0.3, 0.4, 0.5]


def test_calls_of_different_rates_are_not_mixed():
    reward = PeakReward()
    with scorer(reward, max_wait_seconds=0.2) as engine:
        results = asyncio.run(_two_rates(engine))
    assert reward.batches == [1, 1]
    assert [round(float(scores.total[0]), 1) for scores in results] == [0.5, 0.5]


async def _two_rates(engine: Scorer):
    return await asyncio.gather(
        engine.score_async([tone(0.5)], sample_rate=16_000), engine.score_async([tone(0.5)], sample_rate=8_000)
    )


def test_a_long_clip_does_not_pad_the_short_ones():
    reward = Blocked()
    with scorer(reward, max_wait_seconds=0.2) as engine:
        threads = [queued_first(engine, reward), queued(engine, 0.2)]
        long = threading.Thread(target=lambda: engine.score([tone(0.9, 20.0)], sample_rate=16_000), daemon=True)
        long.start()
        while engine.stats.queued < 2:
            threading.Event().wait(0.005)
        threads += [long, queued(engine, 0.3)]
        reward.go.set()
        for thread in threads:
            thread.join(10)
    assert reward.batches == [1, 2, 1]
    assert reward.peaks == pytest.approx([0.1, 0.2, 0.3, 0.9], abs=1e-3)


def test_a_cancelled_call_is_dropped_before_it_runs():
    reward = Blocked()

    async def cancel_one(engine: Scorer):
        first = asyncio.create_task(engine.score_async([tone(0.1)], sample_rate=16_000))
        await asyncio.to_thread(reward.started.wait, 10)
        second = asyncio.create_task(engine.score_async([tone(0.2)] * 3, sample_rate=16_000))
        while engine.stats.calls < 2:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        reward.go.set()
        return await first

    with scorer(reward) as engine:
        scores = asyncio.run(cancel_one(engine))
    assert reward.batches == [1]
    assert float(scores.total[0]) == pytest.approx(0.1, abs=1e-3)
    assert engine.stats.cancelled == 1


def test_an_equal_call_is_answered_from_the_cache():
    reward = PeakReward()
    with scorer(reward) as engine:
        first = engine.score([tone(0.5)], ["a"], sample_rate=16_000)
        second = engine.score([tone(0.5)], ["a"], sample_rate=16_000)
        engine.score([tone(0.5)], ["b"], sample_rate=16_000)
    assert reward.batches == [1, 1]
    assert torch.equal(first.total, second.total)
    assert engine.stats.cache_hits == 1


def test_a_failed_answer_is_not_remembered():
    broken = [True]
    reward = PeakReward(fails=lambda clip: broken[0])
    with scorer(reward) as engine:
        assert engine.score([tone(0.5)], sample_rate=16_000).status[0].code is Status.FAILED
        broken[0] = False
        assert engine.score([tone(0.5)], sample_rate=16_000).status[0].ok


def test_the_cache_is_bounded():
    reward = PeakReward()
    with scorer(reward, cache_clips=2) as engine:
        for gain in (0.1, 0.2, 0.3, 0.1):
            engine.score([tone(gain)], sample_rate=16_000)
    assert reward.batches == [1, 1, 1, 1]


def test_closing_finishes_what_is_queued_and_refuses_more_known_answers_among_it():
    engine = scorer(PeakReward())
    calls = [gather_clips([tone(gain)], sample_rate=16_000) for gain in (0.1, 0.2, 0.3)]
    stream = engine.judge_stream(calls, ahead=3)
    first = next(stream)
    engine.close()
    engine.close()
    assert [round(float(own.total[0]), 1) for own in (first, *stream)] == [0.1, 0.2, 0.3]
    for gain in (0.1, 0.4):
        with pytest.raises(ScoringError, match="closed"):
            engine.score([tone(gain)], sample_rate=16_000)
        with pytest.raises(ScoringError, match="closed"):
            asyncio.run(engine.score_async([tone(gain)], sample_rate=16_000))


class Cramped(LoudnessEmbedder):
    """Has memory for two clips at once."""

    sizes: list[int]

    def frame_embeddings(self, audio: AudioBatch):
        self.sizes.append(len(audio))
        if len(audio) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return super().frame_embeddings(audio)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_is_told_to_make_its_own_scorer_and_the_parent_goes_on():
    with scorer(PeakReward()) as engine:
        clips = gather_clips([tone(0.5)], sample_rate=16_000)  # torch's own threads don't survive a fork
        child = os.fork()
        if child == 0:
            try:
                engine.judge(clips, CallTerms(timeout_seconds=5))
            except ScoringError as error:
                os._exit(7 if "make a new one" in str(error) else 1)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert engine.judge(clips).total.tolist() == pytest.approx([0.5], abs=1e-3)


def test_running_out_of_memory_halves_the_batch_and_those_after_it_and_every_clip_is_scored():
    embedder = Cramped()
    embedder.sizes = []
    reward = CombinedReward([CLAPAlignment(embedder)], weights=RewardWeights("t", {"clap_alignment": 1}))
    gains = [[0.1 * clip + 0.01 * call for clip in range(1, 9)] for call in range(2)]
    with Scorer(reward, max_batch_clips=8) as engine:
        scores = [engine.score([tone(g) for g in call], "loud", sample_rate=16_000) for call in gains]
        expected = CLAPAlignment(LoudnessEmbedder())([tone(g) for g in gains[0]], "loud", sample_rate=16_000)
        assert engine._fitting == 4
    torch.testing.assert_close(scores[0].total, expected.score)
    assert engine.stats.halvings == 6
    assert embedder.sizes == [8, 4, 2, 2, 4, 2, 2] * 2


def test_statistics_tell_fill_times_and_queue():
    with scorer(PeakReward(), max_batch_clips=4, cache_clips=0) as engine:
        assert (engine.stats.p50_seconds, engine.stats.batch_fill) == (0, 0)
        engine.score([tone(0.5)], sample_rate=16_000)
        engine.score([tone(0.5)] * 3, sample_rate=16_000)
    stats = engine.stats
    assert (stats.calls, stats.clips, stats.batches, stats.queued, stats.batch_fill) == (2, 4, 2, 0, 0.5)
    assert 0 < stats.p50_seconds <= stats.p95_seconds < 10


def test_all_rewards_share_one_embedding_a_clip():
    from audioforge.scoring.presets import build_reward
    from reward_models.embedders.base import Embedder

    seen: dict[str, int] = {}
    original = Embedder.frame_embeddings

    def counted(self, audio):
        seen[self.fingerprint] = seen.get(self.fingerprint, 0) + len(audio)
        return original(self, audio)

    names = ("clap_alignment", "style_consistency", "novelty", "prompt_pair_quality", "quality_head")
    reward = build_reward("embedded", weights=RewardWeights("t", dict.fromkeys(names, 1.0)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Embedder, "frame_embeddings", counted)
        with Scorer(reward) as engine:
            scores = engine.score([tone(0.5)] * 3, "a tone", sample_rate=16_000, categories=["sfx"] * 3)
    assert (tuple(scores.components), scores.status[0].code) == (names, Status.OK)
    assert list(seen.values()) == [3, 3]  # mini, and the quality head's own
