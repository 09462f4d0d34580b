"""Laws of the scorer: however clips are cut into calls, whoever calls, and whatever is cached, scores are the same."""

import asyncio

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audioforge.clips import Clips, gather_clips
from audioforge.rewards import CLAPAlignment, CombinedReward
from audioforge.rewards.scores import Scores
from audioforge.rewards.weights import RewardWeights
from audioforge.scoring import CallTerms, Priority, Scorer
from audioforge.scoring.stored_scores import scores_from_bytes, scores_to_bytes
from tests.stand_ins import LoudnessEmbedder, PeakReward, tone

REWARD = CombinedReward(
    [CLAPAlignment(LoudnessEmbedder()), PeakReward(fails=lambda clip: bool(clip.abs().max() > 0.85))],
    weights=RewardWeights("t", {"clap_alignment": 0.6, "peak": 0.4}, {"drums": {"clap_alignment": 0.1, "peak": 0.9}}),
)
CLIP = st.tuples(
    st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.8, 0.9]),  # silent … failing
    st.sampled_from([0.01, 0.2, 0.7, 9.0]),  # too short … of another length bucket
    st.sampled_from(["loud", "quiet", None]),
    st.sampled_from(["drums", None]),
)
CALLS = st.lists(
    st.tuples(st.lists(CLIP, min_size=1, max_size=4), st.sampled_from([8_000, 16_000]), st.sampled_from(Priority)),
    min_size=1,
    max_size=6,
)
FEW = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def clips_of(rows, rate: int) -> Clips:
    arrays = [tone(gain, seconds, rate) for gain, seconds, _, _ in rows]
    requests, categories = [row[2] for row in rows], [row[3] for row in rows]
    return gather_clips(arrays, requests, sample_rate=rate, categories=categories)


def same(one: Scores, other: Scores) -> bool:
    return one.status == other.status and torch.allclose(one.total, other.total, atol=1e-6, equal_nan=True)


@FEW
@given(CALLS, st.sampled_from([0, 100]), st.integers(1, 12))
def test_every_call_gets_the_scores_that_it_would_get_alone(calls, cache_clips, batch):
    made = [(clips_of(rows, rate), CallTerms(priority)) for rows, rate, priority in calls]

    async def all_at_once(engine: Scorer):
        return await asyncio.gather(*(engine.judge_async(clips, terms) for clips, terms in made))

    with Scorer(REWARD, cache_clips=cache_clips, max_batch_clips=batch, queue_calls=3) as engine:
        together = asyncio.run(all_at_once(engine))
        streamed = list(engine.judge_stream([clips for clips, _ in made], ahead=2))
    for (clips, _), one, two in zip(made, together, streamed, strict=True):
        alone = REWARD.judge(clips)
        assert same(one, alone)
        assert same(two, alone)
        assert same(scores_from_bytes(scores_to_bytes(alone)), alone)


@FEW
@given(st.lists(CLIP, min_size=2, max_size=6), st.data())
def test_permuting_the_clips_of_a_call_permutes_its_scores(rows, data):
    order = data.draw(st.permutations(range(len(rows))))
    with Scorer(REWARD) as engine:
        straight = engine.judge(clips_of(rows, 16_000)).total
        permuted = engine.judge(clips_of([rows[i] for i in order], 16_000)).total
    assert permuted.tolist() == pytest.approx(straight[order].tolist(), abs=1e-6, nan_ok=True)
