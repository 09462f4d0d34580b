"""Behaviour of audioforge/scoring/cache.py: what makes two calls the same."""

import pytest
import torch

from audioforge.clips import Clips
from audioforge.scoring.cache import content_key
from audioforge.status import ClipStatus, Status
from reward_models.audio import AudioBatch

SAMPLES = torch.linspace(-0.5, 0.5, 2_000)[None, None].repeat(2, 1, 1)


def call(samples=SAMPLES, rate=16_000, lengths=(2_000, 2_000), **columns) -> Clips:
    given = {
        "requests": ["a bell", "rain"],
        "categories": ["sfx", None],
        "groups": ["one", "two"],
        "names": ["a.wav", "b.wav"],
        **columns,
    }
    return Clips(AudioBatch(samples, rate, torch.tensor(lengths)), **given)


@pytest.mark.parametrize(
    "change",
    [
        {"samples": SAMPLES + 1e-6},
        {"samples": SAMPLES.reshape(2, 2, 1_000), "lengths": (1_000, 1_000)},
        {"rate": 8_000},
        {"lengths": (2_000, 1_999)},
        {"requests": ["a bell", "Rain"]},
        {"requests": ["a bell", None]},
        {"categories": ["sfx", "sfx"]},
        {"groups": ["one", "one"]},
        {"groups": None},
        {"names": ["a.wav", "c.wav"]},
        {"status": [ClipStatus(Status.UNREADABLE, "broken"), ClipStatus(Status.OK)]},
    ],
)
def test_whatever_a_score_depends_on_makes_another_key(change):
    assert content_key(call(**change)) != content_key(call())


def test_equal_calls_have_one_key():
    assert content_key(call(samples=SAMPLES.clone())) == content_key(call())
