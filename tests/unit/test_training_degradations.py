import numpy as np
import pytest
import torch

from training.audible_damage import audible_damage
from training.degradations import FAMILY, HELD_OUT_KINDS, KINDS, LADDER, PRACTICE_KINDS, degrade

RATE = 32_000
ALL_KINDS = [*KINDS, *PRACTICE_KINDS]


def _music(seconds: float = 1.5) -> np.ndarray:
    """A plucked chord over a noise burst: has attacks, partials, breath and a tail."""
    rng = np.random.default_rng(0)
    time = np.arange(round(seconds * RATE)) / RATE
    notes = sum(np.sin(2 * np.pi * hz * k * time) / k for hz in (220.0, 277.2, 330.0) for k in (1, 2, 3, 4, 5))
    burst = rng.standard_normal(len(time)) * np.exp(-40 * (time % 0.5))
    return (0.2 * (notes * np.exp(-2 * (time % 0.5)) + 0.3 * burst)).astype(np.float32)


CLEAN = _music()


def _damage(damaged: np.ndarray) -> float:
    return float(audible_damage(torch.from_numpy(CLEAN), torch.from_numpy(damaged), RATE))


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_kind_keeps_length_peak_and_input_and_repeats_itself(kind: str) -> None:
    before = CLEAN.copy()
    damaged = degrade(CLEAN, RATE, kind, 0.6, seed=3)
    assert damaged.shape == CLEAN.shape
    assert damaged.dtype == np.float32
    assert np.abs(damaged).max() == pytest.approx(np.abs(CLEAN).max(), rel=1e-3)
    assert np.array_equal(CLEAN, before)
    assert np.array_equal(damaged, degrade(CLEAN, RATE, kind, 0.6, seed=3))


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_damage_grows_from_the_mildest_to_the_harshest_step(kind: str) -> None:
    damage = [_damage(degrade(CLEAN, RATE, kind, severity, seed=1)) for severity in (LADDER[0], LADDER[2], LADDER[-1])]
    assert damage[0] < damage[2]
    assert damage[1] < damage[2] + 0.2
    assert damage[2] > 1.0


def test_channels_are_degraded_alike() -> None:
    damaged = degrade(np.stack([CLEAN, CLEAN]), RATE, "dropouts", 0.8, seed=2)
    assert damaged.shape == (2, len(CLEAN))
    assert np.array_equal(damaged[0], damaged[1])


def test_codecs_stay_aligned_in_time() -> None:
    for kind in ("vorbis", "opus", "mp3"):
        assert _damage(degrade(CLEAN, RATE, kind, 0.0)) < 4.0


def test_silence_and_very_short_clips_pass_through_every_kind() -> None:
    for kind in ALL_KINDS:
        for waveform in (np.zeros(3200, np.float32), CLEAN[:1600]):
            assert np.isfinite(degrade(waveform, RATE, kind, 1.0)).all()


def test_held_out_kinds_leave_siblings_of_every_family_to_train_on() -> None:
    assert set(HELD_OUT_KINDS) < set(KINDS)
    assert {FAMILY[kind] for kind in HELD_OUT_KINDS} == set(FAMILY.values())
    assert {FAMILY[kind] for kind in set(KINDS) - set(HELD_OUT_KINDS)} == set(FAMILY.values())


def test_kinds_for_practice_are_none_of_those_that_are_measured() -> None:
    assert not PRACTICE_KINDS.keys() & KINDS.keys()
    assert set(FAMILY) == PRACTICE_KINDS.keys() | KINDS.keys()


def test_an_unknown_kind_or_severity_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"no degradation named 'rust'; there are: white_noise"):
        degrade(CLEAN, RATE, "rust", 0.5)
    with pytest.raises(ValueError, match=r"severity must lie in \[0, 1\], got 2"):
        degrade(CLEAN, RATE, "hum", 2)


def test_damage_is_zero_for_the_same_clip_at_another_level_and_grows_with_noise() -> None:
    assert _damage(CLEAN) == 0.0
    assert _damage(0.25 * CLEAN) == pytest.approx(0.0, abs=1e-3)
    quiet, loud = (_damage(degrade(CLEAN, RATE, "white_noise", severity)) for severity in (0.2, 0.8))
    assert 0.5 < quiet < loud
