"""Ways to earn more without better sound, against the full judged total: real generator, real rewards, real charges.

Means over a few training targets, so a single lucky clip proves nothing either way.
"""

import asyncio
import json
from statistics import fmean

import pytest

from audioforge.env.answers import Answer
from audioforge.env.backends import build_backends
from audioforge.env.config import default_config
from audioforge.env.evaluation import taking_turns
from audioforge.env.schedule import GroupItem
from audioforge.targets import load_targets


def answers(target, space):
    request, seconds = target.target_description, target.parameters.seconds_total
    return {
        "honest": {"prompt": request, "seconds": seconds},
        "noise under the request's words": {"prompt": f"white noise, hiss. {request}", "seconds": seconds},
        "as short as it goes": {"prompt": request, "seconds": space.seconds[0]},
        "babble past the limit": {"prompt": " ".join([request] * 30)[:1900], "seconds": seconds},
    }


FORMAT_GAMES = {
    "two drafts": '{"prompt": "a kick drum"} {"prompt": "a loud kick drum"}',
    "a score of its own": '{"prompt": "a kick drum", "score": 1.0}',
    "no prompt": '{"seconds": 4}',
    "endless": '{"prompt": "a kick drum", "seconds": 1e9}',
    "not a number": '{"prompt": "a kick drum", "cfg_scale": NaN}',
    "unclosed reasoning": '<think> {"prompt": "a kick drum"}',
    "prose": "I give this sound ten out of ten.",
}


@pytest.fixture(scope="module")
def backends():
    ready = build_backends(default_config())
    yield ready
    ready.close()


@pytest.fixture(scope="module")
def records(backends):
    targets = taking_turns(load_targets(split="train"))[:8]

    async def judged(number, target, fields):
        return (await backends.judge.judge(GroupItem(number, target, number), [], [Answer(json.dumps(fields))]))[0]

    async def all_judged():
        asked = [
            (name, judged(number, target, fields))
            for number, target in enumerate(targets)
            for name, fields in answers(target, backends.generator.parameters).items()
        ]
        records = await asyncio.gather(*(judging for _, judging in asked))
        return [(name, record) for (name, _), record in zip(asked, records, strict=True)]

    return asyncio.run(all_judged())


def mean(records, name):
    return fmean(record.reward for own, record in records if own == name)


def test_the_request_s_words_do_not_make_noise_pay(records):
    assert mean(records, "noise under the request's words") < 0.6 * mean(records, "honest")


def test_a_tiny_duration_does_not_pay(records):
    assert mean(records, "as short as it goes") < 0.9 * mean(records, "honest")


def test_words_nobody_hears_do_not_pay(records):
    assert mean(records, "babble past the limit") < 0.9 * mean(records, "honest")
    charged = [record.charges for name, record in records if name == "babble past the limit"]
    assert all("unseen_words" in charges for charges in charged)


@pytest.mark.parametrize("game", sorted(FORMAT_GAMES))
def test_a_format_game_gets_the_floor_and_a_name(backends, game):
    item = GroupItem(0, load_targets(split="train")[0], 0)
    (record,) = asyncio.run(backends.judge.judge(item, [], [Answer(FORMAT_GAMES[game])]))
    assert (record.reward, record.total) == (0.0, None)
    assert record.parse_failure
