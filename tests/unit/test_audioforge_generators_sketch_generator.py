from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch

from audioforge.generators import load_generator
from audioforge.proposals import Proposal, ProposalError

GENERATOR = load_generator("sketch")
DRUMS = Proposal("120 BPM house drum loop", seconds=2.0)


def render(proposal, seed=3):
    return GENERATOR.generate([proposal], [seed]).clip(0).numpy()


def centroid(waveform):
    power = np.abs(np.fft.rfft(waveform.mean(0))) ** 2
    return (power * np.fft.rfftfreq(waveform.shape[1], 1 / 44_100)).sum() / power.sum()


@pytest.mark.parametrize(
    "prompt",
    [
        "128 BPM techno drum loop",
        "snare drum one shot",
        "piano chords in D minor",
        "supersaw arpeggio",
        "explosion",
        "laser zap",
        "rain and thunder",
        "space ambience",
        "blorgle fizzwump",
        "...",
    ],
)
def test_every_kind_of_prompt_renders_sound_of_the_exact_length_and_bounded_peak(prompt):
    waveform = render(Proposal(prompt, seconds=1.234))
    assert waveform.shape == (2, round(1.234 * 44_100))
    assert np.isfinite(waveform).all()
    assert 0.2 < np.abs(waveform).max() <= 10 ** (-1 / 20) + 1e-6


def test_an_item_does_not_depend_on_its_batch():
    others = [Proposal("ocean waves", seconds=0.7), DRUMS, Proposal("flute melody", seconds=1.5)]
    batch = GENERATOR.generate(others, [1, 3, 2])
    np.testing.assert_array_equal(batch.clip(1).numpy(), render(DRUMS, 3))


def test_an_item_does_not_depend_on_the_thread():
    proposals = [replace(DRUMS, seconds=0.5 + 0.25 * index) for index in range(4)]
    with ThreadPoolExecutor(4) as pool:
        threaded = list(pool.map(render, proposals))
    for waveform, proposal in zip(threaded, proposals, strict=True):
        np.testing.assert_array_equal(waveform, render(proposal))


def test_global_random_state_is_left_alone():
    before = np.random.get_state()[1].copy(), torch.get_rng_state()  # noqa: NPY002
    render(DRUMS)
    np.testing.assert_array_equal(np.random.get_state()[1], before[0])  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), before[1])


@pytest.mark.parametrize(
    "change",
    [
        {"steps": 3},
        {"cfg_scale": 0.4},
        {"cfg_scale": 12.0},
        {"sampler": "euler"},
        {"negative_prompt": "hi-hat"},
        {"prompt": "120 BPM bright house drum loop"},
    ],
)
def test_every_parameter_changes_the_sound(change):
    assert not np.array_equal(render(DRUMS), render(replace(DRUMS, **change)))


def test_another_seed_is_another_performance():
    assert np.corrcoef(render(DRUMS, 3)[0], render(DRUMS, 4)[0])[0, 1] < 0.9


def test_more_steps_leave_less_noise_until_they_no_longer_matter():
    kick = Proposal("single dry kick drum one shot", seconds=3.0, cfg_scale=3.0)
    floors = []
    for steps in (1, 2, 4, 8, 16, 50):
        waveform = render(replace(kick, steps=steps))
        floors.append(np.std(waveform[:, -44_100:-4_410]) / np.std(waveform[:, :13_230]))
    assert floors == sorted(floors, reverse=True)
    assert floors[0] > 20 * floors[3]
    assert floors[4] < 1.5 * floors[5]


def test_bright_sounds_brighter_than_dark():
    bright, dark = (centroid(render(Proposal(f"{word} string pad", seconds=2.0))) for word in ("bright", "dark"))
    assert bright > 1.5 * dark


def test_a_negative_prompt_removes_the_element():
    with_hats = Proposal("house drum loop with hi-hats", seconds=2.0)
    without = replace(with_hats, negative_prompt="hi-hats, open hats, shaker")
    assert centroid(render(without)) < centroid(render(with_hats))


def test_weak_guidance_drops_adjectives_and_strong_guidance_saturates():
    bright = Proposal("bright string pad", seconds=2.0)
    weak, plain, strong = (render(replace(bright, cfg_scale=scale)) for scale in (0.2, 3.0, 15.0))
    assert centroid(weak) < centroid(plain)
    assert np.std(strong) > 1.3 * np.std(plain)
    assert np.abs(strong).max() == pytest.approx(1.0)


def test_illegal_proposals_and_missing_seeds_are_refused():
    with pytest.raises(ProposalError, match="steps must lie between"):
        render(replace(DRUMS, steps=0))
    with pytest.raises(ValueError, match="got 1 proposals and 2 seeds"):
        GENERATOR.generate([DRUMS], [1, 2])


def test_it_says_that_it_is_a_sketch_and_its_fingerprint_covers_the_soundfont(monkeypatch):
    assert "not a diffusion model" in GENERATOR.description
    monkeypatch.setattr("audioforge.generators.sketch.generator.soundfont_hash", lambda: "another")
    assert load_generator("sketch").fingerprint != GENERATOR.fingerprint
