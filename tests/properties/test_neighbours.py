"""A clip's scores are its own: equal alone and among clips of other rates, channels and lengths, whoever is asked."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile
import torch

from audioforge.adapters.judging import AnswerJudge, Question
from audioforge.clips import gather_clips
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.scores import Scores
from audioforge.scale.archive import ArchiveClip
from audioforge.scale.shard import Shard, score_shard
from audioforge.scoring import Scorer
from audioforge.scoring.file_batches import judge_files
from audioforge.scoring.presets import build_reward
from audioforge.service.app import make_app
from reward_models.audio import AudioBatch
from tests.env_stand_ins import ToneGenerator

FORMS = {
    "a": (22_050, 1, 0.7),
    "b": (44_100, 2, 1.3),
    "c": (48_000, 1, 0.3),
    "d": (44_100, 3, 0.6),
    "e": (16_000, 1, 8.2),
}
"""Rate, channels and seconds of each clip."""
REQUESTS = ("a drum loop at 120 BPM", "a wide tone", "a dark click", "punchy electronic beeps", "rain without wind")
CATEGORIES = ("drums", "instruments", "sfx", "drums", "ambient")
SAME = 1e-5

Numbers = dict[str, float]


@pytest.fixture(scope="module")
def reward() -> CombinedReward:
    return build_reward("embedded")


@pytest.fixture(scope="module")
def paths(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("clips")
    for seed, (name, (rate, channels, seconds)) in enumerate(FORMS.items()):
        soundfile.write(folder / f"{name}.wav", sound(seed, rate, channels, seconds).T, rate)
    return sorted(folder.iterdir())


def sound(seed: int, rate: int, channels: int, seconds: float) -> np.ndarray:
    """A tone with noise bursts, each channel different."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(rate * seconds)) / rate
    tone = 0.3 * np.sin(2 * np.pi * 220 * (seed + 1) * time) * np.exp(-2 * (time % 0.5))
    noise = rng.normal(0, 0.1, (channels, len(time))) * np.exp(-9 * (time % 0.25))
    return (tone + noise).astype(np.float32)


def numbers(scores: Scores, index: int) -> Numbers:
    return {"total": float(scores.total[index])} | {
        name: float(own.score[index]) for name, own in scores.components.items()
    }


@pytest.fixture(scope="module")
def alone(reward, paths) -> list[Numbers]:
    columns = zip(paths, REQUESTS, CATEGORIES, strict=True)
    return [
        numbers(reward.judge(gather_clips([path], [request], categories=[category])), 0)
        for path, request, category in columns
    ]


def by_scorer(reward: CombinedReward, paths: list[Path]) -> list[Numbers]:
    with Scorer(reward) as scorer:
        scores = scorer.score(paths, REQUESTS, categories=CATEGORIES)
    return [numbers(scores, index) for index in range(len(paths))]


def by_concurrent_calls(reward: CombinedReward, paths: list[Path]) -> list[Numbers]:
    async def run() -> list[Scores]:
        columns = zip(paths, REQUESTS, CATEGORIES, strict=True)
        with Scorer(reward, max_wait_seconds=0.5) as scorer:
            calls = [scorer.score_async([path] * 2, [asked] * 2, categories=[own] * 2) for path, asked, own in columns]
            return await asyncio.gather(*calls)

    return [numbers(scores, 1) for scores in asyncio.run(run())]


def by_stream(reward: CombinedReward, paths: list[Path]) -> list[Numbers]:
    with Scorer(reward) as scorer:
        (scores,) = scorer.judge_stream([gather_clips(paths, REQUESTS, categories=CATEGORIES)])
    return [numbers(scores, index) for index in range(len(paths))]


def by_command(reward: CombinedReward, paths: list[Path]) -> list[Numbers]:
    return [numbers(scores, 0) for scores in judge_files(reward, paths, REQUESTS, CATEGORIES)]


def by_reward_itself(reward: CombinedReward, paths: list[Path]) -> list[Numbers]:
    total = reward(paths, REQUESTS, categories=CATEGORIES)
    parts = {own.name: own(paths, REQUESTS, categories=CATEGORIES) for own in reward.components}
    return [
        {"total": float(total.score[index])} | {name: float(own.score[index]) for name, own in parts.items()}
        for index in range(len(paths))
    ]


