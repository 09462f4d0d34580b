"""Behaviour of audioforge/rewards/loop_free_screen.py: no loop may be cleared, and most other sounds are."""

import numpy as np
import pytest
import torch

from audioforge.rewards.loop_free import LOOP_SECONDS, closest_repeats
from audioforge.rewards.loop_free_screen import may_loop

RATE = 16_000
rng = np.random.default_rng(0)


def noise(seconds: float) -> np.ndarray:
    return rng.normal(0, 0.1, round(seconds * RATE)).astype(np.float32)


def suspect(waveform: np.ndarray) -> bool:
    return may_loop(np.diff(waveform.astype(np.float32)), RATE, LOOP_SECONDS)


@pytest.mark.parametrize("period", [0.1003, 0.237, 0.31415, 0.5, 0.7499])
@pytest.mark.parametrize("change", ["exact", "fading", "noisy", "humming"])
def test_a_loop_is_suspect_whatever_its_period_and_whatever_lies_under_it(period, change):
    piece = noise(period) * np.exp(-np.arange(round(period * RATE)) / (0.05 * RATE))
    loop = np.tile(piece, 12)
    time = np.arange(len(loop)) / RATE
    changed = {
        "exact": loop,
        "fading": loop * np.linspace(1, 0.2, len(loop)),
        "noisy": loop + 0.05 * loop.std() * noise(len(loop) / RATE)[: len(loop)] / 0.1,
        "humming": loop + np.sin(2 * np.pi * 37.3 * time),
    }
    assert suspect(changed[change])


def test_a_loop_of_an_even_sound_is_suspect_by_its_ripple():
    assert suspect(np.tile(noise(0.4321), 8))


def test_noise_a_single_hit_and_a_fading_sound_are_cleared():
    hit = np.concatenate([np.zeros(RATE // 2), noise(1.5) * np.exp(-np.arange(round(1.5 * RATE)) / (0.1 * RATE))])
    assert not suspect(noise(4.0))
    assert not suspect(hit)
    assert not suspect(noise(4.0) * np.linspace(1, 0, 4 * RATE))


def test_too_little_to_see_is_suspect():
    assert suspect(noise(0.01))
    assert suspect(noise(0.15))


def test_the_screen_changes_no_answer_about_what_it_lets_through():
    loop = torch.from_numpy(np.tile(noise(0.3), 6))
    assert closest_repeats(loop, RATE) == closest_repeats(loop, RATE, screened=False)
    plain = torch.from_numpy(noise(3.0))
    assert closest_repeats(plain, RATE) == (0, 0)
    assert closest_repeats(plain, RATE, screened=False).loop > 0
