"""The shipped combination, with its own weights: cheap tricks must not pay better than honest clips."""

import pytest
import torch

from audioforge.clips import Clips
from audioforge.exploits.edits import EDITS
from audioforge.exploits.signals import SIGNALS
from audioforge.reference_clips import load_reference_clips
from audioforge.scoring.presets import build_reward
from audioforge.targets import CATEGORIES
from reward_models.audio import AudioBatch

RATE = 32_000


def recordings(split):
    """One recording a category, at most 4 s, and its caption."""
    clips = [
        next(c for c in load_reference_clips(category=name, split=split) if c.origin == "recording" and c.seconds > 0.5)
        for name in CATEGORIES
    ]
    audio = AudioBatch.load([clip.path for clip in clips], sample_rate=RATE, channels=1)
    return [audio.clip(i)[:, : 4 * RATE] for i in range(len(audio))], [clip.caption for clip in clips]


@pytest.fixture(scope="module")
def judge():
    reward = build_reward("embedded")

    def totals(clips, requests):
        return reward.judge(Clips(AudioBatch.from_arrays(clips, RATE), requests, categories=CATEGORIES)).total

    return totals


def test_the_shipped_mean_is_geometric():
    assert build_reward("embedded").mean == "geometric"


def test_cheap_tricks_earn_less_than_the_median_honest_clip(judge):
    honest, requests = recordings("calibration")
    bar = float(judge(honest, requests).median())
    assert bar > 0.2
    copies, _ = recordings("reference")
    tricks = {
        name: [SIGNALS[name](2 * RATE, RATE, i) for i in range(4)] for name in ("white noise", "clicks", "sine tone")
    }
    tricks |= {name: [EDITS[name](own, RATE, i) for i, own in enumerate(honest)] for name in ("looped half second",)}
    tricks |= {"reference copy": copies, "silence": [torch.zeros(1, RATE)] * 4}
    earned = {name: judge(clips, requests) for name, clips in tricks.items()}
    assert bool(earned.pop("silence").isnan().all())
    copied = earned.pop("reference copy")
    assert float(copied.mean()) < 0.75 * bar  # one that is what was asked for by chance may pay
    for name, total in earned.items():
        assert float(total.max()) < bar, name