def by_archive(reward: CombinedReward, paths: list[Path]) -> list[Numbers]:
    columns = zip(paths, REQUESTS, CATEGORIES, strict=True)
    clips = tuple(ArchiveClip(path.name, str(path), request, category) for path, request, category in columns)
    rows = score_shard(Shard(clips, tuple(path.name for path in paths)), reward, "model").to_pylist()
    names = ["total", *(own.name for own in reward.components)]
    return [{name: float("nan") if row[name] is None else row[name] for name in names} for row in rows]


def by_service(reward: CombinedReward, paths: list[Path]) -> list[Numbers]:
    async def run() -> dict:
        with Scorer(reward) as scorer:
            transport = httpx.ASGITransport(make_app(scorer))
            async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
                files = [("files", path.read_bytes()) for path in paths]
                data = {"requests": json.dumps(REQUESTS), "categories": json.dumps(CATEGORIES)}
                return (await http.post("/v1/score", files=files, data=data)).json()

    answer = asyncio.run(run())
    assert answer["errors"] == []
    return [
        {"total": own["total"]}
        | {name: float("nan") if part["score"] is None else part["score"] for name, part in own["components"].items()}
        for own in answer["results"]
    ]


FACES = (
    by_scorer,
    by_concurrent_calls,
    by_stream,
    by_command,
    by_reward_itself,
    by_archive,
    by_service,
)


@pytest.mark.parametrize("face", FACES)
def test_a_files_scores_do_not_depend_on_the_files_beside_it(
    face: Callable[[CombinedReward, list[Path]], list[Numbers]], reward, paths, alone
):
    for name, own, among in zip(FORMS, alone, face(reward, paths), strict=True):
        assert among == pytest.approx(own, abs=SAME, nan_ok=True), f"clip {name}"


def test_an_arrays_scores_do_not_depend_on_the_channels_and_lengths_beside_it(reward):
    arrays = [sound(seed, 44_100, channels, seconds) for seed, (_, channels, seconds) in enumerate(FORMS.values())]
    ask = {"sample_rate": 44_100, "categories": CATEGORIES}
    among = reward.judge(gather_clips(arrays, REQUESTS, **ask))
    padded = reward.judge(gather_clips(AudioBatch.from_arrays(arrays, 44_100), REQUESTS, categories=CATEGORIES))
    for index, array in enumerate(arrays):
        row = {"sample_rate": 44_100, "categories": [CATEGORIES[index]]}
        own = numbers(reward.judge(gather_clips([array], [REQUESTS[index]], **row)), 0)
        assert numbers(among, index) == pytest.approx(own, abs=SAME, nan_ok=True)
        assert numbers(padded, index) == pytest.approx(own, abs=SAME, nan_ok=True)


def test_an_answers_scores_do_not_depend_on_the_answers_beside_it(reward):
    answers = [f'{{"prompt": "a tone {"of bells " * count}", "seconds": {count}}}' for count in (1, 3, 2)]
    questions = [Question(answer, "a bright tone", "instruments") for answer in answers]
    names = [own.name for own in reward.components]
    with Scorer(reward, cache_clips=0) as scorer:
        among = AnswerJudge(ToneGenerator(), scorer, names).judge(questions)
        own = [AnswerJudge(ToneGenerator(), scorer, names).judge([question])[0] for question in questions]
    for one, other in zip(own, among, strict=True):
        assert one.total is not None
        assert other.total == pytest.approx(one.total, abs=SAME)


def test_a_clips_vector_does_not_depend_on_the_clips_it_is_calibrated_with(reward, paths):
    embedder = reward.components[0].embedder
    among = embedder.embed_audio(AudioBatch.load(paths, sample_rate=embedder.sample_rate))
    own = [embedder.embed_audio(AudioBatch.load([path], sample_rate=embedder.sample_rate))[0] for path in paths]
    torch.testing.assert_close(among, torch.stack(own), atol=SAME, rtol=0)
