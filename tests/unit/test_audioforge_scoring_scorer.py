import asyncio
import threading

import pytest
import torch

from audioforge.rewards import CombinedReward
from audioforge.rewards.weights import RewardWeights
from audioforge.scoring import Scorer
from audioforge.status import ScoringError, Status
from tests.stand_ins import PeakReward, tone

WEIGHTS = RewardWeights("t", {"peak": 1})


def scorer(reward: PeakReward, **options) -> Scorer:
    return Scorer(CombinedReward([reward], weights=WEIGHTS), **options)


class Blocked(PeakReward):
    """Waits until it is let go, so that further calls pile up behind the first."""

    def __init__(self) -> None:
        super().__init__()
        self.started, self.go = threading.Event(), threading.Event()

    def score(self, clips):
        self.started.set()
        assert self.go.wait(10)
        return super().score(clips)


def test_sync_and_async_give_the_same_scores():
    with scorer(PeakReward(), cache_clips=0) as engine:
        now = engine.score([tone(0.3), tone(0.6)], sample_rate=16_000)
        later = asyncio.run(engine.score_async([tone(0.3), tone(0.6)], sample_rate=16_000))
    assert torch.equal(now.total, later.total)
    assert now.total.tolist() == pytest.approx([0.3, 0.6], abs=1e-3)


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


def test_closing_finishes_what_is_queued_and_refuses_more():
    engine = scorer(PeakReward())
    engine.score([tone(0.5)], sample_rate=16_000)
    engine.close()
    engine.close()
    with pytest.raises(ScoringError, match="closed"):
        engine.score([tone(0.4)], sample_rate=16_000)
